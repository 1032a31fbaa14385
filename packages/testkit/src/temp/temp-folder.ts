import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder of its own below the system's temp folder, removed by `close` or `await using`. */
export interface TempFolder {
  readonly path: string;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Makes an empty temp folder whose name starts with `epicube-`. */
export async function createTempFolder(name = "test"): Promise<TempFolder> {
  const path = await mkdtemp(join(tmpdir(), `epicube-${name}-`));
  const close = () => rm(path, { recursive: true, force: true });
  return { path, close, [Symbol.asyncDispose]: close };
}
