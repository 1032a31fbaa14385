import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { createTempFolder, type TempFolder } from "@epicube/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeTree } from "../../test/support/helm.js";
import { loadChart } from "./load-chart.js";

const CHART = "apiVersion: v2\nname: c\nversion: 0.1.0\n";
let folder: TempFolder;
beforeEach(async () => {
  folder = await createTempFolder("load");
});
afterEach(() => folder.close());

const load = (options = {}) => loadChart(join(folder.path, "repo/c"), { root: join(folder.path, "repo"), ...options });
const code = async (options = {}) => (await load(options)).diagnostics[0]?.code;

describe("loadChart", () => {
  it("sorts files by what they are", async () => {
    writeTree(folder.path, {
      "repo/c/Chart.yaml": CHART,
      "repo/c/values.yaml": "a: 1\n",
      "repo/c/values.schema.json": "{}",
      "repo/c/templates/a.yaml": "a",
      "repo/c/config/ioc.yaml": "b",
      "repo/c/charts/d/Chart.yaml": CHART.replace("name: c", "name: d"),
    });
    const { value, diagnostics } = await load();
    expect(diagnostics).toEqual([]);
    expect(value!.values).toEqual(new Map([["a", 1]]));
    expect(value!.templates.map((file) => file.path)).toEqual(["templates/a.yaml"]);
    expect(value!.files.map((file) => file.path)).toEqual(["config/ioc.yaml"]);
    expect(value!.dependencies.map((child) => child.metadata.name)).toEqual(["d"]);
    expect(value!.schema).toBeDefined();
  });

  it("lays extra files over the folder", async () => {
    writeTree(folder.path, { "repo/c/Chart.yaml": CHART, "repo/c/config/a": "old", "repo/c/.helmignore": "runtime/\n" });
    const extraFiles = [
      { path: "config/a", bytes: Buffer.from("new") },
      { path: "runtime/st.cmd", bytes: Buffer.from("iocInit") },
    ];
    const { value } = await load({ extraFiles });
    const texts = Object.fromEntries(value!.files.map((file) => [file.path, Buffer.from(file.bytes).toString()]));
    expect(texts).toMatchObject({ "config/a": "new", "runtime/st.cmd": "iocInit" });
  });

  it("follows links inside the repository and none out of it", async () => {
    writeTree(folder.path, {
      "repo/shared/Chart.yaml": CHART,
      "repo/shared/a.txt": "a",
      "repo/c/Chart.yaml": "-> ../shared/Chart.yaml",
      "repo/c/config": "-> ../shared",
      "secret.txt": "s",
    });
    expect((await load()).value!.files.map((file) => file.path)).toEqual(["config/Chart.yaml", "config/a.txt"]);
    expect(await code({ root: join(folder.path, "repo/c") })).toBe("CHART_LINK_OUTSIDE");
    symlinkSync("../../secret.txt", join(folder.path, "repo/c/leak"));
    const { value, diagnostics } = await load();
    expect(value).toBeUndefined();
    expect(diagnostics[0]).toMatchObject({ code: "CHART_LINK_OUTSIDE", severity: "error" });
  });

  it.each([
    ["a link to nowhere", () => symlinkSync("none", join(folder.path, "repo/c/x")), "CHART_LINK_BROKEN"],
    ["a link to a folder around it", () => symlinkSync("..", join(folder.path, "repo/c/x")), "CHART_LINK_BROKEN"],
    ["an absolute link out", () => symlinkSync("/etc/hostname", join(folder.path, "repo/c/x")), "CHART_LINK_OUTSIDE"],
    ["a file over 5 MiB", () => writeFileSync(join(folder.path, "repo/c/x"), Buffer.alloc(5 * 1024 * 1024 + 1)), "CHART_TOO_LARGE"],
    ["a broken Chart.yaml", () => writeFileSync(join(folder.path, "repo/c/Chart.yaml"), "a: b: c"), "CHART_INVALID"],
    ["a null maintainer", () => writeFileSync(join(folder.path, "repo/c/Chart.yaml"), `${CHART}maintainers: [null]\n`), "CHART_INVALID"],
  ])("refuses %s", async (_what, make, expected) => {
    writeTree(folder.path, { "repo/c/Chart.yaml": CHART });
    make();
    expect(await code()).toBe(expected);
  });

  it("says that a chart is not there", async () => {
    expect(await code()).toBe("CHART_NOT_FOUND");
    mkdirSync(join(folder.path, "repo/c"), { recursive: true });
    expect(await code()).toBe("CHART_INVALID");
  });
});

