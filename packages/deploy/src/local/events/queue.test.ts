import { describe, expect, it } from "vitest";
import { createEventQueue } from "./queue.js";

async function collect<T>(queue: AsyncIterable<T>): Promise<T[]> {
  const events: T[] = [];
  for await (const event of queue) events.push(event);
  return events;
}

describe("createEventQueue", () => {
  it("gives what was pushed before and after the reader came, in order, and nothing after the end", async () => {
    const queue = createEventQueue<number>();
    queue.push(1);
    const reading = collect(queue);
    queue.push(2);
    await Promise.resolve();
    queue.push(3);
    queue.end();
    queue.push(4);
    expect(await reading).toEqual([1, 2, 3]);
  });

  it("gives what is waiting before it fails", async () => {
    const queue = createEventQueue<number>();
    const events: number[] = [];
    queue.push(1);
    queue.fail(new Error("broken"));
    queue.end();
    await expect(async () => {
      for await (const event of queue) events.push(event);
    }).rejects.toThrow("broken");
    expect(events).toEqual([1]);
  });
});
