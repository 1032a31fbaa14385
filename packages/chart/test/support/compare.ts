import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadChart } from "../../src/load/load-chart.js";
import { type RenderReleaseOptions, renderRelease } from "../../src/render/render-release.js";
import { runHelm } from "./helm.js";

/** What one side said: bytes, or the text after `Error: `. */
export interface Outcome {
  readonly text?: string;
  readonly error?: string;
}

/** How a chart is rendered on both sides. */
export interface CompareOptions {
  readonly root?: string;
  readonly name?: string;
  readonly namespace?: string;
  /** Values files, relative to `cwd`. */
  readonly values?: readonly string[];
  /** More arguments of `helm template`, and the same for us. */
  readonly args?: readonly string[];
  readonly options?: RenderReleaseOptions;
}

export function renderWithHelm(helm: string, chart: string, cwd: string, given: CompareOptions): Outcome {
  const args = ["template", given.name ?? "rel", chart, ...(given.namespace ? ["-n", given.namespace] : [])];
  for (const file of given.values ?? []) args.push("-f", file);
  const run = runHelm(helm, [...args, ...(given.args ?? [])], cwd);
  if (run.status === 0) return { text: run.stdout };
  return { error: /^Error: ([\s\S]*?)\n?$/m.exec(run.stderr)?.[1] ?? run.stderr };
}

export async function renderWithUs(chart: string, cwd: string, given: CompareOptions): Promise<Outcome> {
  const loaded = await loadChart(join(cwd, chart), { root: given.root ?? cwd });
  if (!loaded.value) return { error: loaded.diagnostics[0]!.message };
  const values = (given.values ?? []).map((file) => ({ file, text: readFileSync(join(cwd, file), "utf8") }));
  const result = renderRelease(loaded.value, {
    name: given.name ?? "rel",
    ...(given.namespace ? { namespace: given.namespace } : {}),
    values,
    ...given.options,
  });
  return result.value ? { text: result.value.text } : { error: result.errorText ?? "" };
}
