import type { Clock, Logger } from "@epicube/core";
import type { ServerAddress } from "../address/address.js";
import type { SeverityName, StatusName } from "../tables/alarms.js";
import type { DbfName, DbrClass } from "../tables/types.js";
import type { ChannelLimits, Elements, EpicsTimestamp } from "../value/types.js";

/** Options of {@link createClient}. Nothing is read from the environment: see {@link readCaEnvironment}. */
export interface CaClientOptions {
  /** Servers that are asked for every name directly, by TCP, with no search at all: the way of a probe. */
  readonly servers?: readonly ServerAddress[];
  /** Name servers (`EPICS_CA_NAME_SERVERS`): searched by TCP, and connected to where they say. */
  readonly nameServers?: readonly ServerAddress[];
  /** UDP search destinations (`EPICS_CA_ADDR_LIST`). Default none: no UDP is sent. */
  readonly addressList?: readonly ServerAddress[];
  /** Also search by broadcast on every interface, to this port. Default not. */
  readonly broadcastPort?: number;
  /** A TCP connection must stand within this many milliseconds. Default 5000. */
  readonly connectTimeoutMs?: number;
  /** Silence after which a circuit is asked for an echo. Default 30,000. */
  readonly connectionTimeoutMs?: number;
  /** An echo, or the version after connecting, must come within this many milliseconds. Default 5000. */
  readonly echoTimeoutMs?: number;
  /** A message that has begun must end within this many milliseconds. Default 10,000. */
  readonly progressTimeoutMs?: number;
  /** Largest payload kept; a larger one is skipped and fails that one read with ECA_TOLARGE. Default 16 MiB. */
  readonly maxPayloadBytes?: number;
  /** Servers connected at once; more are refused. Default 1000. */
  readonly maxCircuits?: number;
  /** Priority of the circuits, 0..99. Default 0. */
  readonly priority?: number;
  /** What servers are told of us. Defaults `epicube` and `localhost`. */
  readonly userName?: string;
  readonly hostName?: string;
  /** Draws the first identifiers, 0..1. Default Math.random. */
  readonly random?: () => number;
  readonly clock?: Clock;
  readonly logger?: Logger;
}

