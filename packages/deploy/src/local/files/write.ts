import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, open, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { EpicubeError, messageOf } from "@epicube/core";
import type { MountedFile } from "../../releases/mounts.js";

/** Turns a failed write into an error that says what to do; a full disk has a code of its own. */
export function writeError(path: string, error: unknown): EpicubeError {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "ENOSPC" || code === "EDQUOT")
    return new EpicubeError("DISK_FULL", `cannot write ${path}: no space is left on its disk`, {
      cause: error,
      help: "make space, or choose another state folder",
    });
  return new EpicubeError("STATE_WRITE_FAILED", `cannot write ${path}: ${messageOf(error)}`, { cause: error });
}

/** Writes a whole file or nothing: to a temporary name beside it, to the disk, then renamed. Readable by the user only. */
export async function writeFileAtomic(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}`);
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const handle = await open(temporary, "wx", 0o600);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw writeError(path, error);
  }
}

/** Replaces a folder by one with just these files. A reader sees the old folder or the new one; on failure the old one stays. */
export async function replaceFolder(folder: string, files: readonly MountedFile[]): Promise<void> {
  let fresh: string | undefined;
  try {
    await mkdir(dirname(folder), { recursive: true, mode: 0o700 });
    fresh = await mkdtemp(join(dirname(folder), `.${basename(folder)}-`));
    for (const file of files) {
      const path = join(fresh, ...file.path.split("/"));
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await writeFile(path, file.content, { flag: "wx", mode: 0o600 });
    }
    const old = `${fresh}.old`;
    const had = await rename(folder, old).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return false;
        throw error;
      },
    );
    await rename(fresh, folder);
    if (had) await rm(old, { recursive: true, force: true });
  } catch (error) {
    if (fresh) await rm(fresh, { recursive: true, force: true }).catch(() => {});
    throw writeError(folder, error);
  }
}
