import { constants, existsSync } from "node:fs";
import { access, readFile, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, delimiter, dirname, isAbsolute, join, resolve } from "node:path";
import { EpicubeError } from "@epicube/core";
import type { IocProgram } from "@epicube/deploy";
import type { Environment } from "../state/state-folder.js";

/** Where {@link findIocProgram} looks. */
export interface FindIocProgramOptions {
  /** `--ioc-command`: a program, or `sim` for the simulated IOC. Default: the first real IOC found, else simulated. */
  readonly iocCommand?: string;
  readonly env: Environment;
  /** Relative program paths are relative to it. */
  readonly cwd: string;
  /** Starts the simulated IOC; see `IocProgram`'s words. */
  readonly simulatedArgv: readonly string[];
}

const DBD_FILES = ["ioc.dbd", "softIoc.dbd", "base.dbd"];

/**
 * The program that runs IOCs on this machine: `--ioc-command`, else the native IOC among the peers (`npm run peers`), else `softIoc` on PATH
 * or in EPICS_BASE, else the simulated IOC. Its label says which, in words for people.
 *
 * @throws EpicubeError IOC_COMMAND_NOT_FOUND, IOC_COMMAND_NO_DBD
 */
export async function findIocProgram(options: FindIocProgramOptions): Promise<IocProgram> {
  const { iocCommand, env } = options;
  const simulated: IocProgram = { kind: "simulated", label: "simulated IOC (epicube sim)", argv: options.simulatedArgv };
  if (iocCommand === "sim") return simulated;
  if (iocCommand !== undefined) {
    const program = await findProgram(iocCommand, options);
    if (!program) {
      throw new EpicubeError("IOC_COMMAND_NOT_FOUND", `--ioc-command ${iocCommand}: no such program, or it may not be run`, {
        help: "give a path or a name on PATH, or `sim` for the simulated IOC",
      });
    }
    const dbd = await findDbd(program, env);
    if (!dbd) {
      throw new EpicubeError("IOC_COMMAND_NO_DBD", `no database definition (${DBD_FILES.join(", ")}) stands near ${program}`, {
        help: "put a folder dbd/ with ioc.dbd beside the program, or set EPICS_BASE",
      });
    }
    return { kind: "ioc", label: `real EPICS IOC (${program})`, program, dbd };
  }
  return (await peerIoc(env)) ?? (await softIoc(env)) ?? simulated;
}

async function peerIoc(env: Environment): Promise<IocProgram | undefined> {
  const folder = env.EPICUBE_PEERS ?? join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), ".cache"), "epicube", "peers");
  let peers: Record<string, { ok?: boolean; version?: string; paths?: Record<string, string> }>;
  try {
    peers = JSON.parse(await readFile(join(folder, "peers.json"), "utf8"));
  } catch {
    return undefined;
  }
  const { ioc, dbd } = peers.epics?.paths ?? {};
  if (!peers.epics?.ok || !ioc || !dbd || !(await isRunnable(ioc)) || !existsSync(dbd)) return undefined;
  return { kind: "ioc", label: `real EPICS IOC (native, ${peers.epics.version ?? "peer"})`, program: ioc, dbd };
}

async function softIoc(env: Environment): Promise<IocProgram | undefined> {
  const program = (await onPath("softIoc", env)) ?? (await inEpicsBase("softIoc", env));
  const dbd = program && (await findDbd(program, env));
  return program && dbd ? { kind: "ioc", label: `real EPICS IOC (${program})`, program, dbd } : undefined;
}

async function findProgram(name: string, options: FindIocProgramOptions): Promise<string | undefined> {
  if (name.includes("/")) {
    const path = isAbsolute(name) ? name : resolve(options.cwd, name);
    return (await isRunnable(path)) ? path : undefined;
  }
  return onPath(name, options.env);
}

async function onPath(name: string, env: Environment): Promise<string | undefined> {
  for (const folder of (env.PATH ?? "").split(delimiter)) {
    if (folder && (await isRunnable(join(folder, name)))) return join(folder, name);
  }
  return undefined;
}

async function inEpicsBase(name: string, env: Environment): Promise<string | undefined> {
  if (!env.EPICS_BASE) return undefined;
  const path = join(env.EPICS_BASE, "bin", env.EPICS_HOST_ARCH || "linux-x86_64", name);
  return (await isRunnable(path)) ? path : undefined;
}

/** Beside the program (`dbd/`), or above its `bin/ARCH` folder, or in EPICS_BASE; softIoc's own definition before the general one. */
async function findDbd(program: string, env: Environment): Promise<string | undefined> {
  const folder = dirname(program);
  const own = basename(program) === "softIoc" ? ["softIoc.dbd", ...DBD_FILES] : DBD_FILES;
  const places = [
    join(folder, "dbd"),
    join(folder, "..", "dbd"),
    join(folder, "..", "..", "dbd"),
    ...(env.EPICS_BASE ? [join(env.EPICS_BASE, "dbd")] : []),
  ];
  for (const place of places) for (const name of own) if (existsSync(join(place, name))) return resolve(place, name);
  return undefined;
}

async function isRunnable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
