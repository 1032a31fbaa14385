/**
 * Shapes that cross between packages of one layer, which never import each other. Types only: nothing here runs.
 *
 * @packageDocumentation
 */
import type { Digest } from "./digest/digest.js";

/** A Kubernetes object as plain data. */
export type KubeObject = {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string>; annotations?: Record<string, string> };
} & Record<string, unknown>;

/** Image references as values.yaml writes them → the same reference pinned by digest (`REPOSITORY:TAG@sha256:…`). */
export type ImagePins = Record<string, `${string}@${Digest}`>;

/** Where a deploy target finds an image's configuration and files. Given by the caller: `deploy` imports no image package. */
export interface ImageSource {
  config(reference: string): Promise<{ startCommand: string[]; environment: Record<string, string> }>;
  unpack(reference: string, folder: string, signal?: AbortSignal): Promise<void>;
}

/** What the health gate of one IOC asks. */
export interface HealthTarget {
  readonly ioc: string;
  readonly preset: "startup" | "liveness" | "readiness";
  /** From the start of the gate to its end, in milliseconds. */
  readonly deadlineMs: number;
  /** Every name must exist and answer a read. */
  readonly pvs: readonly string[];
  /** Its value or time must change. */
  readonly heartbeatPv?: string;
  /** Severity is judged only for these; UDF of a record that was never processed does not count. */
  readonly expect?: readonly { readonly pv: string; readonly maxSeverity?: string; readonly equals?: string }[];
  /** Where the IOC's Channel Access server listens; `deploy` fills it before the gate. */
  readonly address?: { readonly host: string; readonly port: number };
}

/** The ladder: L0 TCP accepted, L1 server answers, L2 name exists, L3 read answered, L4 value fresh, L5 severity, L6 resources. */
export type HealthLevel = "L0" | "L1" | "L2" | "L3" | "L4" | "L5" | "L6";

export type Verdict = "healthy" | "unhealthy" | "unknown";

/** The health of one PV. */
export interface PvVerdict {
  readonly pv: string;
  readonly verdict: Verdict;
  /** The first level that failed, else the highest checked. */
  readonly level: HealthLevel;
  readonly cause?: string;
  /** `HOST:PORT` that answered. */
  readonly server?: string;
  readonly severity?: string;
  readonly value?: string;
  /** Milliseconds per stage: resolve, search, connect, create, read. */
  readonly timingsMs: Readonly<Record<string, number>>;
}

/** The health of one IOC at one moment. */
export interface HealthVerdict {
  readonly event: "health";
  readonly ioc: string;
  readonly verdict: Verdict;
  /** The first level that failed, else the highest checked. */
  readonly level: HealthLevel;
  readonly cause?: string;
  /** RFC 3339 UTC. */
  readonly checkedAt: string;
  readonly pvs: readonly PvVerdict[];
}

/** Yields at each change; the first healthy verdict ends the gate with success; an end or the deadline without one is a failure. */
export type HealthGate = (target: HealthTarget, signal: AbortSignal) => AsyncIterable<HealthVerdict>;

/** Files of a support tree by path, wherever they are: a directory, the layers of an image, several joined. */
export interface TemplateSource {
  /** What it reads from, for provenance (a folder, an image digest). */
  readonly id: string;
  /** The file's bytes, or undefined where it is not there. `path` is relative and never leaves the source. */
  read(path: string, signal?: AbortSignal): Promise<Uint8Array | undefined>;
}
