import { existsSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { createTempFolder } from "./temp-folder.js";

describe("createTempFolder", () => {
  it("makes a folder of its own and removes it with what is in it, twice without harm", async () => {
    const [first, second] = [await createTempFolder("name"), await createTempFolder("name")];
    expect(first.path).not.toBe(second.path);
    expect(basename(first.path)).toMatch(/^epicube-name-/);
    expect(statSync(first.path).mode & 0o077).toBe(0);
    writeFileSync(join(first.path, "file"), "x");
    await first.close();
    await first.close();
    await second[Symbol.asyncDispose]();
    expect([existsSync(first.path), existsSync(second.path)]).toEqual([false, false]);
  });
});
