import { isEpicubeError, messageOf } from "@epicube/core";
import type { Message } from "../codec/header.js";
import { COMMAND } from "../tables/commands.js";
import { ECA } from "../tables/eca.js";
import type { DbrType } from "../tables/types.js";
import { answerBody, emptyBody } from "./answer.js";
import type { CircuitContext, OpenChannel } from "./context.js";
import type { ChannelSnapshot } from "./types.js";

/** The monitors of one circuit. */
export interface Subscriptions {
  /** EVENT_ADD: the first value goes out at once, whatever the mask. */
  add(request: Message, open: OpenChannel, type: DbrType): void;
  /** EVENTS_OFF and EVENTS_ON: while off, only the latest value of each is kept. */
  setFlow(on: boolean): void;
  /** The client has read what was queued. */
  drained(): void;
  readonly count: number;
}

interface Subscription {
  readonly open: OpenChannel;
  readonly type: DbrType;
  readonly requested: number;
  readonly subid: number;
  live: boolean;
  /** The latest value that has not been sent. */
  pending: ChannelSnapshot | undefined;
}

/** Makes the monitors of one circuit. */
export function createSubscriptions(context: CircuitContext): Subscriptions {
  const { shared, transport } = context;
  const waiting = new Set<Subscription>();
  let flowing = true;
  let count = 0;

  const send = (subscription: Subscription, snapshot: ChannelSnapshot): void => {
    const { open, type, requested, subid } = subscription;
    let eca: number = ECA.NORMAL;
    let body = emptyBody(type, requested);
    if (!open.access.read) eca = ECA.NORDACCESS;
    else {
      try {
        body = answerBody(open.channel, snapshot, type, requested);
      } catch (error) {
        eca = ECA.GETFAIL;
        if (!isEpicubeError(error, "CA_CONVERT")) shared.logger.error(`update of ${open.name} failed: ${messageOf(error)}`);
      }
    }
    context.answer(
      { command: COMMAND.EVENT_ADD, dataType: type.code, count: body.count, p1: eca, p2: subid, payload: body.payload },
      open.name,
    );
  };
  const offer = (subscription: Subscription, snapshot: ChannelSnapshot): void => {
    if (!subscription.live) return;
    if (flowing && transport.queuedBytes <= shared.maxQueuedBytes) {
      send(subscription, snapshot);
      return;
    }
    subscription.pending = snapshot;
    waiting.add(subscription);
  };
  const flush = (): void => {
    for (const subscription of waiting) {
      if (!flowing || transport.queuedBytes > shared.maxQueuedBytes) return;
      waiting.delete(subscription);
      const snapshot = subscription.pending;
      subscription.pending = undefined;
      if (subscription.live && snapshot !== undefined) send(subscription, snapshot);
    }
  };

  return {
    get count() {
      return count;
    },
    add(request, open, type) {
      const subid = request.p2;
      const mask = request.payload.length >= 14 ? (request.payload[12]! << 8) | request.payload[13]! : 0;
      open.subscriptions.get(subid)?.();
      const subscription: Subscription = { open, type, requested: request.count, subid, live: true, pending: undefined };
      count += 1;
      const stop = open.channel.subscribe?.((snapshot, changed) => {
        if ((changed & mask) === 0 || shared.faults().find("freeze", open.name)) return;
        offer(subscription, withInvalid(context, open, snapshot));
      });
      open.subscriptions.set(subid, () => {
        if (!subscription.live) return;
        subscription.live = false;
        count -= 1;
        waiting.delete(subscription);
        open.subscriptions.delete(subid);
        stop?.();
      });
      if (shared.faults().find("hang-reads", open.name)) return;
      readFirst(subscription);
    },
    setFlow(on) {
      flowing = on;
      if (on) flush();
    },
    drained: flush,
  };

  function readFirst(subscription: Subscription): void {
    const failed = (error: unknown) => {
      shared.logger.warn(`first value of ${subscription.open.name} failed: ${messageOf(error)}`);
      const { type, requested, subid, open } = subscription;
      if (!subscription.live) return;
      const body = emptyBody(type, requested);
      context.answer(
        { command: COMMAND.EVENT_ADD, dataType: type.code, count: body.count, p1: ECA.GETFAIL, p2: subid, payload: body.payload },
        open.name,
      );
    };
    try {
      const snapshot = context.snapshot(subscription.open);
      if (snapshot instanceof Promise) snapshot.then((value) => offer(subscription, value)).catch(failed);
      else offer(subscription, snapshot);
    } catch (error) {
      failed(error);
    }
  }
}

/** Applies the fault `invalid`. */
export function withInvalid(context: CircuitContext, open: OpenChannel, snapshot: ChannelSnapshot): ChannelSnapshot {
  return context.shared.faults().find("invalid", open.name) ? { ...snapshot, severity: "INVALID", status: "COMM" } : snapshot;
}
