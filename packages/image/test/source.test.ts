import { readdir, readFile, readlink, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isEpicubeError } from "@epicube/core";
import { createTempFolder, type TempFolder } from "@epicube/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLayoutImageSource, type ImageSource, pinsOf } from "../src/index.js";
import { build, FAMILY_FILES, familyOf, writeTree } from "./support/family.js";

let temp: TempFolder;
let source: ImageSource;
let pins: Record<string, string>;
beforeAll(async () => {
  temp = await createTempFolder("source");
  await writeTree(join(temp.path, "family"), FAMILY_FILES);
  const family = await familyOf(join(temp.path, "family"));
  const layoutFolder = join(temp.path, "layout");
  pins = pinsOf(await build(family, { layoutFolder }), family);
  source = createLayoutImageSource(layoutFolder);
});
afterAll(() => temp.close());

const LEAF = "registry.example/bl01t/ioc-adsimdetector-runtime:1.2.3";

describe("createLayoutImageSource", () => {
  it("finds an image by the reference of the values, by its pin, and under another registry", async () => {
    const expected = {
      startCommand: ["/epics/ioc/start.sh"],
      environment: { EPICS_BASE: "/epics/epics-base", PATH: "/epics/support/bin:/usr/bin:/bin" },
    };
    expect(await source.config(LEAF)).toEqual(expected);
    expect(await source.config(pins[LEAF]!)).toEqual(expected);
    expect(await source.config("localhost:5000/x/ioc-adsimdetector-runtime:other")).toEqual(expected);
  });

  it("unpacks it", async () => {
    const folder = join(temp.path, "root");
    await source.unpack(pins[LEAF]!, folder);
    expect((await readdir(join(folder, "epics"))).sort()).toEqual(["areadetector", "epics-base", "ioc", "latest", "runtime", "support"]);
    expect(await readFile(join(folder, "epics/ioc/ABOUT"), "utf8")).toBe("adsimdetector\n");
    expect((await stat(join(folder, "epics/ioc/start.sh"))).mode & 0o777).toBe(0o755);
    expect((await stat(join(folder, "epics/runtime"))).mode & 0o777).toBe(0o777);
    expect((await stat(join(folder, "epics/ioc/start.sh"))).mtimeMs).toBe(0);
    expect(await readlink(join(folder, "epics/epics-base/lib/libCom.so"))).toBe("libCom.so.3");
    expect(await readFile(join(folder, "epics/latest/dbd/base.dbd"), "utf8")).toBe("recordtype(ai) {}\n");
  });

  it.each([
    ["registry.example/bl01t/ioc-adsimdetektor-runtime:1.2.3", "IMAGE_NOT_FOUND", "did you mean ioc-adsimdetector-runtime?"],
    [
      `registry.example/bl01t/ioc-adsimdetector-runtime@sha256:${"0".repeat(64)}`,
      "IMAGE_NOT_FOUND",
      "build the family again, or check the reference",
    ],
    ["not a reference", "OCI_REFERENCE", "write REGISTRY/REPOSITORY:TAG or REGISTRY/REPOSITORY@sha256:…"],
  ])("says what is wrong with %s", async (reference, code, help) => {
    await expect(source.config(reference)).rejects.toSatisfy((error) => isEpicubeError(error, code) && error.help === help);
    await expect(source.unpack(reference, join(temp.path, "never"))).rejects.toSatisfy((error) => isEpicubeError(error, code));
  });

  it("unpacks nothing of an image that is damaged, too large or given up", async () => {
    const layoutFolder = join(temp.path, "other");
    const family = await familyOf(join(temp.path, "family"));
    const done = await build(family, { layoutFolder });
    const folder = join(temp.path, "damaged");
    const small = createLayoutImageSource(layoutFolder, { maxTotalBytes: 2000 });
    await expect(small.unpack(LEAF, folder)).rejects.toSatisfy((error) => isEpicubeError(error));
    await expect(createLayoutImageSource(layoutFolder).unpack(LEAF, folder, AbortSignal.abort(new Error("enough")))).rejects.toThrow(
      "enough",
    );
    const { digest } = done.nodes.at(-2)!.layers.at(-1)!;
    const file = join(layoutFolder, "blobs/sha256", digest.slice(7));
    const content = await readFile(file);
    content[content.length - 1] = 0xff;
    await writeFile(file, content);
    await expect(createLayoutImageSource(layoutFolder).unpack(LEAF, folder)).rejects.toSatisfy((error) => isEpicubeError(error));
    await expect(stat(folder)).rejects.toThrow("ENOENT");
    expect((await readdir(temp.path)).filter((name) => name.includes("partial"))).toEqual([]);
  });
});
