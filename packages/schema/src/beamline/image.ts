import type { Diagnostic, SourceRange } from "@epicube/core";
import { dereference, entryOf, loadYaml, type YamlNode, type YamlSource } from "@epicube/core/yaml";

/** An image reference and where values.yaml writes it. */
export interface WrittenImage {
  readonly reference: string;
  readonly range: SourceRange;
}

function rootOf(source: YamlSource): YamlNode | undefined {
  return source.documents[0] ?? undefined;
}

/** Names under which the chart's dependencies read their values. */
export function dependencyNames(chart: string | undefined): string[] {
  if (chart === undefined) return [];
  const { value } = loadYaml(chart, { file: "Chart.yaml" });
  const list = value && entryOf(rootOf(value), "dependencies")?.value;
  const target = list && dereference(list);
  if (target?.kind !== "sequence") return [];
  return target.items.flatMap((item) => {
    const name = entryOf(item, "alias") ?? entryOf(item, "name");
    const text = name && dereference(name.value);
    return text?.kind === "scalar" ? [text.text] : [];
  });
}

/** The image that a values file names: `ioc-instance.image`, `image`, or that of another dependency of the chart. */
export function imageOf(source: YamlSource, dependencies: readonly string[]): WrittenImage | undefined {
  const root = rootOf(source);
  for (const key of ["ioc-instance", undefined, ...dependencies]) {
    const image = imageIn(source, key === undefined ? root : entryOf(root, key)?.value);
    if (image) return image;
  }
  return undefined;
}

/** The image that a values file names for the chart of IOCs. */
export function iocInstanceImage(source: YamlSource): WrittenImage | undefined {
  return imageIn(source, entryOf(rootOf(source), "ioc-instance")?.value);
}

function imageIn(source: YamlSource, owner: YamlNode | undefined): WrittenImage | undefined {
  const image = entryOf(owner, "image")?.value;
  if (!image) return undefined;
  const target = dereference(image);
  if (target.kind === "scalar" && target.text !== "") return { reference: target.text, range: source.rangeOf(image) };
  const repository = dereferenced(entryOf(target, "repository")?.value);
  const tag = dereferenced(entryOf(target, "tag")?.value);
  if (repository === undefined) return undefined;
  return { reference: tag === undefined ? repository : `${repository}:${tag}`, range: source.rangeOf(image) };
}

function dereferenced(node: YamlNode | undefined): string | undefined {
  const target = node && dereference(node);
  return target?.kind === "scalar" && target.text !== "" ? target.text : undefined;
}

/** A reference without a tag or digest, or with a moving tag, may be another image tomorrow. */
export function checkImage({ reference, range }: WrittenImage): Diagnostic | undefined {
  if (reference.includes("@sha256:")) return undefined;
  const tag = /:([^/:]+)$/.exec(reference)?.[1];
  if (tag !== undefined && !["latest", "main", "master", "edge", "dev"].includes(tag)) return undefined;
  return {
    code: "IMAGE_UNPINNED",
    severity: "warning",
    message: tag === undefined ? `the image ${reference} has no tag` : `the tag of the image ${reference} moves`,
    range,
    help: "name a released version, so that the IOC is the same tomorrow",
  };
}
