import { readFile, realpath, stat } from "node:fs/promises";
import { isAbsolute, resolve, sep } from "node:path";
import type { TemplateSource } from "@epicube/core/seams";

/** Largest template that is read. */
const MAX_BYTES = 64 * 1024 * 1024;

/** Templates in a folder. Absolute paths, `..` and links that lead out of the folder give undefined, as missing files do. */
export function createDirectoryTemplateSource(folder: string): TemplateSource {
  return {
    id: folder,
    async read(path, signal) {
      signal?.throwIfAborted();
      if (isAbsolute(path) || path.split(/[\\/]/).includes("..") || path.includes("\0")) return undefined;
      try {
        const root = await realpath(folder);
        const target = await realpath(resolve(root, path));
        if (!target.startsWith(root + sep)) return undefined;
        const found = await stat(target);
        if (!found.isFile() || found.size > MAX_BYTES) return undefined;
        return new Uint8Array(await readFile(target, signal ? { signal } : {}));
      } catch (error) {
        signal?.throwIfAborted();
        const { code } = error as NodeJS.ErrnoException;
        if (code === "ENOENT" || code === "ENOTDIR" || code === "ELOOP" || code === "EACCES" || code === "ENAMETOOLONG") return undefined;
        throw error;
      }
    },
  };
}
