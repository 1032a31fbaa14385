/**
 * Builds a declared family of container images into an OCI image layout whose layers are really shared.
 *
 * @example
 * ```ts
 * import { loadImages, referenceOf } from "@epicube/image";
 *
 * const { value: family, diagnostics } = await loadImages("images.yaml");
 * console.log(diagnostics.length, family?.nodes.map((node) => referenceOf(family, node.name, "runtime")));
 * ```
 *
 * @packageDocumentation
 */

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
