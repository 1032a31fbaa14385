import { describe, expect, it } from "vitest";
import type { DbfName } from "../tables/types.js";
import { convertForRead, convertForWrite } from "./convert.js";
import { formatFloating, integerFromText, numberFromText, toFloat } from "./numbers.js";

const read = (from: DbfName, to: DbfName, value: number | string, context = {}) => convertForRead(from, to, [value], context)[0];
const write = (from: DbfName, to: DbfName, value: number | string, context = {}) => convertForWrite(from, to, [value], context)[0];
const refused = expect.objectContaining({ code: "CA_CONVERT" });

describe("conversions", () => {
  it("cast numbers as C does on the machines that IOCs run on", () => {
    expect([read("DOUBLE", "LONG", -1.9), read("DOUBLE", "LONG", 1e10), read("DOUBLE", "LONG", Number.NaN)]).toEqual([
      -1, -2147483648, -2147483648,
    ]);
    expect([read("LONG", "SHORT", 70_000), read("DOUBLE", "CHAR", 300), read("DOUBLE", "ENUM", -1)]).toEqual([4464, 44, 65535]);
    expect([toFloat(1e39), toFloat(-1e300), toFloat(1e-300), toFloat(0.1)]).toEqual([
      3.4028234663852886e38,
      -3.4028234663852886e38,
      1.1754943508222875e-38,
      Math.fround(0.1),
    ]);
  });

  it("write numbers as text with the precision, and switch notation where base does", () => {
    expect([formatFloating(1.005, 2), formatFloating(-0.5, 0), formatFloating(1e7, 3), formatFloating(20_000_000, 8)]).toEqual([
      "1.00",
      "-1",
      "10000000.000",
      "20000000.000",
    ]);
    expect([formatFloating(1e17, 3), formatFloating(1.5, 9), formatFloating(Number.NaN, 3)]).toEqual([
      " 1.000e+17",
      " 1.500000000e+00",
      "nan",
    ]);
    expect(read("DOUBLE", "STRING", 2.71849, { precision: 3 })).toBe("2.718");
  });

  it("read numbers from text with a unit after it", () => {
    expect([numberFromText(" 12.5 mm"), numberFromText("-inf"), numberFromText("0x1F"), numberFromText("text")]).toEqual([
      12.5,
      -Infinity,
      31,
      undefined,
    ]);
    expect([integerFromText("010"), integerFromText("-0x10"), integerFromText("1e3"), integerFromText("x")]).toEqual([
      8,
      -16,
      1,
      undefined,
    ]);
    expect([read("STRING", "DOUBLE", ""), read("STRING", "LONG", "7 V")]).toEqual([0, 7]);
    expect(() => read("STRING", "LONG", "99999999999")).toThrow(refused);
    expect(() => write("STRING", "DOUBLE", "")).toThrow(refused);
  });

  it("know the names of states, in both directions", () => {
    const enums = ["Off", "On"];
    expect([read("ENUM", "STRING", 1, { enums }), read("ENUM", "STRING", 5, { enums }), read("ENUM", "STRING", 16, { enums })]).toEqual([
      "On",
      "",
      "Illegal Value",
    ]);
    const menu = Array.from({ length: 22 }, (_, index) => `state ${index}`);
    expect([read("ENUM", "STRING", 17, { enums: menu }), read("ENUM", "STRING", 3, { enums: [] })]).toEqual(["state 17", ""]);
    expect([write("STRING", "ENUM", "On", { enums }), write("STRING", "ENUM", "0", { enums })]).toEqual([1, 0]);
    expect(() => write("STRING", "ENUM", "2", { enums })).toThrow(refused);
    expect(() => read("ENUM", "STRING", 1)).toThrow(refused);
    expect(() => read("STRING", "ENUM", "1")).toThrow(refused);
  });
});
