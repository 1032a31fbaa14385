import { randomUUID } from "node:crypto";
import { link, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { digestOf, EpicubeError } from "@epicube/core";
import { writeError } from "../files/write.js";
import { isAlive, processIdentity } from "../process/identity.js";
import { lockFile } from "./layout.js";

/** Who supervises a beamline. */
export interface LockHolder {
  readonly pid: number;
  readonly identity: string;
  readonly host: string;
}

/** The right to supervise one beamline. */
export interface StateLock {
  release(): Promise<void>;
}

/** Who holds the lock, or undefined: nobody, or a process that has ended. */
export async function readLock(stateFolder: string): Promise<LockHolder | undefined> {
  const text = await readFile(lockFile(stateFolder), "utf8").catch(() => undefined);
  const holder = text === undefined ? undefined : parseHolder(text);
  return holder && holds(holder) ? holder : undefined;
}

function parseHolder(text: string): LockHolder | undefined {
  try {
    const { pid, identity, host } = JSON.parse(text) as Partial<LockHolder>;
    return Number.isInteger(pid) && typeof identity === "string" && typeof host === "string" ? { pid: pid!, identity, host } : undefined;
  } catch {
    return undefined;
  }
}

/** On another host nobody can tell: it is taken to be alive. */
function holds(holder: LockHolder): boolean {
  return holder.host !== hostname() || isAlive(holder.pid, holder.identity);
}

/**
 * Takes the lock of a state folder; the lock of a process that has ended is taken over.
 *
 * @throws EpicubeError `BEAMLINE_LOCKED` when another supervisor, also one in this process, holds it
 */
export async function acquireLock(stateFolder: string): Promise<StateLock> {
  const file = lockFile(stateFolder);
  const mine = `${file}.${randomUUID()}`;
  const text = `${JSON.stringify({ pid: process.pid, identity: processIdentity(process.pid) ?? "", host: hostname(), token: randomUUID() })}\n`;
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(mine, text, { flag: "wx", mode: 0o600 });
    for (let attempt = 0; attempt < 100; attempt++) {
      // A hard link appears whole or not at all: nobody reads half a lock.
      const taken = await link(mine, file).then(
        () => true,
        (error: NodeJS.ErrnoException) => {
          if (error.code === "EEXIST") return false;
          throw error;
        },
      );
      if (taken) return { release: () => releaseLock(file, text) };
      await removeStale(stateFolder, file, mine);
      await new Promise((resolve) => setImmediate(resolve));
    }
  } catch (error) {
    throw error instanceof EpicubeError ? error : writeError(file, error);
  } finally {
    await rm(mine, { force: true }).catch(() => {});
  }
  throw new EpicubeError("BEAMLINE_LOCKED", `cannot take ${file}: others take it over all the time`);
}

async function removeStale(stateFolder: string, file: string, mine: string): Promise<void> {
  const seen = await readFile(file, "utf8").catch(() => undefined);
  if (seen === undefined) return;
  const holder = parseHolder(seen);
  if (holder && holds(holder)) {
    const where = holder.host === hostname() ? `process ${holder.pid}` : `process ${holder.pid} on host ${holder.host}`;
    throw new EpicubeError("BEAMLINE_LOCKED", `${where} already supervises this beamline (state folder ${stateFolder})`, {
      help:
        holder.host === hostname()
          ? "end that command first"
          : `end that command first, or remove ${file} when that process is surely gone`,
      context: { pid: holder.pid, host: holder.host },
    });
  }
  // Only who owns the marker of this very lock may remove it: otherwise two could remove, one of them a lock that was just taken.
  const marker = `${file}.over-${digestOf(seen).slice(7, 23)}`;
  const owned = await link(mine, marker).then(
    () => true,
    () => false,
  );
  if (!owned) {
    const other = parseHolder(await readFile(marker, "utf8").catch(() => ""));
    if (other && !holds(other)) await rm(marker, { force: true });
    return;
  }
  try {
    if ((await readFile(file, "utf8").catch(() => undefined)) === seen) await rm(file, { force: true });
  } finally {
    await rm(marker, { force: true });
  }
}

async function releaseLock(file: string, text: string): Promise<void> {
  if ((await readFile(file, "utf8").catch(() => "")) === text) await rm(file, { force: true });
}
