import { cp, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createTempFolder, type TempFolder } from "@epicube/testkit";

/** The example beamline of this repository. */
export const EXAMPLE = fileURLToPath(new URL("../../../examples/bl45p", import.meta.url));

/** A copy of the example beamline that a test may change, and a state folder beside it. */
export interface ExampleCopy {
  readonly root: string;
  readonly state: string;
  readonly temp: TempFolder;
}

/** Copies the example to a folder of its own; links inside it stay links. */
export async function copyExample(): Promise<ExampleCopy> {
  const temp = await createTempFolder("beamline");
  const root = join(temp.path, "bl45p");
  await cp(EXAMPLE, root, { recursive: true, verbatimSymlinks: true });
  const state = join(temp.path, "state");
  await mkdir(state);
  return { root, state, temp };
}

/** Writes text files below a folder, making folders as needed. */
export async function writeFiles(
  folder: string,
  files: readonly { readonly path: string; readonly bytes: Uint8Array | string }[],
): Promise<void> {
  for (const { path, bytes } of files) {
    await mkdir(join(folder, path, ".."), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
}
