import type { CallOptions } from "./types.js";

/** The work of one name in a bulk call. */
export interface BulkTask<Result> {
  /** The deadline has come, or the caller has left: gives up and tells how far it got. */
  expire(timeoutMs: number): Result;
}

/** One deadline for a bulk call, unless the caller says another, in milliseconds. */
export const DEFAULT_TIMEOUT_MS = 2000;

/**
 * Runs a task for each name under one deadline. Each calls `done` once, also before `begin` returns; one that has not by the deadline is
 * asked how far it got. Rejects with the signal's reason only.
 */
export function runBulk<Result>(
  names: readonly string[],
  call: CallOptions,
  begin: (name: string, done: (result: Result) => void) => BulkTask<Result>,
): Promise<Result[]> {
  const timeoutMs = call.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const { signal } = call;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const results = new Array<Result>(names.length);
    const tasks = new Array<BulkTask<Result> | undefined>(names.length);
    let missing = names.length;
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    };
    const onAbort = () => {
      end();
      for (const task of tasks) task?.expire(timeoutMs);
      reject(signal!.reason);
    };
    const timer = setTimeout(() => {
      end();
      for (const [index, task] of tasks.entries()) if (task) results[index] = task.expire(timeoutMs);
      resolve(results);
    }, timeoutMs);
    signal?.addEventListener("abort", onAbort, { once: true });
    const finished = (index: number, result: Result) => {
      results[index] = result;
      tasks[index] = undefined;
      missing -= 1;
      if (missing > 0) return;
      end();
      resolve(results);
    };
    if (missing === 0) {
      end();
      resolve([]);
    }
    for (const [index, name] of names.entries()) {
      let isFinished = false;
      const task = begin(name, (result) => {
        isFinished = true;
        finished(index, result);
      });
      if (!isFinished) tasks[index] = task;
    }
  });
}
