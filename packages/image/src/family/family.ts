import type { Diagnostic, SourceRange } from "@epicube/core";
import type { ImagesFile, LayerSpec, NodeSpec, TargetSpec } from "../schemas.js";

/** The two targets of a node: to run an IOC, and to build one. */
export type ImageTarget = "developer" | "runtime";

export const TARGETS: readonly ImageTarget[] = ["developer", "runtime"];

/** A declared family of images: a checked `images.yaml`. */
export interface ImageFamily {
  /** The file as it was named. */
  readonly file: string;
  /** Absolute folder of the file: every tree lies inside. */
  readonly folder: string;
  /** REGISTRY/PREFIX. */
  readonly repository: string;
  readonly version: string;
  /** OS/ARCHITECTURE[/VARIANT]. */
  readonly platform: string;
  /** Parents before children, otherwise in the order of the file. */
  readonly nodes: readonly FamilyNode[];
}

/** One node of a family. */
export interface FamilyNode {
  readonly name: string;
  readonly parent?: string;
  readonly env: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly targets: Readonly<Partial<Record<ImageTarget, FamilyTarget>>>;
  readonly range: SourceRange;
}

/** One target of a node. */
export interface FamilyTarget {
  readonly layers: readonly FamilyLayer[];
  readonly env: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly config: NonNullable<TargetSpec["config"]>;
  readonly range: SourceRange;
}

/** One layer as declared, with its place. */
export interface FamilyLayer {
  readonly spec: LayerSpec;
  readonly range: SourceRange;
  /** Place of the tree's or archive's name, where there is one. */
  readonly sourceRange?: SourceRange;
}

/** The reference of a node's target as values.yaml writes it: `REPOSITORY/NAME-TARGET:VERSION`. */
export function referenceOf(family: Pick<ImageFamily, "repository" | "version">, node: string, target: ImageTarget): string {
  return `${family.repository}/${layoutNameOf(node, target)}:${family.version}`;
}

/** The name of a node's target in a layout: `NAME-TARGET`. */
export function layoutNameOf(node: string, target: ImageTarget): string {
  return `${node}-${target}`;
}

/** Orders nodes so that parents come first; cycles and unknown parents are reported through `report` and left out. */
export function orderNodes(
  images: ImagesFile["images"],
  report: (node: string, diagnostic: Pick<Diagnostic, "code" | "message" | "help">) => void,
  help: (word: string, node: string) => string | undefined,
): [string, NodeSpec][] {
  const state = new Map<string, "open" | "done" | "bad">();
  const ordered: [string, NodeSpec][] = [];
  const visit = (name: string, trail: readonly string[]): boolean => {
    const known = state.get(name);
    if (known === "done") return true;
    if (known === "bad") return false;
    if (known === "open") {
      const cycle = [...trail.slice(trail.indexOf(name)), name].join(" <- ");
      report(name, {
        code: "IMAGE_PARENT_CYCLE",
        message: `the parents go round: ${cycle}`,
        help: "a node without a parent must be at the bottom",
      });
      return false;
    }
    const node = images[name]!;
    state.set(name, "open");
    let good = true;
    if (node.parent !== undefined) {
      if (!Object.hasOwn(images, node.parent)) {
        const next = help(node.parent, name);
        report(name, {
          code: "IMAGE_PARENT_UNKNOWN",
          message: `the parent ${JSON.stringify(node.parent)} is no node of this file`,
          ...(next === undefined ? {} : { help: next }),
        });
        good = false;
      } else good = visit(node.parent, [...trail, name]);
    }
    state.set(name, good ? "done" : "bad");
    if (good) ordered.push([name, node]);
    return good;
  };
  for (const name of Object.keys(images)) visit(name, []);
  return ordered;
}
