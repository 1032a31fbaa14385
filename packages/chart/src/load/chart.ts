/** One file of a chart. */
export interface ChartFile {
  /** Below the chart's folder, with `/`. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** The file as diagnostics name it: relative to the repository, links followed. Default: `path` below the chart. */
  readonly at?: string;
}

/** A dependency as Chart.yaml declares it. */
export interface ChartDependency {
  name: string;
  version: string;
  repository: string;
  condition: string;
  tags: string[];
  enabled: boolean;
  /** Strings (`exports.NAME` of the child) or maps with `child` and `parent`. */
  importValues: unknown[];
  alias: string;
}

/** What Chart.yaml says. Texts that are not given are "". */
export interface ChartMetadata {
  apiVersion: string;
  name: string;
  version: string;
  appVersion: string;
  description: string;
  type: string;
  home: string;
  icon: string;
  kubeVersion: string;
  condition: string;
  tags: string;
  deprecated: boolean;
  sources: readonly string[] | undefined;
  keywords: readonly string[] | undefined;
  maintainers: readonly { name: string; email: string; url: string }[] | undefined;
  annotations: ReadonlyMap<string, string> | undefined;
  dependencies: ChartDependency[] | undefined;
}

/**
 * A chart in memory. Charts are shared between renders and never changed by one; a render works on its own copy of metadata and values.
 */
export interface Chart {
  readonly metadata: ChartMetadata;
  /** Where it was read from: a folder or an archive, relative to the root it was loaded with. For diagnostics. */
  readonly source: string;
  /** Values of values.yaml as helm decodes them: maps are `Map`s, numbers are float64. */
  readonly values: ReadonlyMap<string, unknown>;
  /** The text of values.yaml, "" without one. */
  readonly valuesText: string;
  /** values.schema.json. */
  readonly schema: Uint8Array | undefined;
  /** Files below templates/. */
  readonly templates: readonly ChartFile[];
  /** Files that templates see as `.Files`; crds/ is among them. */
  readonly files: readonly ChartFile[];
  /** Every file as it was read, in the loader's order. */
  readonly raw: readonly ChartFile[];
  /** Charts of charts/, in the order of their names there. */
  readonly dependencies: readonly Chart[];
}
