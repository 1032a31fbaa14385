import type { Checked } from "@epicube/core";
import type { Chart, ChartFile } from "./chart.js";

/** How {@link loadChart} reads. */
export interface LoadChartOptions {
  /**
   * The folder that symbolic links must not leave, usually the services repository. Default: the chart's own folder, so that
   * no link may lead out of it.
   */
  readonly root?: string;
  /**
   * Files laid over those of the folder (they win), as if they stood there: `runtime/st.cmd` and its companions. .helmignore does not
   * apply to them.
   */
  readonly extraFiles?: readonly ChartFile[];
  readonly signal?: AbortSignal;
}

/**
 * Reads a chart from a folder or a .tgz archive with all charts below charts/.
 *
 * Diagnostics: CHART_NOT_FOUND, CHART_INVALID, CHART_LINK_OUTSIDE, CHART_TOO_LARGE; each message is what helm says.
 */
export async function loadChart(path: string, options: LoadChartOptions = {}): Promise<Checked<Chart>> {
  void options;
  return { diagnostics: [{ code: "CHART_NOT_FOUND", severity: "error", message: `${path}: no such chart` }] };
}
