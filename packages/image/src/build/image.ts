import {
  type ContainerConfig,
  type Descriptor,
  describe,
  encodeDocument,
  type ImageConfig,
  type ImageManifest,
  MEDIA_TYPES,
  parsePlatform,
} from "@epicube/oci";
import { chainOf, environmentOf } from "../family/environment.js";
import { type ImageFamily, type ImageTarget, layoutNameOf, referenceOf } from "../family/family.js";
import type { PlannedImage } from "../plan/plan.js";
import type { ConfigSpec } from "../schemas.js";
import type { CachedLayer } from "./cache.js";

/** Annotation of a layer that names what compressed it: another zlib may give other bytes for the same diff_id. */
export const COMPRESSOR_ANNOTATION = "dev.epicube.layer.compressor";
const BASE_NAME = "org.opencontainers.image.base.name";
const BASE_DIGEST = "org.opencontainers.image.base.digest";

/** The documents of one image, not written yet. */
export interface ImageDocuments {
  readonly config: { readonly descriptor: Descriptor; readonly content: Uint8Array };
  readonly manifest: { readonly descriptor: Descriptor; readonly content: Uint8Array };
  readonly startCommand: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** The effective config of a target: each field from the nearest node that sets it; a new entrypoint drops an inherited cmd. */
function configOf(family: ImageFamily, node: string, target: ImageTarget): ConfigSpec {
  let config: ConfigSpec = {};
  for (const { targets } of chainOf(family, node)) {
    const own = targets[target]?.config ?? {};
    const { cmd: _, ...inherited } = config;
    config = { ...(own.entrypoint !== undefined && own.cmd === undefined ? inherited : config), ...own };
  }
  return config;
}

function labelsOf(family: ImageFamily, node: string, target: ImageTarget): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const ancestor of chainOf(family, node)) Object.assign(labels, ancestor.labels, ancestor.targets[target]?.labels);
  return labels;
}

const flags = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, {}]));

/**
 * The configuration and manifest of an image whose layers are known. Nothing of them depends on when or where it is made.
 *
 * @param base - digest of the parent's manifest, where there is one
 */
export function imageDocuments(
  family: ImageFamily,
  image: PlannedImage,
  layers: readonly { readonly built: CachedLayer; readonly from: string; readonly name: string }[],
  epochSeconds: number,
  base?: Descriptor,
): ImageDocuments {
  const created = new Date(epochSeconds * 1000).toISOString().replace(".000Z", "Z");
  const spec = configOf(family, image.node, image.target);
  const environment = environmentOf(family, image.node, image.target);
  const labels = labelsOf(family, image.node, image.target);
  const container: ContainerConfig = {
    ...(spec.user === undefined ? {} : { User: spec.user }),
    ...(spec.exposedPorts === undefined
      ? {}
      : { ExposedPorts: flags(spec.exposedPorts.map((port) => (port.includes("/") ? port : `${port}/tcp`))) }),
    ...(Object.keys(environment).length === 0 ? {} : { Env: Object.entries(environment).map(([name, value]) => `${name}=${value}`) }),
    ...(spec.entrypoint === undefined ? {} : { Entrypoint: spec.entrypoint }),
    ...(spec.cmd === undefined ? {} : { Cmd: spec.cmd }),
    ...(spec.volumes === undefined ? {} : { Volumes: flags(spec.volumes) }),
    ...(spec.workingDir === undefined ? {} : { WorkingDir: spec.workingDir }),
    ...(Object.keys(labels).length === 0 ? {} : { Labels: labels }),
    ...(spec.stopSignal === undefined ? {} : { StopSignal: spec.stopSignal }),
  };
  const config: ImageConfig = {
    created,
    ...parsePlatform(family.platform),
    config: container,
    rootfs: { type: "layers", diff_ids: layers.map((layer) => layer.built.diffId) },
    history: layers.map((layer) => ({ created, created_by: `epicube: layer ${layer.name} of ${layer.from}` })),
  };
  const configContent = encodeDocument(config);
  const configDescriptor = describe(MEDIA_TYPES.config, configContent);
  const manifest: ImageManifest = {
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.manifest,
    config: configDescriptor,
    layers: layers.map(({ built }) => ({
      mediaType: MEDIA_TYPES.layerGzip,
      digest: built.digest,
      size: built.sizeBytes,
      annotations: { [COMPRESSOR_ANNOTATION]: built.compressor },
    })),
    ...(base && image.parent !== undefined
      ? { annotations: { [BASE_DIGEST]: base.digest, [BASE_NAME]: parentReference(family, image) } }
      : {}),
  };
  const content = encodeDocument(manifest);
  return {
    config: { descriptor: configDescriptor, content: configContent },
    manifest: { descriptor: { ...describe(MEDIA_TYPES.manifest, content), platform: parsePlatform(family.platform) }, content },
    startCommand: [...(spec.entrypoint ?? []), ...(spec.cmd ?? [])],
    environment,
  };
}

function parentReference(family: ImageFamily, image: PlannedImage): string {
  const parent = chainOf(family, image.node).at(-2)!.name;
  return image.parent === layoutNameOf(parent, image.target) ? referenceOf(family, parent, image.target) : (image.parent ?? "");
}
