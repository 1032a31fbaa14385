import { execFile } from "node:child_process";
import { cp, mkdir, readdir, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { createTempFolder, type TempFolder } from "@epicube/testkit";
import { afterEach, beforeEach, expect, it } from "vitest";
import { build, digests, FAMILY_FILES, familyOf, writeTree } from "./support/family.js";

let temp: TempFolder;
const start = { cwd: process.cwd(), umask: process.umask(), tz: process.env.TZ, lang: process.env.LC_ALL };
beforeEach(async () => {
  temp = await createTempFolder("same");
});
afterEach(async () => {
  process.chdir(start.cwd);
  process.umask(start.umask);
  process.env.TZ = start.tz;
  if (start.lang === undefined) delete process.env.LC_ALL;
  else process.env.LC_ALL = start.lang;
  await temp.close();
});

it("gives the same digests elsewhere: folder, working directory, umask, time zone, locale, time, order on disk, group bits", async () => {
  const first = join(temp.path, "first");
  process.umask(0o022);
  await writeTree(first, FAMILY_FILES);
  const expected = digests(await build(await familyOf(first), { layoutFolder: join(temp.path, "layout-1") }));
  expect(Object.keys(expected)).toHaveLength(7);

  // Made again, in the opposite order, by someone who keeps things private, on the other side of the world.
  const second = join(temp.path, "deep/er/second");
  process.umask(0o077);
  process.env.TZ = "Asia/Tokyo";
  process.env.LC_ALL = "tr_TR.UTF-8";
  await writeTree(second, Object.fromEntries(Object.entries(FAMILY_FILES).reverse()));
  await mkdir(join(second, "cwd"));
  process.chdir(join(second, "cwd"));
  expect((await stat(join(second, "trees/base/dbd/base.dbd"))).mode & 0o777).toBe(0o600);
  const { loadImages } = await import("../src/index.js");
  const relative = (await loadImages("../images.yaml")).value!;
  expect(digests(await build(relative, { layoutFolder: "../layout" }))).toEqual(expected);

  // The whole folder copied: other inodes, other times.
  const third = join(temp.path, "third");
  await cp(first, third, { recursive: true, verbatimSymlinks: true });
  await rename(join(third, "trees/modules/bin"), join(third, "trees/modules/bin2"));
  await rename(join(third, "trees/modules/bin2"), join(third, "trees/modules/bin"));
  expect(digests(await build(await familyOf(third), { layoutFolder: join(temp.path, "layout-3") }))).toEqual(expected);

  const blobs = async (layout: string) => (await readdir(join(layout, "blobs/sha256"))).sort();
  expect(await blobs(join(second, "layout"))).toEqual(await blobs(join(temp.path, "layout-1")));
  expect(await blobs(join(temp.path, "layout-3"))).toEqual(await blobs(join(temp.path, "layout-1")));
});

it("gives the same digests when files belong to someone else", async (context) => {
  if (process.getuid?.() !== 0) return context.skip("only root can give files away");
  const folder = join(temp.path, "family");
  await writeTree(folder, FAMILY_FILES);
  const expected = digests(await build(await familyOf(folder), { layoutFolder: join(temp.path, "one") }));
  await promisify(execFile)("chown", ["-R", "12345:23456", join(folder, "trees")]);
  expect(digests(await build(await familyOf(folder), { layoutFolder: join(temp.path, "two") }))).toEqual(expected);
});
