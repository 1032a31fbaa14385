import type { LocalTarget, LocalTargetOptions } from "./options.js";
import { iocPaths } from "./state/layout.js";

export async function createLocalTarget(options: LocalTargetOptions): Promise<LocalTarget> {
  const paths = (ioc: string) => iocPaths(options.stateFolder, ioc);
  return { paths } as unknown as LocalTarget;
}
