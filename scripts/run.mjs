// The one entry of the root's npm scripts: installs when needed, then does the task.
//   node scripts/run.mjs demo|test|build|check|peers|test:peers|bench|soak|examples|verify|release [ARG…]
import { join } from "node:path";
import { bin, build, ensureInstalled, environment, root, run } from "./lib.mjs";

const [task, ...rest] = process.argv.slice(2);

/** Runs one vitest project and ends with its summed line; exit 1 when a test failed or none ran. */
async function vitest(project, extra) {
  const reporters = ["--reporter=default", `--reporter=${join(root, "scripts", "count-reporter.mjs")}`];
  const { code } = await run(bin("vitest"), ["run", "--project", project, ...reporters, ...extra]);
  return code;
}

const tasks = {
  async demo() {
    await build();
    const { code } = await run(process.execPath, [
      join(root, "packages", "cli", "bin", "epicube.js"),
      "up",
      join("examples", "bl45p"),
      "--ioc-command",
      "sim",
      ...rest,
    ]);
    return code;
  },
  async test() {
    await build();
    return vitest("unit", rest);
  },
  async build() {
    await build({ types: true });
    return 0;
  },
  async check() {
    const { check } = await import("./check.mjs");
    return check();
  },
  async peers() {
    return (await run(process.execPath, [join(root, "scripts", "peers.mjs"), ...rest])).code;
  },
  async "test:peers"() {
    await build();
    return vitest("peers", rest);
  },
  async bench() {
    await build();
    return (await run(process.execPath, [join(root, "scripts", "bench.mjs"), ...rest])).code;
  },
  async soak() {
    await build();
    return vitest("soak", ["--passWithNoTests", ...rest]);
  },
  async examples() {
    await build();
    const { examples } = await import("./examples.mjs");
    return examples();
  },
  async verify() {
    const { verify } = await import("./verify.mjs");
    return verify();
  },
  async release() {
    const { release } = await import("./release.mjs");
    return release(rest);
  },
};

if (!task || !(task in tasks)) {
  console.error(`usage: node scripts/run.mjs ${Object.keys(tasks).join("|")} [ARG…]`);
  process.exit(2);
}
Object.assign(process.env, environment);
if (task !== "verify") await ensureInstalled();
process.exitCode = await tasks[task]();
