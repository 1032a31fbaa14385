import { lstatSync, realpathSync, type Stats } from "node:fs";
import { isAbsolute, relative, resolve, sep } from "node:path";

/** A source that lies where it may, or why not. */
export type Found =
  | { readonly path: string; readonly stats: Stats }
  | { readonly code: "OUTSIDE" | "MISSING"; readonly message: string; readonly help: string };

function contains(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return !isAbsolute(way) && way !== ".." && !way.startsWith(`..${sep}`);
}

/** Looks a source of images.yaml up: relative, inside the folder of the file, also when links are resolved. */
export function findInside(folder: string, written: string, what: string): Found {
  const path = resolve(folder, written);
  const shown = `the ${what} ${JSON.stringify(written)}`;
  const help = "move it there, or write its path relative to images.yaml";
  if (isAbsolute(written) || !contains(folder, path))
    return { code: "OUTSIDE", message: `${shown} is not inside the folder of images.yaml`, help };
  try {
    if (!contains(realpathSync(folder), realpathSync(path)))
      return { code: "OUTSIDE", message: `${shown} leads out of the folder of images.yaml through a link`, help };
    return { path, stats: lstatSync(path) };
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code === "ENOENT" ? "is not there" : `cannot be read: ${(error as Error).message}`;
    return { code: "MISSING", message: `${shown} ${why}`, help: "check its name; it is relative to images.yaml" };
  }
}
