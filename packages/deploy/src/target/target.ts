import type { ProgressEvent } from "@epicube/core";
import type { HealthVerdict } from "@epicube/core/seams";
import type { Plan, PlannedChange } from "../plan/plan-data.js";
import type { Release } from "../releases/release.js";

/** Where the folders of one IOC are: `/epics/…` in a container, below the state folder for a process. */
export interface IocPaths {
  /** IOC: the folder the IOC runs in; holds `dbd/ioc.dbd` and `config`. */
  readonly ioc: string;
  /** RUNTIME_DIR: the generated st.cmd, ioc.subst and ioc.db. */
  readonly runtime: string;
  /** The instance's own `config/` folder. */
  readonly config: string;
  /** Outlives the IOC and later deployments. */
  readonly autosave: string;
}

/** One IOC as it is now. */
export interface IocStatus {
  readonly ioc: string;
  readonly state: "running" | "starting" | "stopped" | "failing" | "unknown";
  readonly reason?: string;
  readonly desired: "running" | "stopped";
  readonly runningVersion?: string;
  readonly desiredVersion?: string;
  readonly image?: string;
  readonly node?: string;
  readonly restarts: number;
  readonly lastExit?: { readonly code?: number; readonly signal?: string; readonly at: string };
  /** RFC 3339 UTC. */
  readonly startedAt?: string;
  readonly health?: HealthVerdict;
  /** True when this is what was last recorded, not what is seen now. */
  readonly stale: boolean;
}

/** The state of one IOC's process or pod changed. */
export interface PodEvent {
  readonly event: "pod";
  readonly release: string;
  readonly state: string;
  readonly reason?: string;
}

/** The last word on one release of an apply. */
export interface ReleasedEvent {
  readonly event: "released";
  readonly release: string;
  readonly revision: number;
  readonly ok: boolean;
  readonly cause?: string;
}

/** One object was written, or could not be. */
export interface ChangeEvent {
  readonly event: "change";
  readonly change: PlannedChange;
  readonly outcome: "done" | "failed" | "conflict";
  readonly message?: string;
}

/** What an apply tells while it works; each release ends with `released`. */
export type DeployEvent = ProgressEvent | ChangeEvent | PodEvent | HealthVerdict | ReleasedEvent;

/** One line of an IOC's output. */
export interface LogLine {
  readonly ioc: string;
  readonly container?: string;
  /** RFC 3339 UTC, where it is known. */
  readonly at?: string;
  /** Without the line end; control characters are escaped. */
  readonly text: string;
  /** From the run before the last start. */
  readonly previous: boolean;
}

/** Options of {@link DeployTarget.apply}. */
export interface ApplyOptions {
  /** Aborting stops everything that this apply started, then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** The first failed release ends the gates of the others. Default false: all are judged. */
  readonly failFast?: boolean;
}

/** Options of {@link DeployTarget.start} and {@link DeployTarget.restart}. */
export interface StartOptions {
  readonly signal?: AbortSignal;
}

/** Options of {@link DeployTarget.logs}. */
export interface LogOptions {
  readonly signal?: AbortSignal;
  /** The output of the run before the last start. Default false. */
  readonly previous?: boolean;
  /** Go on until the signal aborts. Default false. */
  readonly follow?: boolean;
}

/** A place where IOCs run. */
export interface DeployTarget {
  readonly kind: "kubernetes" | "local" | "gitops";
  paths(ioc: string): IocPaths;
  plan(releases: readonly Release[], options?: { readonly signal?: AbortSignal }): Promise<Plan>;
  apply(plan: Plan, options?: ApplyOptions): AsyncIterable<DeployEvent>;
  status(options?: { readonly signal?: AbortSignal }): Promise<IocStatus[]>;
  /** Yields the status of an IOC at each change of its state, until the signal aborts or the target is closed. */
  watch(options?: { readonly signal?: AbortSignal }): AsyncIterable<IocStatus>;
  start(ioc: string, options?: StartOptions): Promise<void>;
  stop(ioc: string, options?: StartOptions): Promise<void>;
  restart(ioc: string, options?: StartOptions): Promise<void>;
  logs(ioc: string, options?: LogOptions): AsyncIterable<LogLine>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
