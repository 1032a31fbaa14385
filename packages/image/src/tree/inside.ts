import { lstatSync, readdirSync, realpathSync, type Stats } from "node:fs";
import { isAbsolute, join, relative, resolve, sep } from "node:path";
import { nearest } from "@epicube/core";

/** A source that lies where it may, or why not. */
export type Found =
  | { readonly path: string; readonly stats: Stats }
  | { readonly code: "OUTSIDE" | "MISSING"; readonly message: string; readonly help: string };

function contains(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return !isAbsolute(way) && way !== ".." && !way.startsWith(`..${sep}`);
}

/** Most names that a help lists. */
const MAX_NAMES = 8;

/** The nearest path that is there; without one, what stands where the way ends. */
function helpForMissing(folder: string, path: string, wantsFolder: boolean): string {
  const parts = relative(folder, path).split(sep);
  const found: string[] = [];
  for (const [depth, part] of parts.entries()) {
    const last = depth === parts.length - 1;
    let names: string[];
    try {
      const here = realpathSync(join(folder, ...found));
      if (!contains(realpathSync(folder), here)) break;
      names = readdirSync(here, { withFileTypes: true })
        .filter((one) => !one.name.startsWith(".") && ((last && !wantsFolder) || !one.isFile()))
        .map((one) => one.name)
        .sort();
    } catch {
      break;
    }
    const next = names.includes(part) ? part : nearest(part, names, 1)[0];
    if (next === undefined) {
      const where = found.length === 0 ? "beside images.yaml" : `in ${found.join("/")}`;
      const more = names.length > MAX_NAMES ? " and more" : "";
      return names.length === 0 ? `there is nothing ${where}` : `there is ${names.slice(0, MAX_NAMES).join(", ")}${more} ${where}`;
    }
    found.push(next);
  }
  return found.length === parts.length ? `did you mean ${found.join("/")}?` : "check its name; it is relative to images.yaml";
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
    if ((error as NodeJS.ErrnoException).code !== "ENOENT")
      return { code: "MISSING", message: `${shown} cannot be read: ${(error as Error).message}`, help: "see that it can be read" };
    return { code: "MISSING", message: `${shown} is not there`, help: helpForMissing(folder, path, what === "tree") };
  }
}
