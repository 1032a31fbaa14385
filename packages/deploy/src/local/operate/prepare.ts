import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { digestOf } from "@epicube/core";
import type { Workload } from "../../releases/workload.js";
import { flattenDbd } from "../files/dbd.js";
import { replaceFolder, writeError, writeFileAtomic } from "../files/write.js";
import type { IocProgram } from "../options.js";
import { iocPaths } from "../state/layout.js";

/** Makes the folders of an IOC that is not running: config and runtime as mounted, the dbd of a real IOC; autosave is only made, never emptied. */
export async function prepareFolders(stateFolder: string, workload: Workload, program: IocProgram): Promise<void> {
  const paths = iocPaths(stateFolder, workload.name);
  for (const folder of [paths.ioc, paths.autosave]) {
    await mkdir(folder, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
      throw writeError(folder, error);
    });
  }
  await replaceFolder(paths.config, workload.config);
  await replaceFolder(paths.runtime, workload.runtime);
  if (program.kind === "ioc" && program.dbd !== undefined)
    await writeFileAtomic(join(paths.ioc, "dbd", "ioc.dbd"), await flattenDbd(program.dbd));
}

/** Digest of all that an IOC is started with. Ports of other IOCs are left out: one more IOC does not restart the others. */
export function specDigest(workload: Workload, program: IocProgram, port: number): string {
  const files = (list: Workload["config"]) => list.map((file) => [file.path, digestOf(file.content)]);
  return digestOf(
    JSON.stringify({
      environment: workload.environment,
      config: files(workload.config),
      runtime: files(workload.runtime),
      image: workload.image,
      program,
      port,
    }),
  );
}
