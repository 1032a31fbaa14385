// npm run verify = what CI runs: clean install, checks, tests, peers, packed packages, examples, the demo in a fresh clone, release dry run.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checks } from "./check.mjs";
import { countsOf, environment, npm, root, run, Tally } from "./lib.mjs";

export async function verify() {
  const tally = new Tally();
  const failures = [];
  const started = Date.now();

  /** One step: its own counts when it prints them, else one passed or failed. */
  const step = async (name, work) => {
    const before = Date.now();
    console.log(`\n== ${name}`);
    let result;
    try {
      result = await work();
    } catch (error) {
      result = { failed: 1 };
      console.error(error);
    }
    if (result.failed) failures.push(name);
    tally.add(result);
    console.log(`== ${name}: ${result.failed ? "FAILED" : "ok"} in ${((Date.now() - before) / 1000).toFixed(1)} s`);
    return !result.failed;
  };
  const single = async (program, argv, options) => ((await program(argv, options)).code === 0 ? { passed: 1 } : { failed: 1 });
  /** A child of ours that prints counts; a failure without counts is one failure. */
  const counted = async (argv, env = environment) => {
    const { code, stdout } = await run(process.execPath, argv, { env, tee: true });
    const counts = countsOf(stdout) ?? { passed: 0, failed: 0, skipped: 0 };
    return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
  };
  const task = (name) => [join(root, "scripts", "run.mjs"), name];

  const installed = await step("clean install", () =>
    single(npm, ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]),
  );
  if (installed) {
    await step("lockfile in step", async () => {
      const { code } = await npm(["install", "--package-lock-only", "--ignore-scripts", "--loglevel=error"]);
      const diff = await run("git", ["diff", "--stat", "--", "package-lock.json"], { capture: true });
      if (diff.stdout) console.log(diff.stdout);
      return code === 0 && diff.stdout === "" ? { passed: 1 } : { failed: 1 };
    });
    for (const [name, program, argv] of checks) await step(name, () => single((args) => run(program, args), argv));
    await step("tests", () => counted(task("test")));
    await step("peers", () => single((argv) => run(process.execPath, argv), task("peers")));
    await step("peer tests", () => counted(task("test:peers")));
    await step("packed packages", async () => (await import("./packed.mjs")).packed());
    await step("examples", () => counted(task("examples")));
    await step("demo in a fresh clone", demo);
    await step("release dry run", () => single((argv) => run(process.execPath, argv), [...task("release"), "--dry-run"]));
    await step("tree is clean", async () => {
      const { stdout } = await run("git", ["status", "--porcelain"], { capture: true });
      if (stdout) console.log(stdout);
      return stdout === "" || !process.env.CI ? { passed: 1 } : { failed: 1 };
    });
  }
  console.log(
    `\nverify took ${((Date.now() - started) / 60_000).toFixed(1)} min${failures.length ? `; failed: ${failures.join(", ")}` : ""}`,
  );
  console.log(tally.line());
  return failures.length === 0 ? 0 : 1;
}

/** The README's first command as a stranger runs it: in a clone, twice. */
async function demo() {
  const work = mkdtempSync(join(tmpdir(), "epicube-clone-"));
  try {
    const clone = join(work, "clone");
    if ((await run("git", ["clone", "-q", root, clone])).code !== 0) return { failed: 1 };
    const env = { ...environment, XDG_STATE_HOME: join(work, "state") };
    let passed = 0;
    for (const which of ["cold", "warm"]) {
      const before = Date.now();
      const { code, stdout } = await npm(["run", "demo"], { cwd: clone, env, capture: true });
      console.log(`${which} demo: exit ${code} in ${((Date.now() - before) / 1000).toFixed(1)} s`);
      if (code !== 0) {
        process.stdout.write(stdout);
        return { passed, failed: 1 };
      }
      passed++;
      if (which === "warm") process.stdout.write(stdout);
    }
    const status = await run("git", ["status", "--porcelain"], { cwd: clone, capture: true });
    if (status.stdout) {
      console.log(`the demo dirties the clone:\n${status.stdout}`);
      return { passed, failed: 1 };
    }
    return { passed: passed + 1 };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
