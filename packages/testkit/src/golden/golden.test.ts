import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { createTempFolder, type TempFolder } from "../temp/temp-folder.js";
import { expectGolden } from "./golden.js";

let temp: TempFolder;
beforeAll(async () => {
  vi.stubEnv("UPDATE_GOLDEN", "");
  temp = await createTempFolder("golden");
});
afterEach(() => {
  vi.stubEnv("UPDATE_GOLDEN", "");
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await temp.close();
});

describe("expectGolden", () => {
  it("accepts the same bytes", () => {
    const file = join(temp.path, "same");
    writeFileSync(file, "a\nb\n");
    expect(() => expectGolden(file, "a\nb\n")).not.toThrow();
  });

  it.each([
    ["a\nB\nc\n", "a\nb\nc\n", 'x:2: differs\n  golden: "b"\n  actual: "B"'],
    ["a\nb", "a\nb\n", 'x:3: differs\n  golden: ""\n  actual: undefined'],
    ["a\nb\n", "a\nb", 'x:3: differs\n  golden: undefined\n  actual: ""'],
    ["a\r\n", "a\n", 'x:1: differs\n  golden: "a"\n  actual: "a\\r"'],
    ["", "a", 'x:1: differs\n  golden: "a"\n  actual: ""'],
  ])("%j instead of %j: says where", (actual, golden, message) => {
    const file = join(temp.path, "x");
    writeFileSync(file, golden);
    expect(() => expectGolden(file, actual)).toThrow(message);
  });

  it("refuses a file that is not there, and makes none", () => {
    const file = join(temp.path, "none");
    expect(() => expectGolden(file, "a")).toThrow("is missing; make it with UPDATE_GOLDEN=1");
    expect(existsSync(file)).toBe(false);
  });

  it("writes with UPDATE_GOLDEN=1, folders too", () => {
    vi.stubEnv("UPDATE_GOLDEN", "1");
    const file = join(temp.path, "deep", "er", "new");
    expectGolden(file, "a\n");
    expect(readFileSync(file, "utf8")).toBe("a\n");
    expectGolden(file, "b\n");
    vi.stubEnv("UPDATE_GOLDEN", "");
    expect(() => expectGolden(file, "b\n")).not.toThrow();
  });
});
