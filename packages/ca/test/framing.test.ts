import { isEpicubeError } from "@epicube/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createFrameReader, encodeMessage, type Header, type MessageInit, parseDatagram, parseHeader } from "../src/index.js";

function collect(maxPayloadBytes = 1 << 20) {
  const messages: (MessageInit & { payload: Uint8Array })[] = [];
  const oversize: Header[] = [];
  const reader = createFrameReader(
    {
      message: (message) => messages.push({ ...message, payload: new Uint8Array(message.payload) }),
      oversize: (header) => oversize.push(header),
    },
    { maxPayloadBytes },
  );
  return { reader, messages, oversize };
}

const u16 = fc.integer({ min: 0, max: 0xffff });
const u32 = fc.integer({ min: 0, max: 0xffffffff });
const command = fc.constantFrom(0, 1, 2, 3, 4, 6, 8, 9, 10, 11, 12, 13, 14, 15, 17, 18, 19, 20, 21, 22, 23, 24, 26, 27);
const message = fc.record({
  command,
  dataType: u16,
  count: fc.oneof(u16, u32),
  p1: u32,
  p2: u32,
  payload: fc.uint8Array({ maxLength: 300 }),
});

describe("headers", () => {
  it("switch to the extended form exactly at 0xFFFF bytes or elements", () => {
    const header = (init: Partial<MessageInit>) => parseHeader(encodeMessage({ command: 15, ...init }), 0)!;
    expect(header({ payload: new Uint8Array(65528) }).headerBytes).toBe(16);
    expect(header({ payload: new Uint8Array(65529) }).headerBytes).toBe(24);
    expect(header({ count: 65534 }).headerBytes).toBe(16);
    expect(header({ count: 65535 })).toMatchObject({ headerBytes: 24, count: 65535, payloadBytes: 0 });
    expect(header({ payload: new Uint8Array(16384) })).toMatchObject({ headerBytes: 16, payloadBytes: 16384 });
  });

  it("are big endian with the fields where the protocol has them", () => {
    const bytes = encodeMessage({
      command: 0x0102,
      dataType: 0x0304,
      count: 0x0506,
      p1: 0x0708090a,
      p2: 0x0b0c0d0e,
      payload: new Uint8Array(1),
    });
    expect(Buffer.from(bytes).toString("hex")).toBe("0102000803040506" + "0708090a0b0c0d0e" + "0000000000000000");
  });

  it("refuse fields out of range before anything is sent", () => {
    for (const init of [{ command: 65536 }, { command: 1, count: -1 }, { command: 1, p1: 2 ** 32 }, { command: 1, dataType: 1.5 }])
      expect(() => encodeMessage(init)).toThrow(expect.objectContaining({ code: "CA_PROTOCOL_LOCAL" }));
  });
});

describe("the frame reader", () => {
  it("finds the same messages however the bytes are cut", () => {
    fc.assert(
      fc.property(
        fc.array(message, { minLength: 1, maxLength: 6 }),
        fc.array(fc.integer({ min: 1, max: 400 }), { maxLength: 30 }),
        (inits, cuts) => {
          const stream = Buffer.concat(inits.map((init) => encodeMessage(init)));
          const whole = collect();
          whole.reader.push(stream);
          expect(whole.messages).toHaveLength(inits.length);
          for (const [index, init] of inits.entries()) {
            const { payload, ...fields } = whole.messages[index]!;
            const { payload: sent, ...wanted } = init;
            expect(fields).toEqual(wanted);
            expect(Buffer.from(payload.subarray(0, sent.length)).equals(sent)).toBe(true);
            expect(payload.subarray(sent.length).every((byte) => byte === 0)).toBe(true);
          }
          const cut = collect();
          let offset = 0;
          for (const size of [...cuts, stream.length]) {
            cut.reader.push(stream.subarray(offset, offset + size));
            offset += size;
          }
          expect(cut.messages).toEqual(whole.messages);
          expect(cut.reader.midMessage).toBe(false);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("replays one stream split at every offset", () => {
    const stream = Buffer.concat([
      encodeMessage({ command: 0, count: 13 }),
      encodeMessage({ command: 18, p1: 1, p2: 13, payload: Buffer.from("REC:NAME\0") }),
      encodeMessage({ command: 15, dataType: 6, count: 70_000, p1: 1, p2: 2, payload: new Uint8Array(64) }),
      encodeMessage({ command: 23 }),
    ]);
    const whole = collect();
    whole.reader.push(stream);
    for (let at = 0; at <= stream.length; at++) {
      const split = collect();
      split.reader.push(stream.subarray(0, at));
      split.reader.push(stream.subarray(at));
      expect(split.messages).toEqual(whole.messages);
    }
  });

  it("knows when a message has begun and not ended", () => {
    const { reader } = collect();
    expect(reader.midMessage).toBe(false);
    reader.push(new Uint8Array(7));
    expect(reader.midMessage).toBe(true);
    reader.push(new Uint8Array(9));
    expect(reader.midMessage).toBe(false);
  });

  it("skips a payload over the cap without holding it, then goes on", () => {
    const { reader, messages, oversize } = collect(64);
    reader.push(encodeMessage({ command: 15, p2: 5, payload: new Uint8Array(100_000) }));
    reader.push(encodeMessage({ command: 23 }));
    expect(oversize).toMatchObject([{ command: 15, p2: 5, payloadBytes: 100_000 }]);
    expect(messages).toMatchObject([{ command: 23 }]);
  });

  it("ends a stream with an unknown command or an unaligned payload", () => {
    const unaligned = encodeMessage({ command: 15, payload: new Uint8Array(8) });
    unaligned[3] = 7;
    const unknown = encodeMessage({ command: 60_000 });
    for (const bytes of [unaligned, unknown])
      expect(() => collect().reader.push(bytes)).toThrow(expect.objectContaining({ code: "CA_PROTOCOL_REMOTE" }));
  });

  it("answers any bytes with messages or a typed error", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 8 }), (chunks) => {
        const { reader } = collect(4096);
        try {
          for (const chunk of chunks) reader.push(chunk);
        } catch (error) {
          expect(isEpicubeError(error, "CA_PROTOCOL_REMOTE")).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe("datagrams", () => {
  it("give their messages and nothing for what does not fit", () => {
    const good = encodeMessage({ command: 6, dataType: 5, count: 13, p1: 9, p2: 9, payload: Buffer.from("A\0") });
    const lying = encodeMessage({ command: 6, payload: new Uint8Array(8) }).subarray(0, 20);
    const extended = encodeMessage({ command: 6, count: 0x10000 });
    expect(parseDatagram(Buffer.concat([good, lying]))).toHaveLength(1);
    expect(parseDatagram(extended)).toHaveLength(0);
    expect(parseDatagram(new Uint8Array(5))).toEqual([]);
  });
});
