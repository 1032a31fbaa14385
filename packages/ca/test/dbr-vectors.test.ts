import { isEpicubeError } from "@epicube/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DBR_TYPES, type DbrType, dbrBytes, decodeDbr, encodeDbr } from "../src/index.js";
import { LAYOUTS, layoutBytes } from "./layouts.js";

const ELEMENTS: Readonly<Record<string, readonly (number | string)[]>> = {
  STRING: ["first", "", "thirty-nine bytes are the longest string", "ünïcode"],
  SHORT: [-32768, 0, 1, 32767],
  FLOAT: [1.5, -0.25, 1e10, Number.NaN],
  ENUM: [0, 1, 15, 65535],
  CHAR: [0, 1, 127, 255],
  LONG: [-2147483648, 0, 7, 2147483647],
  DOUBLE: [Math.PI, -0, Number.POSITIVE_INFINITY, Number.NaN],
};
const LIMITS = { displayHigh: 10, displayLow: 1, alarmHigh: 9, warningHigh: 8, warningLow: 3, alarmLow: 2, controlHigh: 11, controlLow: 4 };
const STATES = ["Off", "On", "a state name of 25 bytes!"];

/** The data of one vector, and the same written by its layout. */
function vector(type: DbrType, count: number) {
  const pool = ELEMENTS[type.native]!;
  const elements = Array.from({ length: count }, (_, index) => pool[index % pool.length]!);
  const enumStates = type.native === "ENUM";
  const shorts = type.class === "stsack" ? [17, 3, 1, 2] : enumStates ? [17, 3, STATES.length] : [17, 3];
  const bytes = layoutBytes(
    type.name,
    type.native,
    { shorts, longs: [1_164_228_294, 999_999_999], precision: 4, units: "mm/s", states: STATES, limits: Object.values(LIMITS) },
    elements,
  );
  const data = {
    elements,
    status: "UDF",
    severity: "INVALID",
    timestamp: { secondsPastEpoch: 1_164_228_294, nanoseconds: 999_999_999 },
    precision: 4,
    units: "mm/s",
    enums: STATES,
    limits: LIMITS,
    acknowledge: { transients: 1, severity: 2 },
  } as const;
  return { bytes, data, elements };
}

describe("the 39 DBR types", () => {
  it("are 39, numbered in order, each with a layout", () => {
    expect(DBR_TYPES.map((type) => type.code)).toEqual(Array.from({ length: 39 }, (_, code) => code));
    expect(DBR_TYPES.map((type) => type.name)).toEqual(Object.keys(LAYOUTS));
  });

  for (const type of DBR_TYPES)
    for (const count of [0, 1, 4, 1000])
      it(`${type.name} with ${count} elements: bytes and back`, () => {
        const { bytes, data, elements } = vector(type, count);
        expect(Buffer.from(encodeDbr(type, data, count)).equals(bytes)).toBe(true);
        const decoded = decodeDbr(type, count, bytes);
        const written =
          type.native === "STRING"
            ? elements.map((text) => Buffer.from(String(text)).subarray(0, 39).toString())
            : elements.map((value) => (type.native === "FLOAT" ? Math.fround(value as number) : value));
        expect(Array.from(decoded.elements as ArrayLike<unknown>)).toEqual(written);
        const named = ["sts", "time", "gr", "ctrl", "stsack"].includes(type.class);
        expect([decoded.status, decoded.severity]).toEqual(named ? ["UDF", "INVALID"] : [undefined, undefined]);
        expect(decoded.timestamp).toEqual(type.class === "time" ? data.timestamp : undefined);
        const display = type.class === "gr" || type.class === "ctrl";
        const numeric = display && type.native !== "STRING" && type.native !== "ENUM";
        expect(decoded.units).toBe(numeric ? "mm/s" : undefined);
        expect(decoded.precision).toBe(display && (type.native === "FLOAT" || type.native === "DOUBLE") ? 4 : undefined);
        expect(decoded.enums).toEqual(display && type.native === "ENUM" ? STATES : undefined);
        const { controlHigh: _high, controlLow: _low, ...six } = LIMITS;
        expect(decoded.limits).toEqual(numeric ? (type.class === "ctrl" ? LIMITS : six) : undefined);
        expect(decoded.acknowledge).toEqual(type.class === "stsack" ? data.acknowledge : undefined);
      });

  it("decodes what it encoded, for any count and value", () => {
    fc.assert(
      fc.property(fc.constantFrom(...DBR_TYPES), fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 50 }), (type, numbers) => {
        const elements = type.native === "STRING" ? numbers.map(String) : numbers;
        const encoded = encodeDbr(type, { elements }, elements.length);
        expect(encoded.length % 8).toBe(0);
        expect(Array.from(decodeDbr(type, elements.length, encoded).elements as ArrayLike<unknown>)).toEqual(elements);
      }),
      { numRuns: 500 },
    );
  });

  it("never reads past a truncated payload: a typed error at every length that is too short", () => {
    for (const type of DBR_TYPES) {
      const { bytes } = vector(type, 4);
      for (let length = 0; length <= bytes.length; length++) {
        const cut = bytes.subarray(0, length);
        if (length >= dbrBytes(type, 4)) decodeDbr(type, 4, cut);
        else expect(() => decodeDbr(type, 4, cut)).toThrow(expect.objectContaining({ code: "CA_PROTOCOL_REMOTE" }));
      }
    }
  });

  it("answers any bytes and any count with data or a typed error", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...DBR_TYPES),
        fc.integer({ min: 0, max: 2 ** 32 - 1 }),
        fc.uint8Array({ maxLength: 600 }),
        (type, count, payload) => {
          try {
            decodeDbr(type, count, payload);
          } catch (error) {
            expect(isEpicubeError(error, "CA_PROTOCOL_REMOTE")).toBe(true);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("takes at most 16 states, whatever the structure claims, and text without NUL", () => {
    const type = DBR_TYPES[31]!;
    const payload = new Uint8Array(424).fill(0x41);
    const decoded = decodeDbr(type, 1, payload);
    expect(decoded.enums).toHaveLength(16);
    expect(decoded.enums![0]).toBe("A".repeat(26));
    expect(decoded.severity).toBe(0x4141);
    expect(decoded.status).toBe(0x4141);
  });

  it("keeps time in range where a server does not", () => {
    const bytes = layoutBytes(
      "DBR_TIME_LONG",
      "LONG",
      { shorts: [0, 0], longs: [10, 4_000_000_001], precision: 0, units: "", states: [], limits: [] },
      [1],
    );
    expect(decodeDbr(DBR_TYPES[19]!, 1, bytes).timestamp).toEqual({ secondsPastEpoch: 14, nanoseconds: 1 });
  });

  it("decodes text that is not UTF-8 as Latin-1", () => {
    const payload = Buffer.alloc(40);
    payload.write("20 \xb0C", "latin1");
    expect(decodeDbr(DBR_TYPES[0]!, 1, payload).elements).toEqual(["20 °C"]);
  });
});
