import type { Clock, Logger } from "@epicube/core";
import type { SeverityName, StatusName } from "../tables/alarms.js";
import type { DbfName } from "../tables/types.js";
import type { ChannelLimits, EpicsTimestamp } from "../value/types.js";
import type { Fault } from "./faults.js";

/** A value in a program's hands: one element, or several. */
export type ChannelValue = number | string | ArrayLike<number> | readonly string[];

/** What a channel holds at one moment. Everything but the value has a default. */
export interface ChannelSnapshot {
  /** In the channel's native type; an ENUM is its index. An array may be shorter than the channel's `count`, also empty. */
  readonly value: ChannelValue;
  /** Default `NO_ALARM`. */
  readonly severity?: SeverityName | number;
  /** Default `NO_ALARM`. */
  readonly status?: StatusName | number;
  /** Default 0/0: never processed. */
  readonly timestamp?: EpicsTimestamp;
  /** Cut to 7 bytes on the wire. Default none. */
  readonly units?: string;
  /** Digits after the point when a number is read as STRING. Default 0. */
  readonly precision?: number;
  /** State names of an ENUM: at most 16 of 25 bytes on the wire. Absent where states have no text at all: reading as STRING then answers ECA_GETFAIL. */
  readonly enums?: readonly string[];
  readonly limits?: ChannelLimits;
  /** Record type, the answer to DBR_CLASS_NAME. Default empty. */
  readonly recordType?: string;
  /** ACKT and ACKS of the record, for DBR_STSACK_STRING. Default 0. */
  readonly acknowledge?: { readonly transients: number; readonly severity: number };
}

/** A write as it reaches a channel. */
export interface WriteRequest {
  /** In the channel's native type, converted as a database does: one element where the channel's count is 1, else an array. */
  readonly value: ChannelValue;
  /** The value before conversion, and its type on the wire. */
  readonly sent: { readonly type: DbfName; readonly value: ChannelValue };
  /** True for WRITE_NOTIFY: the answer waits until the returned promise settles. */
  readonly wait: boolean;
  /** What the client says of itself. Never a proof. */
  readonly client: { readonly userName: string; readonly hostName: string };
}

/** Receives a change: what the channel holds now, and what kind of change it was (bits of {@link EVENT_MASK}). */
export type ChannelListener = (snapshot: ChannelSnapshot, mask: number) => void;

/** A channel hosted by {@link createServer}. */
export interface ServedChannel {
  /** Native type. */
  readonly type: DbfName;
  /** The most elements it can hold, from 1. */
  readonly count: number;
  /** The present state. Answering at once (no promise) is the fast way; a throw answers ECA_GETFAIL. */
  read(): ChannelSnapshot | Promise<ChannelSnapshot>;
  /** Absent: the channel is read-only. A throw or rejection answers ECA_PUTFAIL. */
  write?(request: WriteRequest): void | Promise<void>;
  /** Absent: a subscription gets its first value and no change. Returns the function that ends it. */
  subscribe?(listener: ChannelListener): () => void;
  /** DBR_PUT_ACKT and DBR_PUT_ACKS. Absent: answered by ECA_PUTFAIL. */
  acknowledge?(what: "transients" | "severity", value: number): void;
  /** Default: read, and write where there is a `write`. */
  access?(client: { readonly userName: string; readonly hostName: string }): { readonly read: boolean; readonly write: boolean };
}

/** Options of {@link createServer}. */
export interface CaServerOptions {
  /** The channel of a name (`REC`, `REC.FIELD`, exactly as the client wrote it), or undefined where there is none. Called at searches too: keep it fast. */
  lookup(name: string): ServedChannel | undefined;
  /** IPv4 address to listen on. Default `127.0.0.1`. */
  readonly interface?: string;
  /** TCP and UDP port. Default 0: any that is free for both. */
  readonly port?: number;
  /** Answer searches by UDP. Default true. */
  readonly udp?: boolean;
  /** Circuits at once; more are closed at accept. Default 1000. */
  readonly maxCircuits?: number;
  /** Channels of one circuit; more get CREATE_CH_FAIL. Default 100,000. */
  readonly maxChannelsPerCircuit?: number;
  /** Bytes of one message's payload; more drops the circuit. Default 16 MiB. */
  readonly maxPayloadBytes?: number;
  /** Bytes waiting for a client that does not read; beyond it monitors keep only the latest value and requests wait. Default 4 MiB. */
  readonly maxQueuedBytes?: number;
  /** A message that has begun must end within this many milliseconds. Default 10,000. */
  readonly progressTimeoutMs?: number;
  /** Faults from the start; change them later by `setFaults`. Default none. */
  readonly faults?: readonly Fault[];
  /** Draws for faults with a probability, 0..1. Default Math.random. */
  readonly random?: () => number;
  /** Times the fault `delay`. */
  readonly clock?: Clock;
  readonly logger?: Logger;
}

/** A running server. */
export interface CaServer {
  readonly interface: string;
  readonly tcpPort: number;
  /** The same number; undefined with `udp: false`. */
  readonly udpPort: number | undefined;
  /** Replaces the faults that are injected. */
  setFaults(faults: readonly Fault[]): void;
  /** Present counts, for tests and reports. */
  report(): { readonly circuits: number; readonly channels: number; readonly subscriptions: number };
  /** Stops listening and drops every circuit. Safe to call twice. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
