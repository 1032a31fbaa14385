import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createTempFolder } from "../temp/temp-folder.js";
import { conformanceFolder } from "./conformance.js";

describe("conformanceFolder", () => {
  it("is the folder of that kind, or nothing", async () => {
    const temp = await createTempFolder("conformance");
    try {
      mkdirSync(join(temp.path, "ibek"));
      const env = { EPICUBE_CONFORMANCE: temp.path };
      expect(conformanceFolder("ibek", env)).toBe(join(temp.path, "ibek"));
      expect(conformanceFolder("helm", env)).toBeUndefined();
      expect(conformanceFolder("ibek", { EPICUBE_CONFORMANCE: join(temp.path, "none") })).toBeUndefined();
    } finally {
      await temp.close();
    }
  });

  it("is looked for beside the repository by default", () => {
    const folder = conformanceFolder("ibek", {});
    if (folder !== undefined) expect(folder).toMatch(/\/shared\/conformance\/ibek$/);
    expect(conformanceFolder("no-such-kind", {})).toBeUndefined();
  });
});
