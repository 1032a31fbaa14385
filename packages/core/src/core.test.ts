import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  createManualClock,
  digestOf,
  EpicubeError,
  editDistance,
  escapeControl,
  isDigest,
  isEpicubeError,
  mapLimit,
  messageOf,
  nearest,
  systemClock,
} from "./index.js";

describe("digests", () => {
  it("are sha256 in lower-case hex", () => {
    expect(digestOf("{}")).toBe("sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
    expect(digestOf(new Uint8Array([1, 2]))).toBe(
      `sha256:${createHash("sha256")
        .update(Buffer.from([1, 2]))
        .digest("hex")}`,
    );
  });

  it.each([
    ["sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a", true],
    ["sha256:ABC", false],
    ["sha512:00", false],
    ["", false],
    ["sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a\n", false],
  ])("isDigest(%j) is %s", (text, expected) => {
    expect(isDigest(text)).toBe(expected);
  });
});

describe("EpicubeError", () => {
  it("is recognised by code, keeps its cause, and holds across copies of the class", () => {
    const cause = new Error("inner");
    const error = new EpicubeError("PORT_TAKEN", "port 20000 is taken", { cause, help: "choose --port-base" });
    expect(isEpicubeError(error)).toBe(true);
    expect(isEpicubeError(error, "PORT_TAKEN")).toBe(true);
    expect(isEpicubeError(error, "OTHER")).toBe(false);
    expect(error.cause).toBe(cause);
    const foreign = Object.assign(new Error("x"), { code: "C", [Symbol.for("@epicube/core/EpicubeError")]: true });
    expect(isEpicubeError(foreign, "C")).toBe(true);
    expect(isEpicubeError(new Error("x"))).toBe(false);
    expect(isEpicubeError(null)).toBe(false);
  });

  it("messageOf reads anything that was thrown", () => {
    expect([messageOf(new Error("a")), messageOf("b"), messageOf(undefined)]).toEqual(["a", "b", "undefined"]);
  });
});

describe("clock", () => {
  it("the manual clock wakes sleepers in order and only when due", async () => {
    const clock = createManualClock(1000);
    const woken: string[] = [];
    void clock.sleep(20).then(() => woken.push("b"));
    void clock.sleep(10).then(() => woken.push("a"));
    await clock.advance(9);
    expect(woken).toEqual([]);
    await clock.advance(11);
    expect(woken).toEqual(["a", "b"]);
    expect(clock.nowMs()).toBe(1020);
  });

  it.each([
    ["system", systemClock],
    ["manual", createManualClock()],
  ])("%s clock: an aborted sleep rejects with the reason", async (_, clock) => {
    const stop = new AbortController();
    const sleeping = clock.sleep(1e6, stop.signal);
    stop.abort(new Error("stopped"));
    await expect(sleeping).rejects.toThrow("stopped");
    await expect(clock.sleep(1e6, stop.signal)).rejects.toThrow("stopped");
  });
});

describe("mapLimit", () => {
  it("keeps order and never runs more than the limit at once", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(3), { maxLength: 20 }), fc.integer({ min: 1, max: 5 }), async (delays, limit) => {
        let running = 0;
        let most = 0;
        const result = await mapLimit(delays, limit, async (delay, index) => {
          most = Math.max(most, ++running);
          for (let turn = 0; turn < delay; turn++) await Promise.resolve();
          running--;
          return index;
        });
        expect(result).toEqual(delays.map((_, index) => index));
        expect(most).toBeLessThanOrEqual(limit);
      }),
    );
  });

  it("starts nothing more after a failure, and refuses a senseless limit", async () => {
    const started: number[] = [];
    await expect(
      mapLimit([0, 1, 2, 3], 1, async (item) => {
        started.push(item);
        if (item === 1) throw new Error("no");
      }),
    ).rejects.toThrow("no");
    expect(started).toEqual([0, 1]);
    await expect(mapLimit([1], 0, async () => 0)).rejects.toThrow(RangeError);
  });
});

describe("did you mean", () => {
  it.each([
    ["nmae", ["name"]],
    ["Heartbeet", ["Heartbeat"]],
    ["zzz", []],
    ["", []],
  ])("%j → %j", (word, expected) => {
    expect(nearest(word, ["name", "Heartbeat", "port"])).toEqual(expected);
  });

  it("the distance is symmetric, zero only for equal words, and bounded by the longer word", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
        const distance = editDistance(a, b);
        expect(distance).toBe(editDistance(b, a));
        expect(distance === 0).toBe(a === b);
        expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length));
      }),
    );
  });
});

describe("escapeControl", () => {
  it("leaves tab and newline, escapes what drives a terminal", () => {
    expect(escapeControl("a\tb\n\u001b]0;x\u0007\u009b")).toBe("a\tb\n\\x1b]0;x\\x07\\x9b");
  });
});
