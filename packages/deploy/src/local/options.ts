import type { Clock, Logger } from "@epicube/core";
import type { HealthGate } from "@epicube/core/seams";
import type { DeployTarget } from "../target/target.js";

/**
 * What runs an IOC on this machine. Plain data, found by the caller.
 *
 * - `simulated`: a program that serves the generated ioc.db. In `argv` these words are replaced wherever they stand:
 *   `{name}`, `{port}`, `{host}`, `{ioc}`, `{runtime}`, `{config}`, `{autosave}`.
 * - `ioc`: a real IOC, run as `PROGRAM st.cmd` on `config/st.cmd` where there is one, else on `st.cmd` of the runtime folder.
 *
 * Both run in the IOC's own folder with stdin held open.
 */
export type IocProgram =
  | {
      readonly kind: "simulated";
      /** For people: what runs. */
      readonly label: string;
      readonly argv: readonly string[];
      /** Added to the environment, below what the target sets. */
      readonly environment?: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: "ioc";
      /** For people: what runs. */
      readonly label: string;
      /** Path of the program. */
      readonly program: string;
      /** A .dbd file, or a folder with `ioc.dbd` or `base.dbd`. It becomes `dbd/ioc.dbd` of each IOC folder, with its includes. */
      readonly dbd?: string;
      /** Added to the environment, below what the target sets. */
      readonly environment?: Readonly<Record<string, string>>;
    };

/** Options of `createLocalTarget`. */
export interface LocalTargetOptions {
  /** Folder of the beamline's state; made when it is not there, with access for the user only. */
  readonly stateFolder: string;
  readonly program: IocProgram;
  /** Judges each release that has `health`. */
  readonly gate: HealthGate;
  /** First of the 1000 ports that IOCs may take. Default: where the recorded ports begin, else 20000. */
  readonly portBase?: number;
  /** From SIGTERM to SIGKILL, in milliseconds. Default 3000. */
  readonly graceMs?: number;
  /** An IOC without a health gate counts as released when it has lived this long, in milliseconds. Default 300. */
  readonly settleMs?: number;
  /** Environment of the caller, of which only PATH, HOME, USER, LANG, TZ, TMPDIR, LD_LIBRARY_PATH, EPICS_BASE and EPICS_HOST_ARCH reach an IOC. Default `process.env`. */
  readonly hostEnvironment?: Readonly<Record<string, string | undefined>>;
  /** Default: the machine's clock. */
  readonly clock?: Clock;
  /** Default: says nothing. */
  readonly logger?: Logger;
}

/** The target `local`: IOCs as processes of this machine, supervised by the calling process. */
export interface LocalTarget extends DeployTarget {
  readonly kind: "local";
  /** What runs the IOCs. */
  readonly program: IocProgram;
  /**
   * Takes the beamline for this process, as the first change would do by itself: for a caller that has long work before it.
   *
   * @throws EpicubeError `BEAMLINE_LOCKED`
   */
  acquire(): Promise<void>;
  /** The Channel Access port of an IOC, once it has taken one. */
  port(ioc: string): number | undefined;
  /** Paths of an IOC's log files: of this run, and of the one before. */
  logFiles(ioc: string): { readonly current: string; readonly previous: string };
}
