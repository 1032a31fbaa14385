import { setMaxListeners } from "node:events";
import { isEpicubeError, messageOf } from "@epicube/core";
import { encodeMessage, type Message, type MessageInit } from "../codec/header.js";
import { decodeText } from "../codec/text.js";
import { ACCESS, ADDRESS_OF_SENDER, COMMAND, DO_REPLY, MINOR_VERSION, OLDEST_MINOR_VERSION } from "../tables/commands.js";
import { ECA } from "../tables/eca.js";
import { DBF_NAMES, DBR_TYPES, type DbrType, dbrBytes } from "../tables/types.js";
import { answerBody, emptyBody } from "./answer.js";
import { type CircuitContext, errorMessage, type OpenChannel, type ServerShared, type ServerTransport } from "./context.js";
import { createSubscriptions, withInvalid } from "./subscriptions.js";
import type { ChannelSnapshot } from "./types.js";
import { handleWrite } from "./writes.js";

/** The server's side of one circuit: messages in, messages out, no socket. */
export interface ServerCircuit {
  /** Greets the client, as rsrv does before it hears anything. */
  start(): void;
  receive(message: Message): void;
  /** The transport has room again. */
  drained(): void;
  /** Frees channels and subscriptions. */
  dispose(): void;
  readonly channels: number;
  readonly subscriptions: number;
  /** Requests whose answer is not ready. */
  readonly inProgress: number;
}

/** PUT_ACKT and PUT_ACKS can be written only. */
const isReadable = (type: DbrType) => type.class !== "put-ackt" && type.class !== "put-acks";
const MAX_NAME_PAYLOAD = 1024;

