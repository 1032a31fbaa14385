import { EpicubeError } from "@epicube/core";

/** The faults that a server can be told to have. */
export const FAULT_KINDS = ["hang-reads", "freeze", "invalid", "drop", "delay", "reset", "half-open", "malformed"] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/**
 * One fault. Without `pv` it concerns every channel.
 *
 * - `hang-reads`: reads are never answered.
 * - `freeze`: value, time and alarm stay what they were when the fault began; no monitor updates.
 * - `invalid`: severity INVALID, status COMM.
 * - `drop`: answers (search replies too) are lost with probability `argument` (default 1).
 * - `delay`: answers come `argument` milliseconds late (default 1000).
 * - `reset`: the circuit is reset at the first request for the channel (without `pv`: at accept).
 * - `half-open`: the connection is accepted and nothing is ever sent on it, UDP stays silent. Never per channel.
 * - `malformed`: read answers claim more elements than they carry.
 */
export interface Fault {
  readonly kind: FaultKind;
  readonly pv?: string;
  readonly argument?: number;
}

/**
 * Reads a fault as the command line writes it: `KIND[=ARG][@PV]`, for example `hang-reads@X:TEMP` or `delay=500`.
 *
 * @throws EpicubeError CA_FAULT_UNKNOWN, CA_FAULT_ARGUMENT
 */
export function parseFault(text: string): Fault {
  const at = text.indexOf("@");
  const head = at === -1 ? text : text.slice(0, at);
  const pv = at === -1 ? undefined : text.slice(at + 1);
  const equals = head.indexOf("=");
  const kind = equals === -1 ? head : head.slice(0, equals);
  if (!(FAULT_KINDS as readonly string[]).includes(kind))
    throw new EpicubeError("CA_FAULT_UNKNOWN", `unknown fault "${kind}"`, { help: `known faults: ${FAULT_KINDS.join(", ")}` });
  if (pv === "") throw new EpicubeError("CA_FAULT_ARGUMENT", `fault "${text}" names no PV after "@"`);
  if (pv !== undefined && kind === "half-open")
    throw new EpicubeError("CA_FAULT_ARGUMENT", "fault half-open concerns the whole server and takes no PV");
  let argument: number | undefined;
  if (equals !== -1) {
    argument = Number(head.slice(equals + 1));
    const limit = kind === "drop" ? 1 : kind === "delay" ? 86_400_000 : undefined;
    if (limit === undefined) throw new EpicubeError("CA_FAULT_ARGUMENT", `fault ${kind} takes no argument`);
    if (head.length === equals + 1 || !(argument >= 0 && argument <= limit))
      throw new EpicubeError("CA_FAULT_ARGUMENT", `fault ${kind} takes a number from 0 to ${limit}, got "${head.slice(equals + 1)}"`);
  }
  return { kind: kind as FaultKind, ...(pv === undefined ? {} : { pv }), ...(argument === undefined ? {} : { argument }) };
}

/** Looks up which faults hold for a channel; built anew whenever the faults change. */
export interface FaultTable {
  /** The fault of this kind for a name, or for the whole server when the name is undefined. */
  find(kind: FaultKind, pv: string | undefined): Fault | undefined;
  readonly any: boolean;
}

/** Indexes faults. */
export function createFaultTable(faults: readonly Fault[]): FaultTable {
  const byKey = new Map(faults.map((fault) => [`${fault.kind}@${fault.pv ?? ""}`, fault]));
  return {
    any: byKey.size > 0,
    find: (kind, pv) => (pv === undefined ? undefined : byKey.get(`${kind}@${pv}`)) ?? byKey.get(`${kind}@`),
  };
}
