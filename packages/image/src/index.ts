/**
 * Builds a declared family of container images into an OCI image layout whose layers are really shared.
 *
 * @example
 * ```ts
 * import { buildImages, loadImages, pinsOf } from "@epicube/image";
 *
 * const { value: family, diagnostics } = await loadImages("images.yaml");
 * if (!family) throw new Error(diagnostics.map((found) => found.message).join("\n"));
 * for await (const event of buildImages(family, { layoutFolder: "layout" })) {
 *   if (event.event === "done") console.log(event.nodes.length, pinsOf(event, family));
 * }
 * ```
 *
 * @packageDocumentation
 */
export type { ImagePins, ImageSource } from "@epicube/core/seams";
export { type BuildImagesOptions, buildImages } from "./build/build.js";
export { COMPRESSOR_ANNOTATION } from "./build/image.js";
export { type BuildDone, type BuildEvent, type BuiltImage, pinsOf } from "./build/result.js";
export {
  type FamilyLayer,
  type FamilyNode,
  type FamilyTarget,
  type ImageFamily,
  type ImageTarget,
  layoutNameOf,
  referenceOf,
} from "./family/family.js";
export { type LoadImagesOptions, loadImages, parseImages } from "./family/load.js";
export type { PlannedLayer } from "./plan/layer.js";
export { type ImagePlan, type PlanImagesOptions, type PlannedImage, planImages } from "./plan/plan.js";
export { type ImageSharing, type ImageTree, imageTree, type LayerSharing } from "./report/tree.js";
export { createLayoutImageSource, type LayoutImageSourceOptions } from "./source/layout-source.js";
export type { EntryContent, FileStamp, PlannedEntry } from "./tree/entry.js";
export type { HashCache } from "./tree/hash-cache.js";
export type { ZipEntry } from "./zip/directory.js";
