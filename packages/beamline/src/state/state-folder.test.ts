import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { createTempFolder } from "@epicube/testkit";
import { describe, expect, it } from "vitest";
import { stateFolderOf } from "./state-folder.js";

describe("stateFolderOf", () => {
  it("is one per real path, below XDG_STATE_HOME, and EPICUBE_STATE wins", async () => {
    const folder = await createTempFolder();
    try {
      mkdirSync(join(folder.path, "a", "bl45p"), { recursive: true });
      mkdirSync(join(folder.path, "b", "bl45p"), { recursive: true });
      symlinkSync(join(folder.path, "a", "bl45p"), join(folder.path, "link"));
      const env = { XDG_STATE_HOME: "/state" };
      const a = stateFolderOf(join(folder.path, "a", "bl45p"), env);
      expect(a).toMatch(/^\/state\/epicube\/bl45p-[0-9a-f]{12}$/);
      expect(stateFolderOf(join(folder.path, "b", "bl45p"), env)).not.toBe(a);
      expect(stateFolderOf(join(folder.path, "link"), env)).toBe(a);
      expect(stateFolderOf(join(folder.path, "link"), { HOME: "/home/x" })).toMatch(/^\/home\/x\/\.local\/state\/epicube\/bl45p-/);
      expect(stateFolderOf("/nowhere", { EPICUBE_STATE: "/chosen" })).toBe("/chosen");
    } finally {
      await folder.close();
    }
  });
});
