import type { Diagnostic, Digest, ProgressEvent } from "@epicube/core";
import type { ImagePins } from "@epicube/core/seams";
import { type ImageFamily, type ImageTarget, referenceOf } from "../family/family.js";

/** One image of a build. */
export interface BuiltImage {
  readonly node: string;
  readonly target: ImageTarget;
  /** OS/ARCHITECTURE[/VARIANT]. */
  readonly platform: string;
  /** Digest of the manifest. */
  readonly digest: Digest;
  /** Bytes of all its blobs: manifest, configuration and layers. */
  readonly sizeBytes: number;
  /** Base first. `sharedBy` counts the images of the layout that have the layer. */
  readonly layers: readonly { readonly digest: Digest; readonly sizeBytes: number; readonly sharedBy: number }[];
  /** False where it was in the layout already. */
  readonly built: boolean;
  /** Entrypoint and cmd. */
  readonly startCommand: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** The last event of a build. */
export interface BuildDone {
  readonly event: "done";
  /** False where a diagnostic is an error: then nothing was written and `nodes` is empty. */
  readonly ok: boolean;
  readonly nodes: readonly BuiltImage[];
  readonly diagnostics: readonly Diagnostic[];
  readonly wallMs: number;
}

/** What `buildImages` yields: progress, and {@link BuildDone} once, last. */
export type BuildEvent = ProgressEvent | BuildDone;

/** The pins of a build's images: the reference as values.yaml writes it → the same with the digest. */
export function pinsOf(result: Pick<BuildDone, "nodes">, family: Pick<ImageFamily, "repository" | "version">): ImagePins {
  return Object.fromEntries(
    result.nodes.map((image) => {
      const reference = referenceOf(family, image.node, image.target);
      return [reference, `${reference}@${image.digest}` as const];
    }),
  );
}
