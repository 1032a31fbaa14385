/**
 * Helm charts in process, to helm's own bytes.
 *
 * @example
 * ```ts
 * import { readFile } from "node:fs/promises";
 * import { loadChart, renderRelease } from "@epicube/chart";
 *
 * const chart = await loadChart("services/bl45p-mo-ioc-01", { root: "." });
 * const text = await readFile("services/values.yaml", "utf8");
 * const release = renderRelease(chart.value!, { name: "bl45p-mo-ioc-01", namespace: "bl45p", values: [{ file: "services/values.yaml", text }] });
 * process.stdout.write(release.value!.text);
 * ```
 *
 * @packageDocumentation
 */

export { runTemplateCommand, type TemplateCommandOptions, type TemplateCommandResult } from "./command/template-command.js";
export type { Chart, ChartDependency, ChartFile, ChartMetadata } from "./load/chart.js";
export { type LoadChartOptions, type LoadChartResult, loadChart } from "./load/load-chart.js";
export type { Hook, Manifest } from "./output/manifests.js";
export { type HelmProfile, profile414 } from "./render/profile.js";
export { type RenderedRelease, type RenderReleaseOptions, type RenderResult, renderRelease } from "./render/render-release.js";
