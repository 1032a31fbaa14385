import { readFile } from "node:fs/promises";
import { relative } from "node:path";
import { type Diagnostic, decodeUtf8, EpicubeError, messageOf } from "@epicube/core";

/** A path as diagnostics show it: relative to the working folder, absolute when outside. */
export function shownPath(cwd: string, path: string): string {
  const inside = relative(cwd, path);
  return inside.startsWith("..") ? path : inside;
}

/**
 * The text of a file the user named, and what is wrong with its encoding. `latin1` takes bytes as they are.
 *
 * @throws EpicubeError FILE_UNREADABLE (exit 2)
 */
export async function readInput(
  path: string,
  shown: string,
  encoding: "utf8" | "latin1" = "utf8",
  severity: "error" | "warning" = "error",
): Promise<{ text: string; diagnostics: readonly Diagnostic[] }> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw new EpicubeError("FILE_UNREADABLE", `${shown} cannot be read: ${messageOf(error)}`, { cause: error });
  }
  if (encoding === "latin1") return { text: bytes.toString("latin1"), diagnostics: [] };
  const decoded = decodeUtf8(bytes, shown, { severity });
  return { text: decoded.value ?? "", diagnostics: decoded.diagnostics };
}
