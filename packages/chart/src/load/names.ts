import { realpath } from "node:fs/promises";
import { join, relative, resolve, sep } from "node:path";

/** True for the folder itself and all below it. */
export const inside = (path: string, folder: string) => path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);

/** How diagnostics name files. */
export interface ShownNames {
  /** A path as it was reached, links and all: relative to the root, or as it was given. */
  way(path: string): string;
  /** A path without links: relative to the root; undefined outside of it. */
  real(path: string): string | undefined;
  /** A text whose absolute paths inside the root become relative. */
  shorten(text: string): string;
}

const portable = (path: string) => path.split(sep).join("/");

/** Names of files for a chart at `path`: relative to `root`, or without one written as `path` is. */
export async function createNames(path: string, root: string | undefined): Promise<ShownNames> {
  const top = resolve(path);
  const realTop = await realpath(top).catch(() => top);
  const given = (below: string) => portable(below === "" ? path : join(path, below));
  if (root === undefined) {
    return {
      way: (file) => (inside(resolve(file), top) ? given(relative(top, resolve(file))) : portable(file)),
      real: (file) => (inside(file, realTop) ? given(relative(realTop, file)) : undefined),
      shorten: (text) => text,
    };
  }
  const folder = resolve(root);
  const realFolder = await realpath(folder).catch(() => folder);
  const below = (file: string) => [folder, realFolder].find((one) => inside(file, one));
  return {
    way(file) {
      const absolute = resolve(file);
      const base = below(absolute);
      return base === undefined ? portable(file) : portable(relative(base, absolute) || ".");
    },
    real: (file) => (inside(file, realFolder) ? portable(relative(realFolder, file)) : undefined),
    shorten: (text) => [folder, realFolder].reduce((now, one) => now.replaceAll(one.endsWith(sep) ? one : one + sep, ""), text),
  };
}
