import { readFileSync, realpathSync, statSync } from "node:fs";
import { isAbsolute, join, resolve, sep } from "node:path";
import { decodeUtf8, messageOf } from "@epicube/core";
import type { ResolveTemplate, TemplateFile } from "./template.js";

/** Options of {@link createDirectoryLookup}. */
export interface DirectoryLookupOptions {
  /** How a found file is named in diagnostics. Default: its absolute path. */
  readonly name?: (path: string) => string;
  /** Larger files are not read. Default 64 MiB. */
  readonly maxSizeBytes?: number;
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

function readTemplate(path: string, file: string): TemplateFile {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const range = { file, startLine: 1, startColumn: 1, endLine: 1, endColumn: 1 };
    const message = `${file} cannot be read: ${messageOf(error)}`;
    return { file, text: "", diagnostics: [{ code: "FILE_UNREADABLE", severity: "error", message, range }] };
  }
  const { value, diagnostics } = decodeUtf8(bytes, file, { severity: "warning" });
  return { file, text: value, ...(diagnostics.length > 0 ? { diagnostics } : {}) };
}

/**
 * Looks templates up in folders, in order. A name that leads out of its folder (`..`, an absolute path, a link) is not found: files of a
 * beamline repository must not read the machine they are checked on. Files are read once;
 * one that is not UTF-8 has the warning FILE_ENCODING with it, one that cannot be
 * read the error FILE_UNREADABLE and no text.
 */
export function createDirectoryLookup(folders: readonly string[], options: DirectoryLookupOptions = {}): ResolveTemplate {
  const limit = options.maxSizeBytes ?? 64 * 1024 * 1024;
  const roots = folders.map((folder) => ({ folder: resolve(folder), real: realPath(folder) }));
  const cache = new Map<string, TemplateFile | undefined>();
  const find = (name: string): TemplateFile | undefined => {
    if (name === "" || isAbsolute(name) || name.includes("\0")) return undefined;
    for (const { folder, real } of roots) {
      if (real === undefined) continue;
      const path = join(folder, name);
      const target = realPath(path);
      if (target === undefined || !target.startsWith(real.endsWith(sep) ? real : real + sep)) continue;
      const status = statSync(target);
      if (!status.isFile() || status.size > limit) continue;
      const file = options.name?.(path) ?? path;
      return readTemplate(target, file);
    }
    return undefined;
  };
  return (name) => {
    if (!cache.has(name)) cache.set(name, find(name));
    return cache.get(name);
  };
}
