import { type CaServer, createServer, type Fault, type ServedChannel } from "@epicube/ca";
import { type Clock, type Diagnostic, EpicubeError, formatDiagnostic, type Logger, systemClock } from "@epicube/core";
import { type DatabaseSource, expandTemplate, loadDatabase } from "@epicube/epics-db";
import { channelOf } from "../channel/channel.js";
import { createEngine } from "../process/engine.js";
import { createScanner } from "../process/scan.js";
import { numberOf, type SimRecord } from "../record/record.js";
import { SUPPORT } from "../record/support.js";
import { buildRecords } from "./build.js";

/** Options of {@link createSimulatedIoc}. */
export interface SimulatedIocOptions {
  /** Record files, in the order in which the IOC would load them. */
  readonly databases: readonly DatabaseSource[];
  /** Macros for the files, `A=1,B=2` or an object. Default none; texts without references stay as they are. */
  readonly macros?: string | Readonly<Record<string, string>>;
  /** TCP and UDP port. Default 0: a free one. */
  readonly port?: number;
  /** IPv4 address to listen on. Default `127.0.0.1`. */
  readonly interface?: string;
  /** Answer searches by UDP. Default true. */
  readonly udp?: boolean;
  /** Faults from the start; change them by `setFaults`. Default none. */
  readonly faults?: readonly Fault[];
  /** Serve what could be read of files with errors. Default false: they are refused. */
  readonly lenient?: boolean;
  readonly clock?: Clock;
  /** Draws for `RNDM` and for faults with a probability, 0 to 1. Default Math.random. */
  readonly random?: () => number;
  readonly logger?: Logger;
}

/** A running simulated IOC. */
export interface SimulatedIoc {
  readonly interface: string;
  readonly tcpPort: number;
  /** Undefined with `udp: false`. */
  readonly udpPort: number | undefined;
  /** Number of records. */
  readonly records: number;
  /** Record names in order of definition, without aliases. */
  readonly recordNames: readonly string[];
  /** What was found in the files, without errors unless `lenient`. */
  readonly diagnostics: readonly Diagnostic[];
  /** Replaces the faults that are injected. */
  setFaults(faults: readonly Fault[]): void;
  /** Processes a record now. False where there is none of that name. */
  process(name: string): boolean;
  /** Stops scanning and serving. Safe to call twice. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const PINI_NO = 0;
/** Channels that the name table keeps; beyond it they are made anew. */
const CHANNEL_CACHE = 200_000;

function load(options: SimulatedIocOptions): {
  diagnostics: Diagnostic[];
  built: ReturnType<typeof buildRecords>;
  aliases: ReadonlyMap<string, string>;
} {
  const diagnostics: Diagnostic[] = [];
  const { macros } = options;
  const sources = options.databases.map((source): DatabaseSource => {
    if (macros === undefined || macros === "") return source;
    const expanded = expandTemplate({ file: source.file, text: source.text, macros });
    diagnostics.push(...expanded.diagnostics);
    const { text, origins } = expanded.value!;
    return { file: source.file, text, origins: source.origins ?? origins };
  });
  const loaded = loadDatabase(sources);
  const built = buildRecords(loaded.value!);
  // SIM_RECORD_TYPE says more of the same record.
  diagnostics.push(...loaded.diagnostics.filter((diagnostic) => diagnostic.code !== "RECORD_TYPE_UNKNOWN"), ...built.diagnostics);
  return { diagnostics, built, aliases: loaded.value!.aliases };
}

function refuseErrors(diagnostics: readonly Diagnostic[]): void {
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === "error");
  if (errors.length === 0) return;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : "";
  throw new EpicubeError("SIM_DATABASE", `${formatDiagnostic(errors[0]!).split("\n")[0]}${more}`, {
    help: "mend the files, or serve what could be read with `lenient`",
    context: { diagnostics },
  });
}

function inPhaseOrder(records: Iterable<SimRecord>): SimRecord[] {
  return [...records].sort((a, b) => numberOf(a, "PHAS") - numberOf(b, "PHAS"));
}

/**
 * Starts a simulated IOC: loads record files, processes their records (scan, forward links, links between records, alarms, calc expressions)
 * and serves every field over Channel Access. Resolves once it answers.
 *
 * @throws EpicubeError SIM_DATABASE with `context.diagnostics` where a file has errors (see `lenient`); CA_LISTEN and the server's other codes
 *
 * @example
 * ```ts
 * const text = 'record(calc, "X:HEARTBEAT") { field(SCAN, "1 second") field(INPA, "X:HEARTBEAT") field(CALC, "A+1") }';
 * await using ioc = await createSimulatedIoc({ databases: [{ file: "x.db", text }] });
 * console.log(`serving ${ioc.records} records on port ${ioc.tcpPort}`);
 * ```
 */
export async function createSimulatedIoc(options: SimulatedIocOptions): Promise<SimulatedIoc> {
  const { diagnostics, built, aliases } = load(options);
  if (!options.lenient) refuseErrors(diagnostics);
  const clock = options.clock ?? systemClock;
  const random = options.random ?? Math.random;
  const closing = new AbortController();
  const { records } = built;
  const engine = createEngine({ records, aliases, clock, random, signal: closing.signal });
  const scanner = createScanner(engine, clock, closing.signal);
  for (const record of records.values()) SUPPORT[record.type]?.init?.(engine, record);

  const channels = new Map<string, ServedChannel>();
  const lookup = (name: string): ServedChannel | undefined => {
    const known = channels.get(name);
    if (known) return known;
    const channel = channelOf(engine, name);
    if (channel && channels.size < CHANNEL_CACHE) channels.set(name, channel);
    return channel;
  };
  for (const record of inPhaseOrder(records.values())) if (numberOf(record, "PINI") !== PINI_NO) engine.process(record);
  const server: CaServer = await createServer({
    lookup,
    clock,
    random,
    ...(options.interface === undefined ? {} : { interface: options.interface }),
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(options.udp === undefined ? {} : { udp: options.udp }),
    ...(options.faults === undefined ? {} : { faults: options.faults }),
    ...(options.logger === undefined ? {} : { logger: options.logger }),
  });
  for (const record of records.values()) {
    scanner.place(record);
    engine.poster.follow(record, engine);
    if ([...record.links.values()].some((link) => link.kind === "record" && link.follow !== undefined))
      engine.after(0, () => engine.process(record));
  }
  scanner.start();
  const close = () => {
    closing.abort();
    return server.close();
  };
  return {
    interface: server.interface,
    tcpPort: server.tcpPort,
    udpPort: server.udpPort,
    records: records.size,
    recordNames: [...records.keys()],
    diagnostics,
    setFaults: (faults) => server.setFaults(faults),
    process(name) {
      const record = engine.find(name);
      if (record) engine.process(record);
      return record !== undefined;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
