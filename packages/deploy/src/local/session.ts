import { type Clock, EpicubeError, type Logger, silentLogger, systemClock } from "@epicube/core";
import type { HealthGate, HealthVerdict } from "@epicube/core/seams";
import type { IocStatus } from "../target/target.js";
import type { IocProgram, LocalTargetOptions } from "./options.js";
import { checkPortBase } from "./ports/ports.js";
import { endLeftovers } from "./process/leftovers.js";
import type { SupervisedProcess } from "./process/supervised.js";
import { acquireLock, type StateLock } from "./state/lock.js";
import { openState, type StateStore } from "./state/state.js";

/** Options with their defaults. */
export interface LocalSettings {
  readonly stateFolder: string;
  readonly program: IocProgram;
  readonly gate: HealthGate;
  readonly portBase: number | undefined;
  readonly graceMs: number;
  readonly settleMs: number;
  readonly hostEnvironment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** One IOC under this supervisor. */
export interface IocEntry {
  readonly process: SupervisedProcess;
  /** Of everything that the process was started with: another digest needs a restart. */
  readonly specDigest: string;
  readonly version: string;
  readonly port: number;
  state: IocStatus["state"];
  reason?: string;
  health?: HealthVerdict;
}

/** What the functions of the local target share while it is open. */
export interface LocalSession {
  readonly settings: LocalSettings;
  readonly store: StateStore;
  readonly entries: Map<string, IocEntry>;
  /** Aborted by `close`. */
  readonly closing: AbortController;
  /** Takes the lock on first use, with the state as it then is, and ends what a killed supervisor left. */
  acquire(): Promise<void>;
  readonly holdsLock: boolean;
  /** Work that nobody waits for until `close`. */
  background(work: Promise<unknown>): void;
  /** Tells the watchers that the state of an IOC changed. */
  changed(ioc: string): void;
  onChange(listener: (ioc: string) => void): () => void;
  /** Runs changes to the IOCs one after the other. */
  exclusively<T>(task: () => Promise<T>): Promise<T>;
  /** Resolves when no change to the IOCs is under way. */
  settled(): Promise<unknown>;
  /** Waits for the background and gives the lock back. */
  finish(): Promise<void>;
}

function settingsOf(options: LocalTargetOptions): LocalSettings {
  if (options.portBase !== undefined) checkPortBase(options.portBase);
  return {
    stateFolder: options.stateFolder,
    program: options.program,
    gate: options.gate,
    portBase: options.portBase,
    graceMs: options.graceMs ?? 3000,
    settleMs: options.settleMs ?? 300,
    hostEnvironment: options.hostEnvironment ?? process.env,
    clock: options.clock ?? systemClock,
    logger: options.logger ?? silentLogger,
  };
}

/** Opens a state folder. Nothing is written and no lock is taken before the first change. */
export async function openSession(options: LocalTargetOptions): Promise<LocalSession> {
  const settings = settingsOf(options);
  const store = await openState(settings.stateFolder);
  const listeners = new Set<(ioc: string) => void>();
  const pending = new Set<Promise<unknown>>();
  const closing = new AbortController();
  let lock: Promise<StateLock> | undefined;
  let holdsLock = false;
  let last: Promise<unknown> = Promise.resolve();

  const takeLock = async () => {
    const taken = await acquireLock(settings.stateFolder);
    try {
      await store.reload();
      await endLeftovers(store, settings);
    } catch (error) {
      await taken.release();
      throw error;
    }
    holdsLock = true;
    return taken;
  };

  return {
    settings,
    store,
    entries: new Map(),
    closing,
    get holdsLock() {
      return holdsLock;
    },
    async acquire() {
      if (closing.signal.aborted) throw new EpicubeError("TARGET_CLOSED", "the local target is closed");
      lock ??= takeLock();
      await lock.catch((error: unknown) => {
        lock = undefined;
        throw error;
      });
    },
    background(work) {
      const settled = work.catch((error: unknown) => settings.logger.warn("work in the background failed", { error: String(error) }));
      pending.add(settled);
      void settled.then(() => pending.delete(settled));
    },
    changed(ioc) {
      for (const listener of listeners) listener(ioc);
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    exclusively(task) {
      const next = last.then(task);
      last = next.catch(() => {});
      return next;
    },
    settled: () => last,
    async finish() {
      await Promise.all(pending);
      const taken = await lock?.catch(() => undefined);
      lock = undefined;
      holdsLock = false;
      await taken?.release();
    },
  };
}
