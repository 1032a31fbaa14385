import { EpicubeError } from "@epicube/core";
import { formatAddress } from "../address/address.js";
import { describeEca } from "../tables/eca.js";
import type { DbfName } from "../tables/types.js";
import type { DbrData } from "../value/types.js";
import type { ChannelEntry, OpenedChannel } from "./channels.js";
import { seconds } from "./connection.js";
import type { PvError, PvReading, Stage } from "./types.js";

/** Makes the result of a read that was answered. */
export function readingOf(pv: string, opened: OpenedChannel, data: DbrData, timingsMs: PvReading["timingsMs"]): PvReading {
  const { elements, acknowledge: _acknowledge, ...rest } = data;
  const scalar = opened.channel.count === 1 && elements.length <= 1;
  return {
    pv,
    ok: true,
    value: scalar ? (elements[0] ?? null) : elements,
    type: opened.channel.type,
    count: elements.length,
    nativeCount: opened.channel.count,
    severity: rest.severity ?? null,
    status: rest.status ?? null,
    timestamp: rest.timestamp ?? null,
    ...(rest.units === undefined ? {} : { units: rest.units }),
    ...(rest.precision === undefined ? {} : { precision: rest.precision }),
    ...(rest.enums === undefined ? {} : { enums: rest.enums }),
    ...(rest.limits === undefined ? {} : { limits: rest.limits }),
    server: formatAddress(opened.connection.address),
    timingsMs,
  };
}

/** Makes the result of a read that failed. */
export function failedReading(
  pv: string,
  error: PvError,
  known: {
    readonly type?: DbfName | undefined;
    readonly nativeCount?: number | undefined;
    readonly server?: string | undefined;
    readonly timingsMs: PvReading["timingsMs"];
  },
): PvReading {
  return {
    pv,
    ok: false,
    value: null,
    type: known.type ?? null,
    count: 0,
    nativeCount: known.nativeCount ?? 0,
    severity: null,
    status: null,
    timestamp: null,
    ...(known.server === undefined ? {} : { server: known.server }),
    error,
    timingsMs: known.timingsMs,
  };
}

/** An error as plain data. */
export function pvError(error: EpicubeError, stage: Stage): PvError {
  const { eca, name } = error.context;
  return {
    code: error.code,
    message: error.message,
    stage: (error.context.stage as Stage | undefined) ?? stage,
    ...(typeof eca === "number" ? { eca: { code: eca, name: String(name) } } : {}),
    ...(typeof error.context.reason === "string" ? { reason: error.context.reason } : {}),
  };
}

/** A status given by a server, or one that a server would give. */
export function statusError(eca: number, text: string): EpicubeError {
  return new EpicubeError("CA_STATUS", text, { context: { eca, name: describeEca(eca).name } });
}

/** Why a deadline came before the channel was open, in words. */
export function timeoutError(name: string, standing: ReturnType<ChannelEntry["standing"]>, timeoutMs: number): EpicubeError {
  const waited = seconds(timeoutMs);
  const server = standing.server ?? "any server";
  const text: Record<Stage, string> = {
    resolve: `the host name of ${server} was not resolved in ${waited}`,
    connect: `no connection to ${server} in ${waited}`,
    version: `connected to ${server}, but the server does not answer (${waited})`,
    search: `no answer to the search for ${name} in ${waited}`,
    create: `connected to ${server}, but ${name} was not granted in ${waited}`,
    read: `connected, but the read of ${name} was not answered in ${waited}`,
  };
  return new EpicubeError("CA_TIMEOUT", text[standing.stage]);
}
