// npm run release -- --dry-run: versions by changesets, build, pack. Without --dry-run it also leaves the version commit to be made; publishing is a manual act.
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build, npm, root, run } from "./lib.mjs";

const VERSION_STEPS = (folder) => [[join(root, "node_modules", ".bin", "changeset"), ["version"], folder]];

export async function release(argv) {
  const dryRun = argv.includes("--dry-run");
  if (argv.some((argument) => argument !== "--dry-run")) {
    console.error("usage: npm run release [-- --dry-run]");
    return 2;
  }
  await build({ types: true });
  const work = dryRun ? mkdtempSync(join(tmpdir(), "epicube-release-")) : root;
  try {
    if (dryRun) await copyTracked(work);
    for (const [program, args, cwd] of VERSION_STEPS(work)) {
      const { code, stdout, stderr } = await run(program, args, { cwd, quiet: true });
      if (code !== 0) {
        process.stderr.write(stdout + stderr);
        console.error("changeset version failed");
        return 1;
      }
    }
    const versions = packages(work).map((entry) => `${entry.name}@${entry.version}`);
    console.log(versions.join("\n"));
    if (!dryRun) {
      const lock = await npm(["install", "--package-lock-only", "--ignore-scripts"], { quiet: true });
      if (lock.code !== 0) return 1;
    }
    const { code, stdout, stderr } = await npm(["pack", "--dry-run", "--json", ...packages(root).flatMap((entry) => ["-w", entry.name])], {
      quiet: true,
    });
    if (code !== 0) {
      process.stderr.write(stderr);
      return 1;
    }
    for (const pack of JSON.parse(stdout)) console.log(`${pack.filename} ${pack.entryCount} files, ${pack.size} bytes`);
    console.log(dryRun ? "release dry run: nothing was written" : "versions written: review, commit, then publish by hand");
    return 0;
  } finally {
    if (dryRun) rmSync(work, { recursive: true, force: true });
  }
}

/** The packages that are published. */
export function packages(folder) {
  return readdirSync(join(folder, "packages"))
    .map((name) => JSON.parse(readFileSync(join(folder, "packages", name, "package.json"), "utf8")))
    .filter((manifest) => !manifest.private);
}

/** A copy of what git tracks, as a repository with one commit on main, so that changesets can plan in it. */
async function copyTracked(folder) {
  const { stdout } = await run("git", ["ls-files", "-z"], { capture: true });
  for (const file of stdout
    .split("\0")
    .filter((name) => name && /(^|\/)(package\.json|package-lock\.json|CHANGELOG\.md)$|^\.changeset\//.test(name))) {
    cpSync(join(root, file), join(folder, file), { recursive: true });
  }
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  const identity = ["-c", "user.name=release", "-c", "user.email=release@localhost"];
  for (const args of [
    ["init", "-q", "-b", "main"],
    ["add", "-A", ".", ":!node_modules"],
    [...identity, "commit", "-q", "-m", "release"],
  ]) {
    const { code, stderr } = await run("git", args, { cwd: folder, quiet: true });
    if (code !== 0) throw new Error(`git ${args.join(" ")}: ${stderr}`);
  }
}
