import { type Clock, EpicubeError } from "@epicube/core";
import { EVENT_MASK } from "../tables/commands.js";
import type { Channels, OpenedChannel } from "./channels.js";
import { requestCount, requestType } from "./get.js";
import { pvError, readingOf } from "./reading.js";
import type { MonitorEvent, MonitorOptions } from "./types.js";

/** First and longest pause before a lost or missing channel is asked for again. */
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 10_000;

/** Watches one PV until the reader of the iterator leaves or the signal ends it. */
export function createMonitor(channels: Channels, clock: Clock, name: string, options: MonitorOptions): AsyncIterable<MonitorEvent> {
  return { [Symbol.asyncIterator]: () => watch(channels, clock, name, options) };
}

async function* watch(channels: Channels, clock: Clock, name: string, options: MonitorOptions): AsyncGenerator<MonitorEvent> {
  const { signal, maxQueued = 1000 } = options;
  const queue: MonitorEvent[] = [];
  const ended = new AbortController();
  const stop = signal ? AbortSignal.any([signal, ended.signal]) : ended.signal;
  let dropped = 0;
  let wake = () => {};
  let failure: unknown;

  const push = (event: MonitorEvent) => {
    if (queue.length >= maxQueued) {
      queue.shift();
      dropped += 1;
    }
    queue.push(event);
    wake();
  };
  const subscribe = (opened: OpenedChannel) => {
    const { connection, channel } = opened;
    const type = requestType(options.class ?? "time", options.type ?? channel.type);
    const count = requestCount(connection.circuit.minorVersion, channel.count, options.count ?? 0);
    return connection.circuit.subscribe(channel, type, count, options.mask ?? EVENT_MASK.VALUE | EVENT_MASK.ALARM, (outcome) => {
      if (outcome.ok) push({ event: "update", reading: readingOf(name, opened, outcome.data, {}), dropped });
      // The loss of the circuit is told by the channel.
      else if (connection.state !== "closed") push({ event: "disconnect", pv: name, error: pvError(outcome.error, "read") });
    });
  };
  /** Opens the channel and watches it until it is lost; undefined when the reader left. */
  const life = () =>
    new Promise<EpicubeError | undefined>((resolve) => {
      const entry = channels.open(name);
      let opened: OpenedChannel | undefined;
      let id: number | undefined;
      let stopListening = () => {};
      const withdraw = entry.wait((result) => {
        if (result instanceof EpicubeError) {
          finish(result);
          return;
        }
        opened = result;
        stopListening = entry.onLost(finish);
        id = subscribe(result);
      });
      const onAbort = () => {
        withdraw();
        channels.abandon(entry);
        if (opened && id !== undefined && entry.opened === opened) opened.connection.circuit.unsubscribe(id);
        finish(undefined);
      };
      stop.addEventListener("abort", onAbort, { once: true });
      function finish(error: EpicubeError | undefined): void {
        stop.removeEventListener("abort", onAbort);
        stopListening();
        resolve(error);
      }
    });
  const run = async () => {
    let pauseMs = FIRST_PAUSE_MS;
    while (!stop.aborted) {
      const startedMs = clock.monotonicMs();
      const error = await life();
      if (error === undefined) return;
      push({ event: "disconnect", pv: name, error: pvError(error, "search") });
      if (error.code === "CA_CLOSED") throw error;
      // A server that takes the channel and drops it at once is asked ever more seldom.
      if (clock.monotonicMs() - startedMs > LONGEST_PAUSE_MS) pauseMs = FIRST_PAUSE_MS;
      await clock.sleep(pauseMs, stop);
      pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
    }
  };
  const running = run().catch((error: unknown) => {
    if (!stop.aborted) failure = error;
    wake();
  });
  stop.addEventListener("abort", () => wake(), { once: true });
  try {
    for (;;) {
      const event = queue.shift();
      if (event) yield event;
      else if (signal?.aborted) throw signal.reason;
      else if (failure !== undefined) throw failure;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  } finally {
    ended.abort();
    await running;
  }
}