/** Makes the machine of one accepted connection. */
export function createServerCircuit(shared: ServerShared, transport: ServerTransport): ServerCircuit {
  const bySid = new Map<number, OpenChannel>();
  let nextSid = Math.floor(shared.random() * 0x10000) + 1;
  let closed = false;
  let inProgress = 0;
  /** Ends the answers that the fault delay holds up. */
  const closing = new AbortController();
  // One listener for each answer held up: many are no leak.
  setMaxListeners(0, closing.signal);

  const write = (init: MessageInit) => {
    if (!closed) transport.send(encodeMessage(init));
  };
  const context: CircuitContext = {
    shared,
    transport,
    client: { userName: "", hostName: "" },
    closed: () => closed,
    began: () => {
      inProgress += 1;
    },
    ended: () => {
      inProgress -= 1;
    },
    answer(init, pv) {
      const faults = shared.faults();
      if (!faults.any) {
        write(init);
        return;
      }
      const drop = faults.find("drop", pv);
      if (drop && shared.random() < (drop.argument ?? 1)) return;
      const delay = faults.find("delay", pv);
      if (!delay) {
        write(init);
        return;
      }
      const owned = init.payload ? { ...init, payload: new Uint8Array(init.payload) } : init;
      inProgress += 1;
      shared.clock.sleep(delay.argument ?? 1000, closing.signal).then(
        () => {
          inProgress -= 1;
          write(owned);
        },
        () => {},
      );
    },
    error: (request, cid, eca, text) => context.answer(errorMessage(request, cid, eca, text), undefined),
    refuse(request, eca, reason) {
      write(errorMessage(request, ADDRESS_OF_SENDER, eca, reason));
      transport.close("end", reason);
    },
    snapshot(open) {
      const frozen = shared.faults().find("freeze", open.name) ? shared.frozen.get(open.name) : undefined;
      if (frozen) return withInvalid(context, open, frozen);
      const snapshot = open.channel.read();
      const finish = (value: ChannelSnapshot) => {
        if (shared.faults().find("freeze", open.name)) shared.frozen.set(open.name, value);
        return withInvalid(context, open, value);
      };
      return snapshot instanceof Promise ? snapshot.then(finish) : finish(snapshot);
    },
  };
  const subscriptions = createSubscriptions(context);

  const clear = (open: OpenChannel) => {
    for (const stop of [...open.subscriptions.values()]) stop();
    bySid.delete(open.sid);
  };

  const handlers: Record<number, (message: Message) => void> = {
    [COMMAND.VERSION]: (message) => {
      if (message.count < OLDEST_MINOR_VERSION) context.refuse(message, ECA.DEFUNCT, "protocol version older than 4.4");
    },
    [COMMAND.CLIENT_NAME]: (message) => {
      if (bySid.size === 0) context.client.userName = decodeText(message.payload.subarray(0, 512));
    },
    [COMMAND.HOST_NAME]: (message) => {
      if (bySid.size === 0) context.client.hostName = decodeText(message.payload.subarray(0, 512));
    },
    [COMMAND.ECHO]: (message) => write({ ...message }),
    [COMMAND.READ_SYNC]: (message) => write({ ...message }),
    [COMMAND.EVENTS_OFF]: () => subscriptions.setFlow(false),
    [COMMAND.EVENTS_ON]: () => subscriptions.setFlow(true),
    [COMMAND.SEARCH]: search,
    [COMMAND.CREATE_CHAN]: create,
    [COMMAND.CLEAR_CHANNEL]: (message) => {
      const open = channelOf(message);
      if (!open) return;
      clear(open);
      write({ command: COMMAND.CLEAR_CHANNEL, p1: message.p1, p2: message.p2 });
    },
    [COMMAND.READ]: (message) => read(message),
    [COMMAND.READ_NOTIFY]: (message) => read(message),
    [COMMAND.WRITE]: (message) => writeRequest(message),
    [COMMAND.WRITE_NOTIFY]: (message) => writeRequest(message),
    [COMMAND.EVENT_ADD]: (message) => {
      const open = channelOf(message);
      const type = open && typeOf(message);
      if (!open || !type) return;
      if (isReset(open)) return;
      if (tooLarge(type, message.count, open)) {
        context.error(message, open.cid, ECA.TOLARGE, "more elements than this server sends");
        return;
      }
      subscriptions.add(message, open, type);
    },
    [COMMAND.EVENT_CANCEL]: (message) => {
      const open = channelOf(message);
      if (!open) return;
      const stop = open.subscriptions.get(message.p2);
      if (!stop) {
        context.refuse(message, ECA.BADMONID, "no such subscription");
        return;
      }
      stop();
      // rsrv confirms with the command of an update and no payload.
      write({ command: COMMAND.EVENT_ADD, dataType: message.dataType, count: message.count, p1: message.p1, p2: message.p2 });
    },
  };

  return {
    start: () => write({ command: COMMAND.VERSION, count: MINOR_VERSION }),
    receive(message) {
      if (closed) return;
      const handler = handlers[message.command];
      if (handler) handler(message);
      else context.refuse(message, ECA.INTERNAL, `command ${message.command} is not one of a client`);
    },
    drained: () => subscriptions.drained(),
    dispose() {
      closed = true;
      closing.abort();
      for (const open of [...bySid.values()]) clear(open);
    },
    get channels() {
      return bySid.size;
    },
    get subscriptions() {
      return subscriptions.count;
    },
    get inProgress() {
      return inProgress;
    },
  };

  function search(message: Message): void {
    const name = decodeText(message.payload.subarray(0, MAX_NAME_PAYLOAD));
    if (shared.lookup(name))
      context.answer({ command: COMMAND.SEARCH, dataType: shared.tcpPort(), p1: ADDRESS_OF_SENDER, p2: message.p1 }, name);
    else if (message.dataType === DO_REPLY)
      context.answer({ command: COMMAND.NOT_FOUND, dataType: DO_REPLY, count: message.count, p1: message.p1, p2: message.p1 }, name);
  }

  function create(message: Message): void {
    const name = decodeText(message.payload.subarray(0, MAX_NAME_PAYLOAD));
    const channel = name === "" || bySid.size >= shared.maxChannelsPerCircuit ? undefined : shared.lookup(name);
    if (!channel) {
      context.answer({ command: COMMAND.CREATE_CH_FAIL, p1: message.p1 }, name);
      return;
    }
    const access = channel.access?.(context.client) ?? { read: true, write: channel.write !== undefined };
    const open: OpenChannel = {
      sid: nextSid,
      cid: message.p1,
      name,
      channel,
      access: { read: access.read, write: access.write && channel.write !== undefined },
      subscriptions: new Map(),
      writeChain: undefined,
      waitingWrites: 0,
    };
    nextSid = nextSid === 0xffffffff ? 1 : nextSid + 1;
    while (bySid.has(nextSid)) nextSid = nextSid === 0xffffffff ? 1 : nextSid + 1;
    bySid.set(open.sid, open);
    const bits = (open.access.read ? ACCESS.READ : 0) | (open.access.write ? ACCESS.WRITE : 0);
    context.answer({ command: COMMAND.ACCESS_RIGHTS, p1: open.cid, p2: bits }, name);
    const dataType = DBF_NAMES.indexOf(channel.type);
    context.answer({ command: COMMAND.CREATE_CHAN, dataType, count: channel.count, p1: open.cid, p2: open.sid }, name);
  }

  /** A bad identifier means that client and server no longer agree: rsrv ends the circuit, and so do we. */
  function channelOf(message: Message): OpenChannel | undefined {
    const open = bySid.get(message.p1);
    if (!open) context.refuse(message, ECA.INTERNAL, "no such channel identifier");
    return open;
  }

  function typeOf(message: Message): DbrType | undefined {
    const type = DBR_TYPES[message.dataType];
    if (type && isReadable(type)) return type;
    context.refuse(message, ECA.BADTYPE, `data type ${message.dataType} cannot be read`);
    return undefined;
  }

  function isReset(open: OpenChannel): boolean {
    if (!shared.faults().find("reset", open.name)) return false;
    transport.close("reset", "fault reset");
    return true;
  }

  function tooLarge(type: DbrType, count: number, open: OpenChannel): boolean {
    return dbrBytes(type, count) > Math.max(shared.maxPayloadBytes, dbrBytes(type, open.channel.count));
  }

  function writeRequest(message: Message): void {
    const open = channelOf(message);
    if (!open || isReset(open)) return;
    if (!DBR_TYPES[message.dataType]) {
      context.refuse(message, ECA.BADTYPE, `data type ${message.dataType} does not exist`);
      return;
    }
    handleWrite(context, message, open);
  }

  function read(message: Message): void {
    const open = channelOf(message);
    const type = open && typeOf(message);
    if (!open || !type || isReset(open)) return;
    if (tooLarge(type, message.count, open)) {
      context.error(message, open.cid, ECA.TOLARGE, "more elements than this server sends");
      return;
    }
    if (shared.faults().find("hang-reads", open.name)) return;
    const { command, dataType, count: requested, p2 } = message;
    const reply = (eca: number, body = emptyBody(type, requested)) => {
      if (command === COMMAND.READ && eca !== ECA.NORMAL) {
        context.error(message, open.cid, eca, "read failed");
        return;
      }
      const lie = shared.faults().find("malformed", open.name) ? 1000 : 0;
      const p1 = command === COMMAND.READ ? open.cid : eca;
      context.answer({ command, dataType, count: body.count + lie, p1, p2, payload: body.payload }, open.name);
    };
    const answer = (snapshot: ChannelSnapshot) => {
      if (!closed) reply(ECA.NORMAL, answerBody(open.channel, snapshot, type, requested));
    };
    const failed = (error: unknown) => {
      if (!isEpicubeError(error, "CA_CONVERT")) shared.logger.warn(`read of ${open.name} failed: ${messageOf(error)}`);
      if (!closed) reply(ECA.GETFAIL);
    };
    if (!open.access.read) {
      reply(ECA.NORDACCESS);
      return;
    }
    try {
      const snapshot = context.snapshot(open);
      if (!(snapshot instanceof Promise)) {
        answer(snapshot);
        return;
      }
      inProgress += 1;
      snapshot
        .then(answer)
        .catch(failed)
        .finally(() => {
          inProgress -= 1;
        });
    } catch (error) {
      failed(error);
    }
  }
}
