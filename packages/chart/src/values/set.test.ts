import type { GoMap } from "@epicube/gotemplate";
import { toJs } from "@epicube/gotemplate";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applySet, SetError, type SetMode } from "./set.js";

const set = (argument: string, mode: SetMode = { kind: "typed" }) => {
  const values: GoMap = new Map();
  applySet(argument, values, mode);
  return JSON.parse(JSON.stringify(toJs(values)));
};

describe("--set", () => {
  it.each([
    ["a.b=1,a.c=x", { a: { b: 1, c: "x" } }],
    ["a=007,b=true,c=null,d=5.5,e=", { a: "007", b: true, c: null, d: "5.5", e: "" }],
    ["l[2]=c,l[0]=a", { l: ["a", null, "c"] }],
    ["l[0].x=1,l[0].y={a,b}", { l: [{ x: 1, y: ["a", "b"] }] }],
    ["a\\.b=c\\,d", { "a.b": "c,d" }],
    ["b={}", { b: [""] }],
  ])("%s", (argument, expected) => {
    expect(set(argument)).toEqual(expected);
  });

  it("reads JSON, texts, files and literals", () => {
    expect(set('a={"b":[1]},c="d"', { kind: "json" })).toEqual({ a: { b: [1] }, c: "d" });
    expect(set("a=1", { kind: "string" })).toEqual({ a: "1" });
    expect(set("a=x.txt", { kind: "file", read: (path) => `<${path}>` })).toEqual({ a: "<x.txt>" });
    expect(set("a=b,c={d}", { kind: "literal" })).toEqual({ a: "b,c={d}" });
  });

  it("bounds indices and nesting", () => {
    expect(() => set("a[65537]=1")).toThrow("index of 65537 is greater than maximum supported index of 65536");
    expect(() => set(`${"a.".repeat(31)}b=1`)).toThrow("nested level of 30");
    expect(() => set("a[-1]=1")).toThrow("negative -1 index not allowed");
  });

  it("does not pollute prototypes", () => {
    set("__proto__.polluted=1,constructor.prototype.polluted=1");
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it("never throws anything but its own error", () => {
    const pieces = fc.constantFrom(...'abc=.,[]{}\\ 0123-"'.split(""), "a=", "[0]", "{x,y}");
    const mode = fc.constantFrom<SetMode>({ kind: "typed" }, { kind: "json" }, { kind: "literal" });
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 20 }), mode, (list, kind) => {
        try {
          set(list.join(""), kind);
        } catch (error) {
          expect(error).toBeInstanceOf(SetError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
