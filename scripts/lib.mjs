// Shared by the scripts of this folder. Node only, no dependency: it must run before anything is installed.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const root = resolve(fileURLToPath(new URL("..", import.meta.url)));

/** Environment of every step: the same bytes everywhere, no telemetry. */
export const environment = {
  ...process.env,
  TURBO_TELEMETRY_DISABLED: "1",
  DO_NOT_TRACK: "1",
  TZ: "UTC",
  LC_ALL: "C.UTF-8",
};

/** Runs a program with argv (no shell) and gives its exit code. `capture` collects stdout instead of showing it, `tee` does both, `quiet` collects all. */
export function run(program, argv, { cwd = root, env = environment, capture = false, quiet = false, tee = false } = {}) {
  return new Promise((done, fail) => {
    const child = spawn(program, argv, {
      cwd,
      env,
      stdio: ["ignore", capture || quiet || tee ? "pipe" : "inherit", quiet ? "pipe" : "inherit"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout?.on("data", (chunk) => {
      stdout += chunk;
      if (tee) process.stdout.write(chunk);
    });
    child.stderr?.on("data", (chunk) => {
      stderr += chunk;
    });
    child.on("error", fail);
    child.on("close", (code, signal) => done({ code: code ?? (signal ? 128 : 1), stdout, stderr }));
  });
}

/** Runs npm by way of the npm that started us, so that no PATH look-up or shell is needed. */
export function npm(argv, options) {
  const cli = process.env.npm_execpath;
  return cli ? run(process.execPath, [cli, ...argv], options) : run("npm", argv, options);
}

/** A program of node_modules/.bin. */
export function bin(name) {
  return join(root, "node_modules", ".bin", name);
}

/** True when node_modules holds exactly what package-lock.json asks for (packages for other platforms aside). */
export function isInstalled(folder = root) {
  const installed = join(folder, "node_modules", ".package-lock.json");
  if (!existsSync(installed)) return false;
  const wanted = JSON.parse(readFileSync(join(folder, "package-lock.json"), "utf8")).packages;
  const present = JSON.parse(readFileSync(installed, "utf8")).packages;
  for (const [path, entry] of Object.entries(wanted)) {
    if (!path.includes("node_modules/") || entry.optional) continue;
    const found = present[path];
    if (!found || found.version !== entry.version || Boolean(found.link) !== Boolean(entry.link)) return false;
    if (!existsSync(join(folder, path))) return false;
  }
  return true;
}

/** Installs from the lockfile when node_modules does not match it. */
export async function ensureInstalled() {
  if (isInstalled()) return;
  console.error("installing dependencies (npm ci)");
  const { code } = await npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]);
  if (code !== 0) {
    console.error("npm ci failed; see above");
    process.exit(code);
  }
}

/** Builds the JavaScript of every package, and with `types` its declarations; what has not changed comes from turbo's cache. */
export async function build({ types = false } = {}) {
  const tasks = types ? ["build:js", "build:types"] : ["build:js"];
  const { code, stdout, stderr } = await run(bin("turbo"), ["run", ...tasks, "--output-logs=errors-only"], { quiet: true });
  if (code !== 0) {
    process.stderr.write(stdout + stderr);
    console.error("the build failed; see above");
    process.exit(code);
  }
}

/** Counts of tests, summed over suites. */
export class Tally {
  passed = 0;
  failed = 0;
  skipped = 0;
  add({ passed = 0, failed = 0, skipped = 0 }) {
    this.passed += passed;
    this.failed += failed;
    this.skipped += skipped;
  }
  line() {
    return `${this.passed} passed, ${this.failed} failed, ${this.skipped} skipped`;
  }
}

/** The last `N passed, N failed, N skipped` line of a text. */
export function countsOf(text) {
  const found = [...text.matchAll(/^(\d+) passed, (\d+) failed, (\d+) skipped$/gm)].at(-1);
  return found ? { passed: Number(found[1]), failed: Number(found[2]), skipped: Number(found[3]) } : undefined;
}
