import { join } from "node:path";
import { IBEK } from "./pins.mjs";
import { createPythonEnvironment, movePythonScripts, run } from "./run.mjs";

/** ibek in a Python environment of its own. It asks for a newer Python than its generator needs. */
export async function installIbek(folder, { finalFolder, signal }) {
  const flags = ["--ignore-requires-python"];
  const { python } = await createPythonEnvironment(folder, [`ibek==${IBEK.version}`], IBEK.constraints, { flags, signal });
  const version = (await run(python, ["-c", "from importlib.metadata import version; print(version('ibek'))"], { signal })).trim();
  await run(join(folder, "venv/bin/ibek"), ["--help"], { signal });
  await movePythonScripts(join(folder, "venv"), folder, finalFolder);
  return { version, paths: { ibek: "venv/bin/ibek", python: "venv/bin/python" } };
}
