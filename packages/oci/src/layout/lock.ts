import { randomUUID } from "node:crypto";
import { link, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { type Clock, EpicubeError, systemClock } from "@epicube/core";
import { diskError } from "./files.js";

/** How {@link acquireLock} waits. */
export interface LockOptions {
  /** How long to wait for another holder, in milliseconds. Default 120,000. */
  readonly timeoutMs?: number;
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
}

interface Holder {
  readonly pid: number;
  readonly host: string;
  /** When the process started, in the kernel's ticks: tells it from a later process of the same id. Empty where not known. */
  readonly started: string;
  readonly token: string;
}

const RETRY_MS = 50;
/** A takeover takes microseconds; a mark older than this belongs to a process that was killed in it. */
const TAKEOVER_MS = 10_000;

async function startOf(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // The second field, the program's name, may hold spaces and brackets: count from the last bracket.
  return text.slice(text.lastIndexOf(")") + 2).split(" ")[19] ?? "";
}

async function isAlive(holder: Holder): Promise<boolean> {
  // Of another machine nothing can be known: taken as alive.
  if (holder.host !== hostname()) return true;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  return holder.started === "" || (await startOf(holder.pid)) === holder.started;
}

async function readHolder(file: string): Promise<Holder | undefined> {
  try {
    const value = JSON.parse(await readFile(file, "utf8")) as Partial<Holder>;
    if (typeof value.pid !== "number" || typeof value.host !== "string" || typeof value.token !== "string") return undefined;
    return { pid: value.pid, host: value.host, started: String(value.started ?? ""), token: value.token };
  } catch {
    return undefined;
  }
}

/**
 * Takes the lock `folder/lock` between processes, waiting for a living holder and taking over from a dead one.
 *
 * @returns a function that gives it back
 * @throws EpicubeError LAYOUT_LOCKED after the wait, naming the holder
 */
export async function acquireLock(folder: string, options: LockOptions = {}): Promise<() => Promise<void>> {
  const { timeoutMs = 120_000, clock = systemClock, signal } = options;
  const file = join(folder, "lock");
  const mine: Holder = { pid: process.pid, host: hostname(), started: await startOf(process.pid), token: randomUUID() };
  const temp = join(folder, `lock-${mine.token}`);
  // Written aside and linked into place, so that the lock is never seen empty.
  await writeFile(temp, JSON.stringify(mine), { flag: "wx" }).catch(async (error: unknown) => {
    await rm(temp, { force: true }).catch(() => undefined);
    throw diskError(error, temp);
  });
  const start = clock.monotonicMs();
  try {
    for (;;) {
      signal?.throwIfAborted();
      try {
        await link(temp, file);
        break;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw diskError(error, file);
      }
      const holder = await readHolder(file);
      if (holder && !(await isAlive(holder))) {
        await takeOver(folder, file, holder, clock);
        continue;
      }
      if (clock.monotonicMs() - start >= timeoutMs)
        throw new EpicubeError(
          "LAYOUT_LOCKED",
          `${folder} is in use by process ${holder?.pid ?? "unknown"} on ${holder?.host ?? "an unknown host"}`,
          {
            help: `wait for it to end; if it is gone, remove ${file}`,
          },
        );
      await clock.sleep(RETRY_MS, signal);
    }
  } finally {
    await rm(temp, { force: true });
  }
  return async () => {
    if ((await readHolder(file))?.token === mine.token) await rm(file, { force: true });
  };
}

/** Removes a dead holder's lock. Only one process may do so at a time: else a slow one could remove the lock of the next holder. */
async function takeOver(folder: string, file: string, dead: Holder, clock: Clock): Promise<void> {
  const mark = join(folder, "takeover");
  try {
    await mkdir(mark);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw diskError(error, mark);
    const marked = await stat(mark).catch(() => undefined);
    if (marked && clock.nowMs() - marked.mtimeMs > TAKEOVER_MS) await rm(mark, { recursive: true, force: true });
    return;
  }
  try {
    if ((await readHolder(file))?.token === dead.token) await rm(file, { force: true });
  } finally {
    await rm(mark, { recursive: true, force: true });
  }
}
