import type { Clock, Logger } from "@epicube/core";
import { encodeMessage, type Message, type MessageInit } from "../codec/header.js";
import { encodeTerminated } from "../codec/text.js";
import { COMMAND } from "../tables/commands.js";
import type { FaultTable } from "./faults.js";
import type { ChannelSnapshot, ServedChannel } from "./types.js";

/** What a server's circuits share. */
export interface ServerShared {
  lookup(name: string): ServedChannel | undefined;
  readonly tcpPort: () => number;
  readonly faults: () => FaultTable;
  readonly frozen: Map<string, ChannelSnapshot>;
  readonly random: () => number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly maxChannelsPerCircuit: number;
  readonly maxPayloadBytes: number;
  readonly maxQueuedBytes: number;
}

/** Where a circuit's bytes go: a socket, or a test. */
export interface ServerTransport {
  send(bytes: Uint8Array): void;
  readonly queuedBytes: number;
  /** Ends the connection after what was sent, or with RST. */
  close(how: "end" | "reset", reason: string): void;
}

/** A channel as one client holds it. */
export interface OpenChannel {
  readonly sid: number;
  readonly cid: number;
  readonly name: string;
  readonly channel: ServedChannel;
  readonly access: { readonly read: boolean; readonly write: boolean };
  /** Ends of this client's subscriptions, by their number. */
  readonly subscriptions: Map<number, () => void>;
  /** The last WRITE_NOTIFY: they are answered one after another. */
  writeChain: Promise<void> | undefined;
  waitingWrites: number;
}

/** What the parts of a circuit use to answer. */
export interface CircuitContext {
  readonly shared: ServerShared;
  readonly transport: ServerTransport;
  readonly client: { userName: string; hostName: string };
  readonly closed: () => boolean;
  /** Sends an answer that concerns a channel, subject to the faults drop and delay. */
  answer(init: MessageInit, pv: string | undefined): void;
  /** Ends the circuit because the client broke the protocol. */
  refuse(request: Message, eca: number, reason: string): void;
  /** Tells the client that one request failed. */
  error(request: Message, cid: number, eca: number, text: string): void;
  /** The channel's state, subject to the faults freeze and invalid. */
  snapshot(open: OpenChannel): ChannelSnapshot | Promise<ChannelSnapshot>;
  /** Counts work in progress, so that a client cannot pile it up. */
  began(): void;
  ended(): void;
}

/** Longest ERROR message of rsrv, header and text together. */
const MAX_ERROR_BYTES = 512;

/** The ERROR message about a request: its header, then the text. */
export function errorMessage(request: Message, cid: number, eca: number, text: string): MessageInit {
  const { payload: _payload, ...header } = request;
  const embedded = encodeMessage({ ...header, payload: new Uint8Array(0) });
  const sentence = encodeTerminated(text).slice(0, MAX_ERROR_BYTES - 1 - embedded.length);
  const payload = new Uint8Array(embedded.length + sentence.length + 1);
  payload.set(embedded);
  payload.set(sentence, embedded.length);
  return { command: COMMAND.ERROR, p1: cid, p2: eca, payload };
}
