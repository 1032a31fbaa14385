/** One chart that both sides render. */
export interface ChartCase {
  readonly title: string;
  /** Files below a temp folder; the chart is `c`. A text `-> TARGET` is a link. */
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  /** Arguments after `helm template`. Default `rel c`. */
  readonly args?: readonly string[];
}

/** Chart.yaml of a chart of that name, with more lines. */
export const chartYaml = (name: string, more = "") => `apiVersion: v2\nname: ${name}\nversion: 0.1.0\n${more}`;

/** A chart `c` with one template, which may be any text: it is written as a comment unless it starts a document itself. */
export function oneTemplate(title: string, template: string, values = "", args?: readonly string[]): ChartCase {
  const files = { "c/Chart.yaml": chartYaml("c"), "c/values.yaml": values, "c/templates/a.yaml": template };
  return args ? { title, files, args } : { title, files };
}
