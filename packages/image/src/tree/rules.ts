import type { LayerSpec } from "../schemas.js";
import { createPathFilter } from "./glob.js";

/** Reads `"0755"`. */
export function parseMode(text: string | undefined, otherwise: number): number {
  return text === undefined ? otherwise : Number.parseInt(text, 8);
}

/** Reads `"UID:GID"`. */
export function parseOwner(text: string | undefined): { uid: number; gid: number } {
  const [uid = 0, gid = 0] = (text ?? "0:0").split(":").map(Number);
  return { uid, gid };
}

/** What a layer takes of its source, and what becomes of it. Paths are below the source's root. */
export interface SourceRules {
  isIncluded(path: string): boolean;
  isExcluded(path: string): boolean;
  /** Mode and owner, the rules applied to the mode that it has without them. */
  attributes(path: string, mode: number): { mode: number; uid: number; gid: number };
  /** Path in the image. */
  place(path: string): string;
}

/** Compiles the include, exclude and rules of a layer. */
export function createSourceRules(spec: LayerSpec): SourceRules {
  const rules = (spec.rules ?? []).map((rule) => ({ ...rule, matches: createPathFilter(rule.match) }));
  const prefix = spec.to.split("/").filter((part) => part !== "" && part !== ".");
  return {
    isIncluded: spec.include ? createPathFilter(spec.include) : () => true,
    isExcluded: spec.exclude ? createPathFilter(spec.exclude) : () => false,
    attributes(path, otherwise) {
      let mode = otherwise;
      let owner: string | undefined;
      for (const rule of rules) {
        if (!rule.matches(path)) continue;
        mode = parseMode(rule.mode, mode);
        owner = rule.owner ?? owner;
      }
      return { mode, ...parseOwner(owner) };
    },
    place: (path) => [...prefix, path].join("/"),
  };
}
