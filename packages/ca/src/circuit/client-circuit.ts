import { EpicubeError, escapeControl } from "@epicube/core";
import { decodeDbr } from "../codec/dbr.js";
import { createFrameReader } from "../codec/frame-reader.js";
import { encodeMessage, type Header, type Message, type MessageInit, parseHeader } from "../codec/header.js";
import { decodeText, encodeTerminated } from "../codec/text.js";
import { ACCESS, COMMAND, DO_REPLY, MINOR_VERSION, OLDEST_MINOR_VERSION } from "../tables/commands.js";
import { describeEca, ECA } from "../tables/eca.js";
import { DBF_NAMES, type DbfName, type DbrType } from "../tables/types.js";
import type { DbrData } from "../value/types.js";

/** A channel as the server granted it. */
export interface CircuitChannel {
  readonly cid: number;
  readonly sid: number;
  readonly type: DbfName;
  readonly count: number;
  access: { readonly read: boolean; readonly write: boolean };
}

/** What happens to a channel that was asked for. */
export interface ChannelHandler {
  created(channel: CircuitChannel): void;
  /** The server has no such name (any more). */
  refused(): void;
  /** The circuit ended. */
  lost(error: EpicubeError): void;
  accessChanged?(channel: CircuitChannel): void;
}

/** What became of a read, a write or one update. */
export type Outcome = { readonly ok: true; readonly data: DbrData } | { readonly ok: false; readonly error: EpicubeError };

/** Receives what concerns the circuit as a whole. */
export interface CircuitHandler {
  /** The first message of the server: its task is alive. */
  greeted(): void;
  found(cid: number, address: number, port: number): void;
  notFound(cid: number): void;
  /** Something odd that ends nothing. */
  warning(text: string): void;
}

/** Options of {@link createClientCircuit}. */
export interface ClientCircuitOptions {
  send(bytes: Uint8Array): void;
  readonly priority: number;
  readonly userName: string;
  readonly hostName: string;
  readonly maxPayloadBytes: number;
  /** First request identifier, any 32-bit number. */
  readonly firstId: number;
}

/** The client's side of one circuit: bytes in, bytes out, no socket and no clock. */
export interface ClientCircuit {
  /** Introduces us and asks for an echo, which any living server answers. */
  start(): void;
  /** @throws EpicubeError CA_PROTOCOL_REMOTE: drop the circuit */
  receive(chunk: Uint8Array): void;
  readonly midMessage: boolean;
  readonly greeted: boolean;
  /** The server's minor version once it said it. */
  readonly minorVersion: number | undefined;
  readonly channelCount: number;
  /** Answers that belonged to no request. */
  readonly ignored: number;
  search(cid: number, name: string): void;
  create(cid: number, name: string, handler: ChannelHandler): void;
  clear(cid: number): void;
  /** Reads; `forget` its result when nobody waits any more. */
  read(channel: CircuitChannel, type: DbrType, count: number, done: (outcome: Outcome) => void): number;
  subscribe(channel: CircuitChannel, type: DbrType, count: number, mask: number, update: (outcome: Outcome) => void): number;
  unsubscribe(id: number): void;
  /** Sends a request whose answer carries a status and no value. */
  notify(init: MessageInit, done: (eca: number) => void): number;
  /** Sends a message as it is. */
  send(init: MessageInit): void;
  forget(id: number): void;
  echo(): void;
  setFlow(on: boolean): void;
  /** Ends everything that is pending. */
  fail(error: EpicubeError): void;
}

interface Pending {
  readonly channel: CircuitChannel | undefined;
  readonly type: DbrType | undefined;
  readonly requested: number;
  readonly subscription: boolean;
  readonly done: (outcome: Outcome) => void;
}

const ERROR_TEXT_BYTES = 512;

