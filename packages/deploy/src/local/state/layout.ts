import { join, resolve } from "node:path";
import { EpicubeError } from "@epicube/core";
import { isIocName } from "../../releases/ioc-name.js";
import type { IocPaths } from "../../target/target.js";

/** The folder of one IOC in the state folder. Throws `IOC_NAME_INVALID` for a name that could lead elsewhere. */
export function iocFolder(stateFolder: string, ioc: string): string {
  if (!isIocName(ioc))
    throw new EpicubeError(
      "IOC_NAME_INVALID",
      `${JSON.stringify(ioc)} is no name of an IOC: lower-case letters, digits and hyphens, a letter or digit at both ends, 52 characters at most`,
    );
  return join(resolve(stateFolder), "iocs", ioc);
}

/** The folders of one IOC. */
export function iocPaths(stateFolder: string, ioc: string): IocPaths {
  const folder = iocFolder(stateFolder, ioc);
  const home = join(folder, "ioc");
  return { ioc: home, runtime: join(folder, "runtime"), config: join(home, "config"), autosave: join(folder, "autosave") };
}

/** The log files of one IOC. */
export function iocLogFiles(stateFolder: string, ioc: string): { current: string; previous: string } {
  const folder = join(iocFolder(stateFolder, ioc), "log");
  return { current: join(folder, "ioc.log"), previous: join(folder, "ioc.previous.log") };
}

/** The file that holds the release as it was last applied. */
export function releaseFile(stateFolder: string, ioc: string): string {
  return join(iocFolder(stateFolder, ioc), "release.json");
}

export function stateFile(stateFolder: string): string {
  return join(resolve(stateFolder), "state.json");
}

export function lockFile(stateFolder: string): string {
  return join(resolve(stateFolder), "lock");
}
