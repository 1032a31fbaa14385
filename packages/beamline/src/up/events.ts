import type { Diagnostic, ProgressEvent } from "@epicube/core";
import type { DeployEvent } from "@epicube/deploy";

/** One finding on the repository while it is taken up. */
export interface DiagnosticEvent {
  readonly event: "diagnostic";
  readonly diagnostic: Diagnostic;
}

/** A remark for people: what runs the IOCs, for one. */
export interface NoteEvent {
  readonly event: "note";
  readonly message: string;
}

/** One IOC at the end of an `up`. */
export interface UpIoc {
  readonly name: string;
  readonly state: "healthy" | "failed" | "stopped";
  readonly revision: number;
  /** `REPOSITORY:TAG@sha256:…`, or the reference as written where no image was built. */
  readonly image: string;
  readonly pvs: { readonly ok: number; readonly total: number };
  readonly cause?: string;
  /** From the start of its deployment to its verdict. */
  readonly wallMs: number;
}

/** The last event of an `up`. */
export interface DoneEvent {
  readonly event: "done";
  readonly ok: boolean;
  readonly iocs: readonly UpIoc[];
  readonly wallMs: number;
  readonly stagesMs: Readonly<Record<string, number>>;
}

/** What `up` tells while it works; the last is `done`. */
export type UpEvent = ProgressEvent | DiagnosticEvent | NoteEvent | DeployEvent | DoneEvent;
