import { open } from "node:fs/promises";
import { escapeControl } from "@epicube/core";

/** Enough for the last lines of anything sensible, whatever the size of the file. */
const TAIL_BYTES = 4096;

/** The last lines of a log file that are not blank, oldest first, control characters escaped. None when it cannot be read. */
export async function lastLines(file: string, count: number): Promise<string[]> {
  const handle = await open(file, "r").catch(() => undefined);
  if (!handle) return [];
  try {
    const { size } = await handle.stat();
    const length = Math.min(size, TAIL_BYTES);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, size - length);
    const lines = buffer.subarray(0, bytesRead).toString("utf8").split(/\r?\n/);
    if (size > length) lines.shift();
    return lines
      .filter((line) => line.trim() !== "")
      .slice(-count)
      .map((line) => escapeControl(line.slice(0, 200)));
  } catch {
    return [];
  } finally {
    await handle.close();
  }
}
