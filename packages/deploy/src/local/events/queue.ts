/** Events of several tasks as one stream, in the order in which they happened. For one reader. */
export interface EventQueue<T> extends AsyncIterable<T> {
  push(event: T): void;
  /** No more events: the stream ends after those that are waiting. */
  end(): void;
  /** As `end`, but the stream then throws. */
  fail(error: unknown): void;
}

/** Makes an empty queue. */
export function createEventQueue<T>(): EventQueue<T> {
  const events: T[] = [];
  let over: { error?: unknown; failed: boolean } | undefined;
  let wake: (() => void) | undefined;
  const notify = () => {
    wake?.();
    wake = undefined;
  };
  return {
    push(event) {
      if (over) return;
      events.push(event);
      notify();
    },
    end() {
      over ??= { failed: false };
      notify();
    },
    fail(error) {
      over ??= { error, failed: true };
      notify();
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        while (events.length > 0) yield events.shift()!;
        if (over?.failed) throw over.error;
        if (over) return;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}
