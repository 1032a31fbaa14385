import { expect, it } from "vitest";
import { produceEvents } from "./produce.js";

const tick = () => new Promise<void>((resolve) => setImmediate(resolve));

it("yields what is emitted at any moment, in order, and then ends", async () => {
  const seen: number[] = [];
  for await (const event of produceEvents<number>(async (emit) => {
    emit(1);
    emit(2);
    await tick();
    emit(3);
  }))
    seen.push(event);
  expect(seen).toEqual([1, 2, 3]);
});

it("gives a failure after the events before it", async () => {
  const seen: number[] = [];
  const run = (async () => {
    for await (const event of produceEvents<number>(async (emit) => {
      emit(1);
      throw new Error("broken");
    }))
      seen.push(event);
  })();
  await expect(run).rejects.toThrow("broken");
  expect(seen).toEqual([1]);
});

it("aborts the producer when the consumer leaves, and waits for it", async () => {
  let ended = false;
  for await (const _ of produceEvents<number>(async (emit, signal) => {
    emit(1);
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
    await tick();
    ended = true;
  }))
    break;
  expect(ended).toBe(true);
});

it("passes the outer signal on", async () => {
  const controller = new AbortController();
  const run = (async () => {
    for await (const _ of produceEvents<number>(async (emit, signal) => {
      emit(1);
      await tick();
      signal.throwIfAborted();
    }, controller.signal))
      controller.abort(new Error("enough"));
  })();
  await expect(run).rejects.toThrow("enough");
});
