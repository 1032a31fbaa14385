#!/usr/bin/env node
import { existsSync } from "node:fs";

const main = new URL("../dist/main.js", import.meta.url);
if (existsSync(main)) {
  const { runProcess } = await import(main.href);
  await runProcess();
} else {
  console.error("epicube is not built yet: run `npm run build` in the root of the repository");
  process.exitCode = 2;
}
