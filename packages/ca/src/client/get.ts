import { type Clock, EpicubeError } from "@epicube/core";
import { ECA } from "../tables/eca.js";
import { type DbfName, type DbrClass, type DbrType, dbrType } from "../tables/types.js";
import { type BulkTask, runBulk } from "./bulk.js";
import type { ChannelEntry, Channels, OpenedChannel } from "./channels.js";
import { seconds } from "./connection.js";
import { failedReading, pvError, readingOf, statusError, timeoutError } from "./reading.js";
import type { GetOptions, PvReading, Stage } from "./types.js";

/** Reads names under one deadline: opens each channel, then asks for its value as soon as it is open. */
export function getMany(channels: Channels, clock: Clock, names: readonly string[], options: GetOptions): Promise<PvReading[]> {
  return runBulk<PvReading>(names, options, (name, done) => beginGet(channels, clock, name, options, done));
}

function beginGet(
  channels: Channels,
  clock: Clock,
  name: string,
  options: GetOptions,
  done: (reading: PvReading) => void,
): BulkTask<PvReading> {
  let entry: ChannelEntry | undefined;
  let opened: OpenedChannel | undefined;
  let readStartedMs: number | undefined;
  let readId: number | undefined;
  let withdraw = () => {};

  const timings = () => ({ ...entry?.timingsMs, ...(readStartedMs === undefined ? {} : { read: clock.monotonicMs() - readStartedMs }) });
  const failed = (error: EpicubeError, stage: Stage, server = entry?.server) => {
    const { type, count } = opened?.channel ?? {};
    return failedReading(name, pvError(error, stage), { type, nativeCount: count, server, timingsMs: timings() });
  };
  const read = (result: OpenedChannel) => {
    opened = result;
    const { connection, channel } = result;
    if (!channel.access.read) {
      done(failed(statusError(ECA.NORDACCESS, `no read access to ${name}`), "read"));
      return;
    }
    const type = requestType(options.class ?? "time", options.type ?? channel.type);
    const count = requestCount(connection.circuit.minorVersion, channel.count, options.count ?? 0);
    readStartedMs = clock.monotonicMs();
    readId = connection.circuit.read(channel, type, count, (outcome) =>
      done(outcome.ok ? readingOf(name, result, outcome.data, timings()) : failed(readError(name, outcome.error), "read")),
    );
  };

  try {
    entry = channels.open(name);
    withdraw = entry.wait((result) => {
      if (result instanceof EpicubeError) done(failed(result, "search"));
      else read(result);
    });
  } catch (error) {
    done(failed(error as EpicubeError, "search"));
  }
  return {
    expire(timeoutMs) {
      withdraw();
      if (opened) {
        if (readId !== undefined) opened.connection.circuit.forget(readId);
        const text = `connected, but the read of ${name} was not answered in ${seconds(timeoutMs)}`;
        return failed(new EpicubeError("CA_TIMEOUT", text), "read");
      }
      const standing = entry!.standing();
      channels.abandon(entry!);
      return failed(timeoutError(name, standing, timeoutMs), standing.stage, standing.server);
    },
  };
}

/** Before 4.13 a count of 0 means nothing: ask for all there can be. */
export function requestCount(minorVersion: number | undefined, nativeCount: number, wanted: number): number {
  return wanted === 0 && minorVersion !== undefined && minorVersion < 13 ? nativeCount : wanted;
}

/**
 * The DBR type to ask for. DBR_GR_STRING and DBR_CTRL_STRING hold no more than DBR_STS_STRING, and caproto's server answers the last of them
 * with another structure, so the plain alarm is asked for.
 */
export function requestType(dbrClass: DbrClass, native: DbfName): DbrType {
  return dbrType(native === "STRING" && (dbrClass === "gr" || dbrClass === "ctrl") ? "sts" : dbrClass, native);
}

/** An error of the circuit, told as what it means for this PV. */
function readError(name: string, error: EpicubeError): EpicubeError {
  return new EpicubeError(error.code, `the read of ${name} failed: ${error.message}`, { context: error.context, cause: error });
}