/** A tar file with one entry a name. */
function tar(entries: readonly { name: string; text?: string; type?: string; size?: number }[]): Buffer {
  const blocks = entries.flatMap(({ name, text = "", type = "0", size }) => {
    const header = Buffer.alloc(512);
    header.write(name, 0, 100, "utf8");
    header.write("0000644\0", 100);
    header.write(`${(size ?? Buffer.byteLength(text)).toString(8).padStart(11, "0")}\0`, 124);
    header.write(type, 156);
    header.write("ustar\x0000", 257);
    const body = Buffer.alloc(Math.ceil(Buffer.byteLength(text) / 512) * 512);
    body.write(text);
    return [header, body];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

describe("chart archives", () => {
  const loadArchive = async (entries: Parameters<typeof tar>[0]) => {
    const file = join(folder.path, "c-0.1.0.tgz");
    writeFileSync(file, gzipSync(tar(entries)));
    return loadChart(file);
  };

  it("reads a chart and a packed subchart", async () => {
    writeTree(folder.path, { "repo/c/Chart.yaml": CHART });
    writeFileSync(join(folder.path, "sub.tgz"), "");
    const sub = gzipSync(tar([{ name: "d/Chart.yaml", text: CHART.replace("name: c", "name: d") }]));
    mkdirSync(join(folder.path, "repo/c/charts"));
    writeFileSync(join(folder.path, "repo/c/charts/d-0.1.0.tgz"), sub);
    expect((await load()).value!.dependencies[0]!.metadata.name).toBe("d");
    const { value } = await loadArchive([
      { name: "c/Chart.yaml", text: CHART },
      { name: "c/templates/a.yaml", text: "a: 1" },
    ]);
    expect(value!.templates.map((one) => one.path)).toEqual(["templates/a.yaml"]);
  });

  it.each([
    ["a path to the parent", [{ name: "c/../../etc/x" }], "illegally references parent directory"],
    ["an absolute path", [{ name: "c//etc/x" }], "illegally contains absolute paths"],
    ["a drive", [{ name: "c/c:/x" }], "illegally named files"],
    ["Chart.yaml at the top", [{ name: "Chart.yaml", text: CHART }], "outside the base directory"],
    ["nothing", [], "no files in chart archive"],
    ["a size that is no number", [{ name: "c/x", size: 8 ** 11 - 1 }], "unexpected EOF"],
    ["a big file", [{ name: "c/x", text: "x".repeat(5 * 1024 * 1024 + 1) }], "larger than the maximum file size"],
  ])("refuses %s", async (_what, entries, message) => {
    const { diagnostics } = await loadArchive(entries);
    expect(diagnostics[0]).toMatchObject({ code: "CHART_INVALID" });
    expect(diagnostics[0]!.message).toContain(message);
  });

  it("reads a link as an empty file, and refuses a bomb before it is unpacked", async () => {
    const { value } = await loadArchive([
      { name: "c/Chart.yaml", text: CHART },
      { name: "c/link", type: "2" },
    ]);
    expect(value!.files).toMatchObject([{ path: "link", bytes: new Uint8Array() }]);
    const file = join(folder.path, "bomb.tgz");
    writeFileSync(file, gzipSync(Buffer.alloc(130 * 1024 * 1024)));
    expect((await loadChart(file)).diagnostics[0]!.message).toContain("larger than the maximum size");
  });
});
