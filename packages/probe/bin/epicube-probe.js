#!/usr/bin/env node
import { runProbeCommand } from "../dist/index.js";

const interrupt = new AbortController();
for (const name of ["SIGINT", "SIGTERM"]) process.once(name, () => interrupt.abort());
process.exitCode = await runProbeCommand(process.argv.slice(2), {
  env: process.env,
  stdout: (text) => process.stdout.write(text),
  stderr: (text) => process.stderr.write(text),
  signal: interrupt.signal,
});
