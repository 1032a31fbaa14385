import { isEpicubeError, messageOf } from "@epicube/core";
import { decodeDbr } from "../codec/dbr.js";
import { type Message, padded } from "../codec/header.js";
import { COMMAND } from "../tables/commands.js";
import { describeEca, ECA } from "../tables/eca.js";
import { DBR_TYPES, dbrBytes } from "../tables/types.js";
import type { CircuitContext, OpenChannel } from "./context.js";
import { convertForWrite } from "./convert.js";
import type { ChannelValue } from "./types.js";

/** WRITE_NOTIFY requests of one channel that may wait; more are answered ECA_PUTCBINPROG. */
const MAX_WAITING_WRITES = 1000;

/** Handles WRITE and WRITE_NOTIFY. The type was checked to exist. */
export function handleWrite(context: CircuitContext, request: Message, open: OpenChannel): void {
  const wait = request.command === COMMAND.WRITE_NOTIFY;
  const settle = (eca: number, text: string) => {
    if (context.closed()) return;
    if (wait)
      context.answer(
        { command: COMMAND.WRITE_NOTIFY, dataType: request.dataType, count: request.count, p1: eca, p2: request.p2 },
        open.name,
      );
    else if (eca !== ECA.NORMAL) context.error(request, open.cid, eca, text);
  };
  if (!open.access.write) {
    settle(ECA.NOWTACCESS, describeEca(ECA.NOWTACCESS).text);
    return;
  }
  // The payload is a view that does not outlive this call, so it is decoded now even where the write waits for another.
  let apply: () => Promise<void> | void;
  try {
    apply = prepare(context, request, open, wait);
  } catch (error) {
    settle(ECA.PUTFAIL, messageOf(error));
    return;
  }
  const run = async () => {
    try {
      await apply();
      settle(ECA.NORMAL, "");
    } catch (error) {
      if (!isEpicubeError(error)) context.shared.logger.warn(`write to ${open.name} failed: ${messageOf(error)}`);
      settle(ECA.PUTFAIL, messageOf(error));
    }
  };
  if (!wait && open.writeChain === undefined) {
    runNow(apply, settle);
    return;
  }
  if (open.waitingWrites >= MAX_WAITING_WRITES) {
    settle(ECA.PUTCBINPROG, describeEca(ECA.PUTCBINPROG).text);
    return;
  }
  open.waitingWrites += 1;
  context.began();
  const chain: Promise<void> = (open.writeChain ?? Promise.resolve()).then(run).finally(() => {
    open.waitingWrites -= 1;
    context.ended();
    if (open.writeChain === chain) open.writeChain = undefined;
  });
  open.writeChain = chain;
}

/** A write without answer takes effect before the next request of the circuit is looked at, as in a database. */
function runNow(apply: () => Promise<void> | void, settle: (eca: number, text: string) => void): void {
  try {
    const result = apply();
    if (result instanceof Promise) result.catch((error: unknown) => settle(ECA.PUTFAIL, messageOf(error)));
  } catch (error) {
    settle(ECA.PUTFAIL, messageOf(error));
  }
}

/** Decodes and checks; what it returns does the write. */
function prepare(context: CircuitContext, request: Message, open: OpenChannel, wait: boolean): () => Promise<void> | void {
  const type = DBR_TYPES[request.dataType]!;
  const { channel } = open;
  const payload = type.native === "STRING" && request.count === 1 ? fullString(request.payload) : request.payload;
  // Never past the end of the payload, whatever the count says: a longer count kills an IOC of base 7.0.8.
  const { elements } = decodeDbr(type, Math.min(request.count, channel.count), payload);
  if (dbrBytes(type, request.count) > padded(payload.length)) throw new Error("the count exceeds the payload");
  if (type.class === "put-ackt" || type.class === "put-acks") {
    const acknowledge = channel.acknowledge;
    if (!acknowledge || elements.length === 0) throw new Error("this channel has no alarm to acknowledge");
    return () => acknowledge.call(channel, type.class === "put-ackt" ? "transients" : "severity", elements[0] as number);
  }
  if (type.class !== "plain") throw new Error(`${type.name} cannot be written`);
  if (channel.count === 1 && elements.length === 0) throw new Error("a scalar cannot be written with no element");
  const sent = { type: type.native, value: oneOrAll(elements, channel.count) };
  const client = { ...context.client };
  const deliver = (enums: readonly string[] | undefined) => {
    const converted = convertForWrite(type.native, channel.type, elements, enums === undefined ? {} : { enums });
    return channel.write!({ value: oneOrAll(converted, channel.count), sent, wait, client });
  };
  if (type.native !== "STRING" || channel.type !== "ENUM") return () => deliver(undefined);
  return () => {
    const snapshot = channel.read();
    return snapshot instanceof Promise ? snapshot.then((value) => deliver(value.enums)) : deliver(snapshot.enums);
  };
}

/** A scalar STRING may be sent cut after its NUL. */
function fullString(payload: Uint8Array): Uint8Array {
  if (payload.length >= 40) return payload;
  const full = new Uint8Array(40);
  full.set(payload);
  return full;
}

function oneOrAll(elements: ArrayLike<number | string>, count: number): ChannelValue {
  return count === 1 ? elements[0]! : (elements as ChannelValue);
}