/** Options of one read. */
export interface GetOptions {
  /** What comes with the value. Default `time`. */
  readonly class?: DbrClass;
  /** Read as this type instead of the native one. */
  readonly type?: DbfName;
  /** Elements to read. Default 0: what the channel holds. */
  readonly count?: number;
  /** From the call to the answer, in milliseconds. Default 2000. For `getMany` one deadline for all. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** Why a PV could not be read. */
export interface PvError {
  /** `CA_NOT_FOUND`, `CA_TIMEOUT`, `CA_CONNECT`, `CA_DISCONNECTED`, `CA_UNRESPONSIVE`, `CA_STATUS`, `CA_PROTOCOL_REMOTE`, `CA_NAME_INVALID`, `CA_CLOSED`. */
  readonly code: string;
  readonly message: string;
  /** The stage that did not end: resolve, connect, search, create, read. */
  readonly stage: Stage;
  /** For `CA_CONNECT`: `refused`, `timeout`, `no-route`, `name` (not resolved), `other`. */
  readonly reason?: string;
  /** Status the server gave, for `CA_STATUS`. */
  readonly eca?: { readonly code: number; readonly name: string };
}

/** The way to a value. */
export type Stage = "resolve" | "connect" | "version" | "search" | "create" | "read";

/** What reading one PV gave. */
export interface PvReading {
  readonly pv: string;
  readonly ok: boolean;
  /** One element where the native count is 1 (null where it holds none), else all; an ENUM is its index. */
  readonly value: number | string | Elements | null;
  /** Native type; null where the channel did not connect. */
  readonly type: DbfName | null;
  /** Number of elements in `value`. */
  readonly count: number;
  /** The channel's own (maximum) count; 0 where it did not connect. */
  readonly nativeCount: number;
  readonly severity: SeverityName | number | null;
  readonly status: StatusName | number | null;
  /** Null where the class carries none. */
  readonly timestamp: EpicsTimestamp | null;
  readonly units?: string;
  readonly precision?: number;
  readonly enums?: readonly string[];
  readonly limits?: ChannelLimits;
  /** `HOST:PORT` of the server. */
  readonly server?: string;
  readonly error?: PvError;
  /** Milliseconds spent in each stage that was entered. */
  readonly timingsMs: Readonly<Partial<Record<Stage, number>>>;
}

/** What is known of a channel without reading it. */
export interface ChannelInfo {
  readonly pv: string;
  readonly type: DbfName;
  readonly nativeCount: number;
  readonly access: { readonly read: boolean; readonly write: boolean };
  /** `HOST:PORT`. */
  readonly server: string;
  readonly timingsMs: Readonly<Partial<Record<Stage, number>>>;
}

/** Options of a bulk call. */
export interface CallOptions {
  /** One deadline for the whole call, in milliseconds. Default 2000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** What became of asking for one channel. */
export type InfoResult =
  | ({ readonly ok: true } & ChannelInfo)
  | {
      readonly ok: false;
      readonly pv: string;
      readonly server?: string;
      readonly error: PvError;
      readonly timingsMs: Readonly<Partial<Record<Stage, number>>>;
    };

/** Options of a search. */
export interface SearchOptions extends CallOptions {
  /** How long to listen for further servers after the first answer by UDP, in milliseconds. Default 100. */
  readonly gatherMs?: number;
}

/** Who has a name. */
export interface SearchResult {
  readonly pv: string;
  /** `HOST:PORT` of every server that has it: more than one is a mistake in the network. */
  readonly servers: readonly string[];
  /** Why places could not be asked. */
  readonly problems: readonly string[];
}

/** Options of a monitor. */
export interface MonitorOptions extends Pick<GetOptions, "class" | "type" | "count" | "signal"> {
  /** Changes to hear of, bits of {@link EVENT_MASK}. Default VALUE | ALARM. */
  readonly mask?: number;
  /** Updates kept for a slow reader; beyond it the oldest are dropped. Default 1000. */
  readonly maxQueued?: number;
}

/** What a monitor yields. It goes on across disconnects until its reader leaves. */
export type MonitorEvent =
  | {
      readonly event: "update";
      readonly reading: PvReading /** Updates dropped before this one, because the reader was slow. */;
      readonly dropped: number;
    }
  | { readonly event: "disconnect"; readonly pv: string; readonly error: PvError };

/** A Channel Access client that reads. Channels of one server share one circuit. It has no way to write. */
export interface CaClient {
  /** Reads one PV. @throws EpicubeError with the code of {@link PvError} */
  get(name: string, options?: GetOptions): Promise<PvReading>;
  /** Reads many under one deadline; never rejects for a PV. Results in the order of the names. */
  getMany(names: readonly string[], options?: GetOptions): Promise<PvReading[]>;
  /** Connects to one channel. @throws EpicubeError */
  info(name: string, options?: CallOptions): Promise<ChannelInfo>;
  /** Connects to many under one deadline; never rejects for a PV. */
  infoMany(names: readonly string[], options?: CallOptions): Promise<InfoResult[]>;
  /** Asks who has each name, without connecting to servers found. */
  searchMany(names: readonly string[], options?: SearchOptions): Promise<SearchResult[]>;
  /** Watches a PV: its value now, then each change, and each loss of the connection, which is made anew. */
  monitor(name: string, options?: MonitorOptions): AsyncIterable<MonitorEvent>;
  /** The servers it knows and their state, for reports and tests. */
  report(): readonly { readonly server: string; readonly state: string; readonly channels: number }[];
  /** Ends every circuit; what is pending fails with CA_CLOSED. Safe to call twice. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
