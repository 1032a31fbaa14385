import { createHash } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";
import { isEpicubeError } from "@epicube/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { collectBytes } from "../tar/entry.js";
import { gunzipStream, gzipBlocks, gzipCompressorId } from "./gzip.js";

/** Compressible bytes that depend on nothing but the length. */
const sample = (length: number) => Buffer.from(Array.from({ length }, (_, at) => (at * 7919 + (at >> 5)) & (at % 3 ? 0x3f : 0xff)));
const collect = (source: AsyncIterable<Uint8Array>) => collectBytes(source, 2 ** 26);

describe("gzipBlocks", () => {
  it.each([0, 1, 1024 * 1024 - 1, 1024 * 1024, 1024 * 1024 + 1, 3_500_000])(
    "makes a gzip member of %i bytes that zlib reads",
    async (length) => {
      const input = sample(length);
      const packed = await collect(gzipBlocks(input));
      expect(gunzipSync(packed).equals(input)).toBe(true);
      expect([...packed.subarray(0, 10)]).toEqual([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]);
    },
  );

  it("gives the same bytes for any pieces and any concurrency", async () => {
    const input = sample(2_600_000);
    const whole = createHash("sha256")
      .update(await collect(gzipBlocks(input, { concurrency: 1 })))
      .digest("hex");
    for (const [size, concurrency] of [
      [1000, 4],
      [1_048_576, 2],
      [999_983, 8],
    ] as const) {
      const pieces = (function* () {
        for (let at = 0; at < input.length; at += size) yield input.subarray(at, at + size);
      })();
      expect(
        createHash("sha256")
          .update(await collect(gzipBlocks(pieces, { concurrency })))
          .digest("hex"),
      ).toBe(whole);
    }
  });

  it("packs nearly as small as one stream, since blocks know what stood before", async () => {
    const text = Buffer.from(
      Array.from({ length: 60_000 }, (_, at) => `record(ai, "BL45P-MO-${at % 4000}:VALUE") { field(SCAN, "1 second") }\n`).join(""),
    );
    const blocks = (await collect(gzipBlocks(text, { level: 6 }))).length;
    expect(blocks).toBeLessThan(gzipSync(text, { level: 6 }).length * 1.05);
  });

  it("names what made the bytes", () => {
    expect(gzipCompressorId(6, { zlib: "1.3.1" })).toBe("zlib-1.3.1;level=6;block=1048576");
  });

  it("passes a failure of the source on", async () => {
    const source = (function* () {
      yield sample(2_000_000);
      throw new Error("disk gone");
    })();
    await expect(collect(gzipBlocks(source))).rejects.toThrow("disk gone");
  });
});

describe("gunzipStream", () => {
  it("undoes gzipBlocks", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 5000 }), async (input) => {
        expect(Buffer.from(await collect(gunzipStream(gzipBlocks(input)))).equals(Buffer.from(input))).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it("reads several members", async () => {
    const packed = Buffer.concat([gzipSync("one "), gzipSync("two")]);
    expect(Buffer.from(await collect(gunzipStream(packed))).toString()).toBe("one two");
  });

  it.each([
    ["cut short", gzipSync(sample(50_000)).subarray(0, 900)],
    ["no gzip at all", Buffer.from("plain text")],
    ["with a wrong checksum", Buffer.concat([gzipSync("abc").subarray(0, -8), Buffer.alloc(8)])],
  ])("refuses data %s", async (_, packed) => {
    await expect(collect(gunzipStream(packed))).rejects.toSatisfy((error) => isEpicubeError(error, "GZIP_DATA"));
  });

  it("stops a bomb at its bound", async () => {
    const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024));
    let given = 0;
    const run = (async () => {
      for await (const chunk of gunzipStream(bomb, { maxBytes: 1024 * 1024 })) given += chunk.length;
    })();
    await expect(run).rejects.toSatisfy((error) => isEpicubeError(error, "GZIP_TOO_LARGE"));
    expect(given).toBeLessThanOrEqual(1024 * 1024);
  });

  it("gives a failure of the source as itself, and stops asking when it is left", async () => {
    const failing = (async function* () {
      yield gzipSync(sample(200_000)).subarray(0, 500);
      throw new Error("connection reset");
    })();
    await expect(collect(gunzipStream(failing))).rejects.toThrow("connection reset");
    let closed = false;
    const endless = (async function* () {
      try {
        const packed = gzipSync(sample(2_000_000));
        for (let at = 0; at < packed.length; at += 1000) yield packed.subarray(at, at + 1000);
      } finally {
        closed = true;
      }
    })();
    for await (const _ of gunzipStream(endless)) break;
    expect(closed).toBe(true);
  });
});
