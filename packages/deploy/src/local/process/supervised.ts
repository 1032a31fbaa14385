import { createWriteStream, mkdirSync, openSync, renameSync, type WriteStream } from "node:fs";
import { dirname } from "node:path";
import { type Clock, EpicubeError } from "@epicube/core";
import { execa } from "execa";
import { writeError } from "../files/write.js";
import { killAtExit } from "./at-exit.js";
import { endGroup, signalGroup } from "./group.js";
import { processIdentity } from "./identity.js";

/** How a process ended. */
export interface ProcessExit {
  readonly code?: number;
  readonly signal?: string;
  /** RFC 3339 UTC. */
  readonly at: string;
  /** From its start to its end. */
  readonly ageMs: number;
  /** True when it was asked to stop. */
  readonly asked: boolean;
}

/** One process and whatever it started, in a process group and session of its own. */
export interface SupervisedProcess {
  readonly pid: number;
  /** Tells it from a later process with the same number. */
  readonly identity: string;
  /** RFC 3339 UTC. */
  readonly startedAt: string;
  /** How it ended, once it has. */
  readonly exit: ProcessExit | undefined;
  /** Resolves when it has ended and nothing of its group is left. */
  readonly ended: Promise<ProcessExit>;
  /** SIGTERM, after `graceMs` SIGKILL, to the whole group. */
  stop(graceMs: number): Promise<ProcessExit>;
}

/** What {@link startProcess} starts. */
export interface ProcessSpec {
  readonly argv: readonly string[];
  readonly cwd: string;
  /** The whole environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** stdout and stderr are appended here; the output of the run before moves to `previous`. */
  readonly log: { readonly current: string; readonly previous: string };
  readonly clock: Clock;
}

/**
 * Starts a program without a shell. Its stdin is a pipe that stays open (an IOC shell ends at end of file, so a real IOC ends by itself
 * should this process be killed); its output goes straight to the log file, so that no amount of it can block it.
 *
 * @throws EpicubeError `START_FAILED` when the program cannot be run, `DISK_FULL`
 */
export async function startProcess(spec: ProcessSpec): Promise<SupervisedProcess> {
  const [program, ...args] = spec.argv;
  if (program === undefined) throw new EpicubeError("START_FAILED", "the command of the program is empty");
  const log = openLog(spec.log);
  const startedMs = spec.clock.monotonicMs();
  const startedAt = new Date(spec.clock.nowMs()).toISOString();
  const child = execa(program, args, {
    cwd: spec.cwd,
    env: { ...spec.environment },
    extendEnv: false,
    stdin: "pipe",
    stdout: log,
    stderr: log,
    buffer: false,
    detached: true,
    cleanup: false,
    reject: false,
  });
  // The child has its own copy of the descriptor; nothing is ever written through this one.
  log.destroy();
  // A pipe whose reader has gone is how the end of the process shows here first.
  child.stdin?.on("error", () => {});
  const { pid } = child;
  if (pid === undefined) {
    const result = await child;
    const why = "originalMessage" in result ? result.originalMessage : undefined;
    throw new EpicubeError("START_FAILED", `cannot run ${program}: ${why ?? "no such program"}`, {
      help: "give the path of a program that can be executed",
    });
  }
  const release = killAtExit(pid);
  let asked = false;
  let exit: ProcessExit | undefined;
  const leaderEnded = new Promise<ProcessExit>((resolve) => {
    child.once("exit", (code, signal) => {
      exit = {
        ...(code === null ? {} : { code }),
        ...(signal === null ? {} : { signal }),
        at: new Date(spec.clock.nowMs()).toISOString(),
        ageMs: spec.clock.monotonicMs() - startedMs,
        asked,
      };
      // What it started must not outlive it. At once: its number can be given to another process later.
      signalGroup(pid, "SIGKILL");
      resolve(exit);
    });
  });
  const ended = leaderEnded.then(async (how) => {
    await endGroup(pid, spec.clock);
    release();
    return how;
  });
  return {
    pid,
    identity: processIdentity(pid) ?? "",
    startedAt,
    get exit() {
      return exit;
    },
    ended,
    async stop(graceMs) {
      if (exit) return ended;
      asked = true;
      signalGroup(pid, "SIGTERM");
      // A process that was stopped by SIGSTOP sees SIGTERM only when it goes on.
      signalGroup(pid, "SIGCONT");
      const grace = new AbortController();
      await Promise.race([leaderEnded, spec.clock.sleep(graceMs, grace.signal).catch(() => {})]);
      grace.abort();
      if (!exit) signalGroup(pid, "SIGKILL");
      return ended;
    },
  };
}

function openLog(log: { current: string; previous: string }): WriteStream {
  try {
    mkdirSync(dirname(log.current), { recursive: true, mode: 0o700 });
    try {
      renameSync(log.current, log.previous);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
    return createWriteStream(log.current, { fd: openSync(log.current, "a", 0o600) });
  } catch (error) {
    throw writeError(log.current, error);
  }
}
