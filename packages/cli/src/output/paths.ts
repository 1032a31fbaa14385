import { readFile } from "node:fs/promises";
import { relative } from "node:path";
import { EpicubeError, messageOf } from "@epicube/core";

/** A path as diagnostics show it: relative to the working folder, absolute when outside. */
export function shownPath(cwd: string, path: string): string {
  const inside = relative(cwd, path);
  return inside.startsWith("..") ? path : inside;
}

/**
 * The text of a file the user named.
 *
 * @throws EpicubeError FILE_UNREADABLE (exit 2)
 */
export async function readInput(path: string, shown: string, encoding: "utf8" | "latin1" = "utf8"): Promise<string> {
  try {
    return await readFile(path, encoding);
  } catch (error) {
    throw new EpicubeError("FILE_UNREADABLE", `${shown} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}
