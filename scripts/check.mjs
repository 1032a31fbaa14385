// Everything that needs no test run: format and lint, types, package boundaries, unused code.
import { bin, run } from "./lib.mjs";

export const checks = [
  ["lint", bin("biome"), ["ci", "--colors=off", "--error-on-warnings", "."]],
  ["types", bin("tsc"), ["-p", "tsconfig.json"]],
  ["boundaries", bin("turbo"), ["boundaries"]],
  ["unused", bin("knip"), []],
];

/** Runs all, says which failed, 1 when one did. */
export async function check() {
  const failed = [];
  for (const [name, program, argv] of checks) {
    const { code, stdout, stderr } = await run(program, argv, { quiet: true });
    console.log(`${code === 0 ? "ok  " : "FAIL"} ${name}`);
    if (code !== 0) {
      failed.push(name);
      process.stdout.write(stdout + stderr);
    }
  }
  return failed.length === 0 ? 0 : 1;
}
