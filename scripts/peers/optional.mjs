import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { findOnPath, isProgram, run, Unavailable } from "./run.mjs";

const PROGRAMS = { softIoc: ["softIoc"], catools: ["caget", "caput", "camonitor", "cainfo"] };

/** Programs of the user's own EPICS base, on PATH or in EPICS_BASE: used when there, never installed. */
export async function findOptional(name, { signal }) {
  const paths = {};
  for (const program of PROGRAMS[name]) {
    const file = (await findOnPath(program)) ?? (await findInBase(program));
    if (!file) throw new Unavailable(`optional: ${program} is neither on PATH nor in EPICS_BASE`);
    paths[program] = file;
  }
  const output = await run(Object.values(paths)[0], [name === "softIoc" ? "-h" : "-V"], { signal }).catch(() => "");
  return { version: /\d+\.\d+\.\d+(?:\.\d+)?/.exec(output)?.[0] ?? "unknown", paths };
}

async function findInBase(program) {
  const base = process.env.EPICS_BASE;
  if (!base) return undefined;
  const architectures = process.env.EPICS_HOST_ARCH ? [process.env.EPICS_HOST_ARCH] : await readdir(join(base, "bin")).catch(() => []);
  for (const architecture of architectures) {
    const file = join(base, "bin", architecture, program);
    if (await isProgram(file)) return file;
  }
  return undefined;
}
