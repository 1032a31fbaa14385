import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import type { Diagnostic } from "@epicube/core";
import { createTempFolder, type TempFolder } from "@epicube/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type LayerSpec, layerSchema } from "../schemas.js";
import { scanTree } from "./scan.js";

let temp: TempFolder;
beforeEach(async () => {
  temp = await createTempFolder("scan");
});
afterEach(() => temp.close());

const range = { file: "images.yaml", startLine: 1, startColumn: 1, endLine: 1, endColumn: 2 };
async function scan(spec: Partial<LayerSpec>) {
  const found: Diagnostic[] = [];
  const entries = await scanTree(layerSchema.parse({ name: "x", tree: "t", ...spec }), {
    folder: temp.path,
    range,
    report: (one) => found.push(one),
  });
  return {
    codes: found.map((one) => one.code),
    messages: found.map((one) => one.message),
    entries: Object.fromEntries(entries.map((entry) => [entry.path, `${entry.type} ${entry.mode.toString(8)} ${entry.uid}:${entry.gid}`])),
  };
}
async function write(path: string, mode = 0o644) {
  await mkdir(join(temp.path, path, ".."), { recursive: true });
  await writeFile(join(temp.path, path), path);
  await chmod(join(temp.path, path), mode);
}

describe("scanTree", () => {
  it("takes everything, with modes by the x bit alone", async () => {
    await write("t/a/run", 0o700);
    await write("t/a/data", 0o600);
    await mkdir(join(temp.path, "t/empty"), { mode: 0o700 });
    await symlink("a/data", join(temp.path, "t/link"));
    expect((await scan({})).entries).toEqual({
      a: "directory 755 0:0",
      "a/run": "file 755 0:0",
      "a/data": "file 644 0:0",
      empty: "directory 755 0:0",
      link: "symlink 777 0:0",
    });
  });

  it("includes, excludes and puts it somewhere", async () => {
    for (const path of ["t/db/a.db", "t/db/b.o", "t/src/c.c", "t/bin/linux/d", "t/top.db"]) await write(path);
    expect(Object.keys((await scan({ include: ["db", "bin/**"], exclude: ["**/*.o"], to: "/epics/x" })).entries).sort()).toEqual([
      "epics/x/bin",
      "epics/x/bin/linux",
      "epics/x/bin/linux/d",
      "epics/x/db",
      "epics/x/db/a.db",
    ]);
  });

  it("applies rules in order, each for what it sets", async () => {
    await write("t/a/f");
    await write("t/a/g.sh");
    const rules = [
      { match: ["a"], owner: "10:20" },
      { match: ["**/*.sh"], mode: "0755" },
      { match: ["a/f"], mode: "0600", owner: "1:2" },
    ];
    expect((await scan({ rules })).entries).toEqual({ a: "directory 755 10:20", "a/f": "file 600 1:2", "a/g.sh": "file 755 10:20" });
  });

  it.each<[string, string, string]>([
    ["absolute", "l", "/etc/passwd"],
    ["climbing", "l", "../images.yaml"],
    ["climbing from below", "d/e/l", "../../../x"],
    ["in a circle", "l", "l"],
  ])("refuses a link that is %s", async (_, path, target) => {
    await write("t/f");
    await mkdir(join(temp.path, "t", path, ".."), { recursive: true });
    await symlink(target, join(temp.path, "t", path));
    expect((await scan({})).codes).toEqual(["TREE_LINK_OUTSIDE"]);
    // What is left out does no harm.
    expect((await scan({ exclude: [path] })).codes).toEqual([]);
  });

  it("refuses a link that leaves through another link", async () => {
    await mkdir(join(temp.path, "t/a/b"), { recursive: true });
    await symlink(".", join(temp.path, "t/a/d"));
    await symlink("../d/../../x", join(temp.path, "t/a/b/l"));
    const { codes, messages } = await scan({});
    expect(codes).toEqual(["TREE_LINK_OUTSIDE"]);
    expect(messages[0]).toContain("t/a/b/l");
  });

  it("refuses sockets and names that mean deletions", async () => {
    await mkdir(join(temp.path, "t"));
    await write("t/.wh.x");
    const server = createServer().listen(join(temp.path, "t/socket"));
    await new Promise((resolve) => server.once("listening", resolve));
    try {
      expect((await scan({})).codes.sort()).toEqual(["TREE_NAME", "TREE_TYPE"]);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it.each<[string, string]>([
    ["..", "TREE_OUTSIDE"],
    ["../other", "TREE_OUTSIDE"],
    ["/etc", "TREE_OUTSIDE"],
    ["t/../../x", "TREE_OUTSIDE"],
    ["nothing", "TREE_MISSING"],
    ["file", "TREE_MISSING"],
    ["link-out", "TREE_OUTSIDE"],
    ["link-in", "TREE_MISSING"],
  ])("takes no tree %s", async (tree, code) => {
    await write("file");
    await mkdir(join(temp.path, "t"));
    await symlink("/usr", join(temp.path, "link-out"));
    await symlink("t", join(temp.path, "link-in"));
    expect((await scan({ tree })).codes).toEqual([code]);
  });
});
