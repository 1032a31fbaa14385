import { readdirSync, readFileSync } from "node:fs";
import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createTempFolder, type TempFolder } from "@epicube/testkit";
import { execa } from "execa";

/** The built command. */
export const BIN = fileURLToPath(new URL("../bin/epicube.js", import.meta.url));
const EXAMPLE = fileURLToPath(new URL("../../../examples/bl45p", import.meta.url));

/** A copy of the example beamline and a state folder beside it. */
export interface Beamline {
  readonly root: string;
  readonly state: string;
  readonly temp: TempFolder;
}

export async function copyBeamline(): Promise<Beamline> {
  const temp = await createTempFolder("up");
  const root = join(temp.path, "bl45p");
  await cp(EXAMPLE, root, { recursive: true, verbatimSymlinks: true });
  const state = join(temp.path, "state");
  await mkdir(state);
  return { root, state, temp };
}

/** What a finished command left. */
export interface Finished {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the built command with no environment of this machine but PATH. */
export function start(args: readonly string[], options: { cwd?: string; env?: Record<string, string> } = {}) {
  return execa(process.execPath, [BIN, ...args], {
    reject: false,
    extendEnv: false,
    env: { PATH: process.env.PATH ?? "", HOME: "/nonexistent", ...options.env },
    stdin: "ignore",
    timeout: 120_000,
    cwd: options.cwd ?? process.cwd(),
  });
}

export async function epicube(args: readonly string[], options: { cwd?: string; env?: Record<string, string> } = {}): Promise<Finished> {
  const { exitCode, stdout, stderr } = await start(args, options);
  return { exitCode, stdout: String(stdout ?? ""), stderr: String(stderr ?? "") };
}

/** Command lines of live processes that name a text (a state folder of this test), by pid. */
export function processesNaming(text: string): Map<number, string> {
  const found = new Map<number, string>();
  for (const entry of readdirSync("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const command = readFileSync(`/proc/${entry}/cmdline`, "utf8").replaceAll("\0", " ");
      const state = /^\d+ \(.*\) (\S)/s.exec(readFileSync(`/proc/${entry}/stat`, "utf8"))?.[1];
      if (command.includes(text) && state !== "Z" && Number(entry) !== process.pid) found.set(Number(entry), command);
    } catch {
      // gone meanwhile
    }
  }
  return found;
}

/** Waits until `check` gives a value; polls every 20 ms, at most `limitMs`. */
export async function eventually<T>(check: () => T | undefined, limitMs = 20_000): Promise<T> {
  const end = Date.now() + limitMs;
  for (;;) {
    const value = check();
    if (value !== undefined) return value;
    if (Date.now() > end) throw new Error("did not happen in time");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The events of a `--json` stream. */
export function eventsOf(stdout: string): Record<string, unknown>[] {
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
