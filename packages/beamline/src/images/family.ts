import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { type Diagnostic, EpicubeError, nearest, type SourceRange } from "@epicube/core";
import { type ImageFamily, loadImages, referenceOf } from "@epicube/image";
import type { BeamlineRepository } from "@epicube/schema";
import type { CheckedIoc } from "../check/check.js";
import { repositoryPath } from "../check/templates.js";
import type { LoadedSettings } from "../settings/settings.js";
import { findImage } from "../stage/image-value.js";

/** A beamline's family of images, where it has one. */
export interface LoadedFamily {
  readonly family?: ImageFamily;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads the images file of a beamline: the one given, else that of the settings, else `images.yaml` where there is one.
 *
 * Diagnostics: IMAGES_FILE_MISSING (at the setting), and those of `loadImages`.
 *
 * @throws EpicubeError USAGE where the setting leads out of the repository
 */
export async function loadFamily(root: string, settings: LoadedSettings, imagesFile?: string): Promise<LoadedFamily> {
  const file = imagesFile ?? settingsFile(root, settings) ?? join(root, "images.yaml");
  if (!existsSync(file)) {
    if (imagesFile === undefined && settings.value.images === undefined) return { diagnostics: [] };
    const message = `there is no images file ${settings.value.images ?? file}`;
    return { diagnostics: [{ code: "IMAGES_FILE_MISSING", severity: "error", message, range: settings.locate(["images"]) }] };
  }
  const loaded = await loadImages(file, { displayName: repositoryPath(root, file) });
  return { ...(loaded.value ? { family: loaded.value } : {}), diagnostics: loaded.diagnostics };
}

function settingsFile(root: string, settings: LoadedSettings): string | undefined {
  const named = settings.value.images;
  if (named === undefined) return undefined;
  const path = join(root, named);
  if (!relative(root, path).startsWith("..")) return path;
  throw new EpicubeError("USAGE", `epicube.yaml: images: ${named} leaves the repository`, {
    help: "keep the images file in the repository, or name it with --images",
  });
}

/**
 * Image references of IOCs that belong to the family's repository, but that the family does not make: IMAGE_NOT_IN_FAMILY, a warning, since an
 * older version may well be in the registry. An image of another repository is nobody's business here.
 */
export async function checkImageReferences(
  repository: BeamlineRepository,
  iocs: readonly CheckedIoc[],
  family: ImageFamily,
): Promise<Diagnostic[]> {
  const known = family.nodes.flatMap((node) =>
    Object.keys(node.targets).map((target) => referenceOf(family, node.name, target as "developer" | "runtime")),
  );
  const found: Diagnostic[] = [];
  for (const { instance } of iocs) {
    const { image } = instance;
    if (image === undefined || !image.startsWith(`${family.repository}/`) || known.includes(image)) continue;
    const hint = nearest(image, known, 1)[0];
    found.push({
      code: "IMAGE_NOT_IN_FAMILY",
      severity: "warning",
      message: `${family.file.split("/").at(-1)} makes no image ${image}: it is not pinned by digest`,
      range: (await placeOfImage(repository, instance.valuesFiles, image)) ?? instance.range,
      ...(hint === undefined ? {} : { help: `did you mean ${hint}?` }),
    });
  }
  return found;
}

async function placeOfImage(repository: BeamlineRepository, files: readonly string[], image: string): Promise<SourceRange | undefined> {
  const texts = await Promise.all(files.map(async (file) => ({ file, text: await readFile(join(repository.root, file), "utf8") })));
  return findImage(texts, image)?.range;
}
