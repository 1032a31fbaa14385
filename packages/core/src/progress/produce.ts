/**
 * Runs a producer that emits events at any moment, and yields them in order. When the consumer stops early, the producer's signal is
 * aborted and waited for. A failure of the producer comes after the events that it emitted.
 */
export async function* produceEvents<T>(
  produce: (emit: (event: T) => void, signal: AbortSignal) => Promise<void>,
  outer?: AbortSignal,
): AsyncGenerator<T, void, undefined> {
  const queue: T[] = [];
  let wake: (() => void) | undefined;
  let ended = false;
  const inner = new AbortController();
  const signal = outer ? AbortSignal.any([outer, inner.signal]) : inner.signal;
  const run = produce((event) => {
    queue.push(event);
    wake?.();
  }, signal).finally(() => {
    ended = true;
    wake?.();
  });
  // Taken up below; until then it must not count as unhandled.
  run.catch(() => undefined);
  try {
    for (;;) {
      while (queue.length > 0) yield queue.shift()!;
      if (ended) break;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    await run;
  } finally {
    inner.abort();
    await run.catch(() => undefined);
  }
}
