import { describe, expect, it } from "vitest";
import { compileGlob, createPathFilter, isGlob } from "./glob.js";

describe("compileGlob", () => {
  it.each<[string, string[], string[]]>([
    ["*.o", ["a.o", ".o"], ["a/b.o", "a.ob", "ao"]],
    ["**/*.o", ["a.o", "a/b.o", "a/b/c.o"], ["a.ob"]],
    ["a/**", ["a/b", "a/b/c"], ["a", "ab/c"]],
    ["a/**/z", ["a/z", "a/b/z", "a/b/c/z"], ["a/zz", "z"]],
    ["**", ["a", "a/b"], []],
    ["?.db", ["a.db", "é.db", "\u{1f600}.db"], ["ab.db", "/.db"]],
    ["[a-c]x", ["ax", "cx"], ["dx", "/x"]],
    ["[!a-c]x", ["dx"], ["ax", "/x"]],
    ["[]]", ["]"], ["["]],
    ["{a,b*}/{x,y}", ["a/x", "bb/y"], ["c/x", "a/z"]],
    ["a.b+c(d)|e^$", ["a.b+c(d)|e^$"], ["aXb+c(d)|e^$"]],
    ["\\*", ["*"], ["a"]],
    ["[", ["["], ["a"]],
    ["{a", ["{a"], ["a"]],
    ["./db/", ["db"], ["db/x"]],
    ["/top", ["top"], ["a/top"]],
  ])("%s", (glob, yes, no) => {
    const test = compileGlob(glob);
    for (const path of yes) expect(test(path), path).toBe(true);
    for (const path of no) expect(test(path), path).toBe(false);
  });

  it("refuses what cannot be a pattern", () => {
    expect(isGlob("[z-a]")).toBe(false);
    expect(isGlob("x".repeat(501))).toBe(false);
    expect(isGlob("**/*.db")).toBe(true);
  });
});

it("a filter takes all below a folder that matches", () => {
  const filter = createPathFilter(["db", "bin/*"]);
  expect(["db", "db/x", "db/x/y", "bin/a", "bin/a/b"].every(filter)).toBe(true);
  expect(["bin", "d", "dbx", "x/db"].some(filter)).toBe(false);
});
