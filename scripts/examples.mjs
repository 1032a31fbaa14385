// Runs each program of examples/packages/: each imports one package only and ends with exit 0.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { root, run, Tally } from "./lib.mjs";

export async function examples() {
  const tally = new Tally();
  const folder = join(root, "examples", "packages");
  for (const name of readdirSync(folder).sort()) {
    const main = join(folder, name, "main.mjs");
    if (!existsSync(main)) continue;
    const { code, stdout, stderr } = await run(process.execPath, [main], { cwd: join(folder, name), quiet: true });
    console.log(`${code === 0 ? "ok  " : "FAIL"} examples/packages/${name}`);
    if (code !== 0) process.stdout.write(stdout + stderr);
    tally.add(code === 0 ? { passed: 1 } : { failed: 1 });
  }
  console.log(tally.line());
  return tally.failed > 0 || tally.passed === 0 ? 1 : 0;
}
