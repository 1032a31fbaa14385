import { open, rename, rm } from "node:fs/promises";
import { EpicubeError, messageOf } from "@epicube/core";
import type { ByteSource } from "../tar/entry.js";

/** The same failure with a code of ours where the disk is the cause. */
export function diskError(error: unknown, file: string): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (code === "ENOSPC" || code === "EDQUOT")
    return new EpicubeError("LAYOUT_DISK_FULL", `no space left while writing ${file}`, {
      cause: error,
      help: "free some space and run again: what was written before is kept",
    });
  if (code === "EACCES" || code === "EROFS" || code === "EPERM")
    return new EpicubeError("LAYOUT_NOT_WRITABLE", `${file} cannot be written: ${messageOf(error)}`, { cause: error });
  return error;
}

/** Makes the entries of a folder durable. File systems that cannot sync folders are left as they are. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r").catch(() => undefined);
  try {
    await handle?.sync();
  } catch {
    // EINVAL on some file systems.
  } finally {
    await handle?.close();
  }
}

/** Writes bytes to a new file and syncs it; on any failure the file is removed. */
export async function writeNewFile(file: string, source: ByteSource, onBytes?: (chunk: Uint8Array) => void): Promise<void> {
  try {
    const handle = await open(file, "wx", 0o644);
    try {
      for await (const chunk of source instanceof Uint8Array ? [source] : source) {
        onBytes?.(chunk);
        for (let at = 0; at < chunk.length; ) at += (await handle.write(chunk, at)).bytesWritten;
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    await rm(file, { force: true }).catch(() => undefined);
    throw diskError(error, file);
  }
}

/** Replaces a small file as a whole: readers see the old or the new content, never a part. */
export async function replaceFile(temp: string, file: string, content: Uint8Array): Promise<void> {
  await writeNewFile(temp, content);
  try {
    await rename(temp, file);
  } catch (error) {
    await rm(temp, { force: true }).catch(() => undefined);
    throw diskError(error, file);
  }
}