/** Makes the machine of one connection. */
export function createClientCircuit(handler: CircuitHandler, options: ClientCircuitOptions): ClientCircuit {
  const creating = new Map<number, ChannelHandler>();
  const channels = new Map<number, { readonly channel: CircuitChannel; readonly handler: ChannelHandler }>();
  const earlyAccess = new Map<number, number>();
  const pending = new Map<number, Pending>();
  let nextId = options.firstId >>> 0;
  let greeted = false;
  let minorVersion: number | undefined;
  let ignored = 0;

  const send = (init: MessageInit) => options.send(encodeMessage(init));
  const takeId = (): number => {
    while (pending.has(nextId)) nextId = (nextId + 1) >>> 0;
    const id = nextId;
    nextId = (nextId + 1) >>> 0;
    return id;
  };
  const reader = createFrameReader({ message, oversize }, { maxPayloadBytes: options.maxPayloadBytes });

  const handlers: Record<number, (message: Message) => void> = {
    [COMMAND.VERSION]: ({ count }) => {
      if (count < OLDEST_MINOR_VERSION) throw broken(`protocol version 4.${count} is older than 4.${OLDEST_MINOR_VERSION}`);
      minorVersion = Math.min(count, MINOR_VERSION);
    },
    [COMMAND.SEARCH]: ({ p2, p1, dataType }) => handler.found(p2, p1, dataType),
    [COMMAND.NOT_FOUND]: ({ p2 }) => handler.notFound(p2),
    [COMMAND.ACCESS_RIGHTS]: accessRights,
    [COMMAND.CREATE_CHAN]: created,
    [COMMAND.CREATE_CH_FAIL]: ({ p1 }) => refuse(p1),
    [COMMAND.SERVER_DISCONN]: ({ p1 }) => refuse(p1),
    [COMMAND.READ_NOTIFY]: answer,
    [COMMAND.EVENT_ADD]: answer,
    [COMMAND.WRITE_NOTIFY]: written,
    [COMMAND.ERROR]: failure,
    [COMMAND.ECHO]: () => {},
    [COMMAND.READ_SYNC]: () => {},
    [COMMAND.CLEAR_CHANNEL]: () => {},
  };

  return {
    start() {
      send({ command: COMMAND.VERSION, dataType: options.priority, count: MINOR_VERSION });
      send({ command: COMMAND.CLIENT_NAME, payload: encodeTerminated(options.userName) });
      send({ command: COMMAND.HOST_NAME, payload: encodeTerminated(options.hostName) });
      send({ command: COMMAND.ECHO });
    },
    receive: (chunk) => reader.push(chunk),
    get midMessage() {
      return reader.midMessage;
    },
    get greeted() {
      return greeted;
    },
    get minorVersion() {
      return minorVersion;
    },
    get channelCount() {
      return channels.size;
    },
    get ignored() {
      return ignored;
    },
    search: (cid, name) =>
      send({ command: COMMAND.SEARCH, dataType: DO_REPLY, count: MINOR_VERSION, p1: cid, p2: cid, payload: encodeTerminated(name) }),
    create(cid, name, channelHandler) {
      creating.set(cid, channelHandler);
      send({ command: COMMAND.CREATE_CHAN, p1: cid, p2: MINOR_VERSION, payload: encodeTerminated(name) });
    },
    clear(cid) {
      creating.delete(cid);
      const open = channels.get(cid);
      if (!open) return;
      channels.delete(cid);
      send({ command: COMMAND.CLEAR_CHANNEL, p1: open.channel.sid, p2: cid });
    },
    read(channel, type, count, done) {
      const id = takeId();
      pending.set(id, { channel, type, requested: count, subscription: false, done });
      send({ command: COMMAND.READ_NOTIFY, dataType: type.code, count, p1: channel.sid, p2: id });
      return id;
    },
    subscribe(channel, type, count, mask, update) {
      const id = takeId();
      pending.set(id, { channel, type, requested: count, subscription: true, done: update });
      const payload = new Uint8Array(16);
      new DataView(payload.buffer).setUint16(12, mask);
      send({ command: COMMAND.EVENT_ADD, dataType: type.code, count, p1: channel.sid, p2: id, payload });
      return id;
    },
    unsubscribe(id) {
      const subscription = pending.get(id);
      if (!subscription?.subscription || !subscription.channel || !subscription.type) return;
      pending.delete(id);
      const { channel, type, requested } = subscription;
      send({ command: COMMAND.EVENT_CANCEL, dataType: type.code, count: requested, p1: channel.sid, p2: id });
    },
    notify(init, done) {
      const id = takeId();
      const finish = (outcome: Outcome) => done(outcome.ok ? ECA.NORMAL : Number(outcome.error.context.eca ?? ECA.DISCONN));
      pending.set(id, { channel: undefined, type: undefined, requested: 0, subscription: false, done: finish });
      send({ ...init, p2: id });
      return id;
    },
    send,
    forget: (id) => {
      pending.delete(id);
    },
    echo: () => send({ command: COMMAND.ECHO }),
    setFlow: (on) => send({ command: on ? COMMAND.EVENTS_ON : COMMAND.EVENTS_OFF }),
    fail(error) {
      const waiting = [...pending.values()];
      const lost = [...creating.values(), ...[...channels.values()].map((open) => open.handler)];
      pending.clear();
      creating.clear();
      channels.clear();
      for (const entry of waiting) entry.done({ ok: false, error });
      for (const channelHandler of lost) channelHandler.lost(error);
    },
  };

  function message(received: Message): void {
    if (!greeted) {
      greeted = true;
      handler.greeted();
    }
    const handle = handlers[received.command];
    if (!handle) throw broken(`command ${received.command} is not one of a server`);
    handle(received);
  }

  /** The payload is being skipped: only the request that it answers fails. */
  function oversize(header: Header): void {
    const entry = pending.get(header.p2);
    if ((header.command !== COMMAND.READ_NOTIFY && header.command !== COMMAND.EVENT_ADD) || !entry)
      throw broken(`a payload of ${header.payloadBytes} bytes is over the limit of ${options.maxPayloadBytes}`);
    finish(header.p2, entry, {
      ok: false,
      error: statusError(ECA.TOLARGE, `the value has ${header.payloadBytes} bytes, over the limit of ${options.maxPayloadBytes}`),
    });
  }

  function accessRights({ p1, p2 }: Message): void {
    const open = channels.get(p1);
    if (open) {
      open.channel.access = accessOf(p2);
      open.handler.accessChanged?.(open.channel);
    } else if (creating.has(p1)) earlyAccess.set(p1, p2);
    else ignored += 1;
  }

  function created({ p1: cid, p2: sid, dataType, count }: Message): void {
    const channelHandler = creating.get(cid);
    if (!channelHandler) {
      ignored += 1;
      // A channel that nobody asked for would stay on the server for ever.
      if (!channels.has(cid)) send({ command: COMMAND.CLEAR_CHANNEL, p1: sid, p2: cid });
      return;
    }
    const type = DBF_NAMES[dataType];
    if (type === undefined) throw broken(`a channel of type ${dataType}, which does not exist`);
    creating.delete(cid);
    const channel: CircuitChannel = { cid, sid, type, count, access: accessOf(earlyAccess.get(cid) ?? ACCESS.READ | ACCESS.WRITE) };
    earlyAccess.delete(cid);
    channels.set(cid, { channel, handler: channelHandler });
    channelHandler.created(channel);
  }

  function refuse(cid: number): void {
    const open = channels.get(cid);
    const channelHandler = creating.get(cid) ?? open?.handler;
    creating.delete(cid);
    channels.delete(cid);
    earlyAccess.delete(cid);
    if (open) endRequests(open.channel);
    if (channelHandler) channelHandler.refused();
    else ignored += 1;
  }

  /** What was asked of a channel that the server took away gets no answer any more. */
  function endRequests(channel: CircuitChannel): void {
    const error = new EpicubeError("CA_DISCONNECTED", "the server took the channel away");
    for (const [id, entry] of [...pending])
      if (entry.channel === channel) {
        pending.delete(id);
        if (!entry.subscription) entry.done({ ok: false, error });
      }
  }

  function answer({ command, dataType, count, p1: eca, p2: id, payload }: Message): void {
    const entry = pending.get(id);
    if (!entry || entry.subscription !== (command === COMMAND.EVENT_ADD)) {
      // An update without payload confirms a cancelled subscription.
      if (command !== COMMAND.EVENT_ADD || payload.length > 0) ignored += 1;
      return;
    }
    finish(id, entry, decode(entry, dataType, count, eca, payload));
  }

  function decode(entry: Pending, dataType: number, count: number, eca: number, payload: Uint8Array): Outcome {
    if (eca !== ECA.NORMAL) return { ok: false, error: statusError(eca) };
    const type = entry.type;
    if (!type || dataType !== type.code)
      return { ok: false, error: broken(`an answer of type ${dataType} where ${type?.name ?? "none"} was asked for`) };
    if (entry.requested !== 0 && count > entry.requested)
      return { ok: false, error: broken(`an answer of ${count} elements where ${entry.requested} were asked for`) };
    try {
      return { ok: true, data: decodeDbr(type, count, payload) };
    } catch (error) {
      return { ok: false, error: broken((error as EpicubeError).message) };
    }
  }

  function written({ p1: eca, p2: id }: Message): void {
    const entry = pending.get(id);
    if (!entry || entry.type) {
      ignored += 1;
      return;
    }
    finish(id, entry, eca === ECA.NORMAL ? { ok: true, data: { elements: [] } } : { ok: false, error: statusError(eca) });
  }

  /** ERROR: the header of the failing request, then a text. Either may be cut or senseless. */
  function failure({ p2: eca, payload }: Message): void {
    const request = parseHeader(payload, 0);
    const text = request ? escapeControl(decodeText(payload.subarray(request.headerBytes, request.headerBytes + ERROR_TEXT_BYTES))) : "";
    const entry = request && pending.get(request.p2);
    const concernsRequest =
      request && [COMMAND.READ_NOTIFY, COMMAND.EVENT_ADD, COMMAND.WRITE_NOTIFY].some((command) => command === request.command);
    if (request && entry && concernsRequest) finish(request.p2, entry, { ok: false, error: statusError(eca, text) });
    else handler.warning(`${describeEca(eca).name}: ${text}`);
  }

  function finish(id: number, entry: Pending, outcome: Outcome): void {
    if (!entry.subscription) pending.delete(id);
    entry.done(outcome);
  }
}

function accessOf(bits: number) {
  return { read: (bits & ACCESS.READ) !== 0, write: (bits & ACCESS.WRITE) !== 0 };
}

function broken(text: string): EpicubeError {
  return new EpicubeError("CA_PROTOCOL_REMOTE", `the server broke the protocol: ${text}`);
}

function statusError(eca: number, text?: string): EpicubeError {
  const info = describeEca(eca);
  const sentence = text === undefined || text === "" ? info.text : text;
  return new EpicubeError("CA_STATUS", `the server answered ${info.name}: ${sentence}`, { context: { eca, name: info.name } });
}
