/** Time as a capability, so that tests can hold it. */
export interface Clock {
  /** Milliseconds since 1970-01-01 UTC. */
  nowMs(): number;
  /** Milliseconds that never go back. */
  monotonicMs(): number;
  /** Resolves after `ms`; rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's clock: the one place that reads it. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal!.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      }, ms);
      signal?.addEventListener("abort", onAbort, { once: true });
    }),
};

/** A clock that stands still until {@link ManualClock.advance} moves it. */
export interface ManualClock extends Clock {
  /** Moves time on by `ms`, waking sleepers in order of their time. */
  advance(ms: number): Promise<void>;
}

/** Makes a clock for tests, starting at `startMs` (default 0). */
export function createManualClock(startMs = 0): ManualClock {
  let now = startMs;
  const sleepers: { atMs: number; wake: () => void }[] = [];
  return {
    nowMs: () => now,
    monotonicMs: () => now,
    sleep(ms, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) {
          reject(signal.reason);
          return;
        }
        const sleeper = { atMs: now + ms, wake: () => resolve() };
        sleepers.push(sleeper);
        signal?.addEventListener(
          "abort",
          () => {
            const at = sleepers.indexOf(sleeper);
            if (at !== -1) sleepers.splice(at, 1);
            reject(signal.reason);
          },
          { once: true },
        );
      });
    },
    async advance(ms) {
      const end = now + ms;
      for (;;) {
        sleepers.sort((a, b) => a.atMs - b.atMs);
        const next = sleepers[0];
        if (!next || next.atMs > end) break;
        sleepers.shift();
        now = Math.max(now, next.atMs);
        next.wake();
        await new Promise<void>((resolve) => setImmediate(resolve));
      }
      now = end;
      await new Promise<void>((resolve) => setImmediate(resolve));
    },
  };
}
