import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { isAbsolute, join, relative, resolve, sep } from "node:path";
import { type Checked, type Diagnostic, decodeUtf8, EpicubeError, messageOf } from "@epicube/core";
import type { SourceFile } from "../generate/types.js";

/** How {@link findSupportFiles} looks. */
export interface FindSupportFilesOptions {
  /** Relative paths start here, and names of files inside it are relative to it. Default: the working directory, names as given. */
  readonly base?: string;
  /** Links to files out of this folder are refused with LINK_OUTSIDE. Default: links are followed anywhere. */
  readonly within?: string;
}

/** Deepest folder below one that is given. */
const MAX_DEPTH = 12;

/**
 * Support files at the given files and folders (below a folder: every `*.ibek.support.yaml`, sorted by path), with their text. A file
 * that is reached twice is read once. Hidden folders and node_modules are skipped. One that is not
 * UTF-8 carries the error FILE_ENCODING, which `loadSupport` reports.
 *
 * @throws EpicubeError FILE_UNREADABLE when a given path cannot be read
 */
export async function findSupportFiles(
  paths: readonly string[],
  options: FindSupportFilesOptions = {},
): Promise<Checked<readonly SourceFile[]>> {
  const base = options.base === undefined ? undefined : await realpath(options.base).catch(() => resolve(options.base!));
  const within = options.within === undefined ? undefined : await realpath(options.within);
  const files: SourceFile[] = [];
  const diagnostics: Diagnostic[] = [];
  const seen = new Set<string>();
  for (const path of paths) {
    const full = resolve(base ?? ".", path);
    try {
      const found = (await stat(full)).isDirectory() ? await below(full, within) : [full];
      for (const file of found) {
        const real = await realpath(file);
        if (seen.has(real)) continue;
        seen.add(real);
        if (within !== undefined && !inside(within, real)) {
          diagnostics.push(leavesFolder(nameOf(file, base, path, full)));
          continue;
        }
        const name = nameOf(file, base, path, full);
        // A file that is not UTF-8 stays among them, so that its types are known: its error, told by loadSupport, is the only finding.
        const decoded = decodeUtf8(await readFile(file), name);
        files.push({ file: name, text: decoded.value, ...(decoded.diagnostics.length > 0 ? { diagnostics: decoded.diagnostics } : {}) });
      }
    } catch (cause) {
      throw new EpicubeError("FILE_UNREADABLE", `the support definitions at ${path} cannot be read: ${messageOf(cause)}`, { cause });
    }
  }
  return { value: files, diagnostics };
}

function leavesFolder(file: string): Diagnostic {
  const range = { file, startLine: 1, startColumn: 1, endLine: 1, endColumn: 1 };
  return { code: "LINK_OUTSIDE", severity: "error", message: "the link leads out of the repository, so it is not read", range };
}

function inside(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder + sep);
}

function nameOf(file: string, base: string | undefined, given: string, full: string): string {
  if (base !== undefined) return (inside(base, file) ? relative(base, file) : file).split(sep).join("/");
  const name = isAbsolute(given) ? file : join(given, relative(full, file));
  return name.split(sep).join("/");
}

async function below(folder: string, within: string | undefined): Promise<string[]> {
  const found: string[] = [];
  const visited = new Set<string>();
  const walk = async (path: string, depth: number): Promise<void> => {
    const real = await realpath(path);
    if (visited.has(real) || depth > MAX_DEPTH || (within !== undefined && !inside(within, real))) return;
    visited.add(real);
    for (const entry of (await readdir(path, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.name.startsWith(".") || entry.name === "node_modules") continue;
      const full = join(path, entry.name);
      const kind = entry.isSymbolicLink() ? await stat(full).catch(() => undefined) : entry;
      if (kind?.isDirectory()) await walk(full, depth + 1);
      else if (kind?.isFile() && entry.name.endsWith("ibek.support.yaml")) found.push(full);
    }
  };
  await walk(folder, 0);
  return found.sort();
}
