import { execFile } from "node:child_process";
import { chmod, mkdir, readdir, readFile, readlink, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { createTempFolder } from "@epicube/testkit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { collectBytes, readTar, sortTarEntries, type TarEntry, writeTar } from "../src/index.js";

const run = promisify(execFile);
/** GNU tar in the C locale, so that it quotes nothing by language. */
const options = { env: { PATH: process.env.PATH ?? "", LC_ALL: "C.UTF-8", TZ: "UTC" }, maxBuffer: 2 ** 26 };
const gnuTar = await run("tar", ["--version"], options).then(
  ({ stdout }) => stdout.includes("GNU tar"),
  () => false,
);

const segment = fc.oneof(
  fc.stringMatching(/^[a-zA-Z0-9_-]{1,20}$/),
  fc.stringMatching(/^[a-z]{60,120}$/),
  fc.constantFrom("größe", "温度", "a b", "a'b", "-x", ".hidden", "\u{1f600}"),
);
interface Leaf {
  readonly path: string[];
  readonly kind: "file" | "empty" | "link" | "folder";
  readonly size: number;
  readonly executable: boolean;
  readonly time: number;
}
const leaf: fc.Arbitrary<Leaf> = fc.record({
  path: fc.array(segment, { minLength: 1, maxLength: 4 }),
  kind: fc.constantFrom("file", "file", "empty", "link", "folder"),
  size: fc.constantFrom(1, 511, 512, 513, 5000),
  executable: fc.boolean(),
  time: fc.integer({ min: 0, max: 2 ** 33 }),
});

/** Leaves as a tree without conflicts: folders above each, no path twice, no file on the way to another. */
function treeOf(leaves: readonly Leaf[]): TarEntry[] {
  const entries = new Map<string, TarEntry>();
  const base = { uid: 0, gid: 0 } as const;
  for (const { path, kind, size, executable, time } of leaves) {
    const full = path.join("/");
    const above = path.slice(0, -1).map((_, depth) => path.slice(0, depth + 1).join("/"));
    if (entries.has(full) || above.some((folder) => (entries.get(folder)?.type ?? "directory") !== "directory")) continue;
    for (const folder of above)
      if (!entries.has(folder)) entries.set(folder, { ...base, path: folder, type: "directory", mode: 0o755, mtimeSeconds: 1 });
    const mtimeSeconds = time;
    if (kind === "folder") entries.set(full, { ...base, path: full, type: "directory", mode: 0o755, mtimeSeconds });
    else if (kind === "link")
      entries.set(full, { ...base, path: full, type: "symlink", mode: 0o777, mtimeSeconds, linkTarget: "x/".repeat(size % 90) + "y" });
    else
      entries.set(full, {
        ...base,
        path: full,
        type: "file",
        mode: executable ? 0o755 : 0o644,
        mtimeSeconds,
        ...(kind === "file" ? { content: Buffer.alloc(size, full) } : {}),
      });
  }
  return sortTarEntries(entries.values());
}

async function readBack(archive: Uint8Array) {
  const entries: TarEntry[] = [];
  for await (const { content, sizeBytes, ...entry } of readTar(archive)) {
    const bytes = Buffer.from(await collectBytes(content, sizeBytes));
    entries.push({ ...entry, ...(bytes.length > 0 ? { content: bytes } : {}) } as TarEntry);
  }
  return entries;
}

describe("tar archives of random trees", () => {
  it("are read back as they were written", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(leaf, { maxLength: 12 }), async (leaves) => {
        const entries = treeOf(leaves);
        expect(await readBack(await collectBytes(writeTar(entries), 2 ** 26))).toEqual(entries);
      }),
      { numRuns: 200 },
    );
  });

  it("are unpacked by GNU tar to the same tree, and its archives of that tree are read to the same entries", async (context) => {
    if (!gnuTar) return context.skip("no GNU tar on this machine");
    await fc.assert(
      fc.asyncProperty(fc.array(leaf, { minLength: 1, maxLength: 10 }), async (leaves) => {
        const entries = treeOf(leaves);
        const temp = await createTempFolder("tar");
        try {
          const archive = join(temp.path, "a.tar");
          const folder = join(temp.path, "out");
          await mkdir(folder);
          await writeFile(archive, await collectBytes(writeTar(entries), 2 ** 26));
          // --delay-directory-restore: folders keep their times though files come later.
          await run("tar", ["-xf", archive, "-C", folder, "-p", "--no-same-owner", "--delay-directory-restore"], options);
          for (const entry of entries) {
            const file = join(folder, entry.path);
            if (entry.type === "symlink") {
              expect(await readlink(file)).toBe(entry.linkTarget);
              continue;
            }
            const stats = await stat(file);
            expect(stats.mode & 0o7777).toBe(entry.mode);
            expect(stats.mtimeMs / 1000).toBe(entry.mtimeSeconds);
            if (entry.type === "file")
              expect((await readFile(file)).equals((entry.content as Buffer | undefined) ?? Buffer.alloc(0))).toBe(true);
          }
          for (const format of ["gnu", "posix"]) {
            const theirs = join(temp.path, `${format}.tar`);
            await run(
              "tar",
              ["-cf", theirs, "-C", folder, `--format=${format}`, "--owner=0", "--group=0", "--numeric-owner", "--sort=name", "."],
              options,
            );
            const read = sortTarEntries((await readBack(await readFile(theirs))).filter((entry) => entry.path !== "."));
            expect(read).toEqual(entries);
          }
        } finally {
          await temp.close();
        }
      }),
      { numRuns: 25 },
    );
  });

  it("of GNU tar with everything in it are read", async (context) => {
    if (!gnuTar) return context.skip("no GNU tar on this machine");
    const temp = await createTempFolder("tar");
    try {
      const folder = join(temp.path, "tree");
      await mkdir(join(folder, "d"), { recursive: true });
      await writeFile(join(folder, "d/f"), "content");
      await chmod(join(folder, "d/f"), 0o4711);
      await symlink("t".repeat(150), join(folder, "long-link"));
      await writeFile(join(folder, "n".repeat(150)), "long name");
      await utimes(join(folder, "d/f"), 1.9, 1.9);
      const archive = join(temp.path, "a.tar");
      for (const format of ["gnu", "posix", "oldgnu"]) {
        await run("tar", ["-cf", archive, "-C", folder, `--format=${format}`, ...(await readdir(folder)).sort()], options);
        const read = await readBack(await readFile(archive));
        expect(read.map((entry) => entry.path).sort()).toEqual(["d", "d/f", "long-link", "n".repeat(150)]);
        expect(read.find((entry) => entry.path === "d/f")).toMatchObject({
          mode: 0o4711,
          mtimeSeconds: 1,
          content: Buffer.from("content"),
        });
        expect(read.find((entry) => entry.path === "long-link")?.linkTarget).toBe("t".repeat(150));
      }
    } finally {
      await temp.close();
    }
  });
});
