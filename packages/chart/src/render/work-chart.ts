import { type GoMap, type GoValue, withType } from "@epicube/gotemplate";
import type { Chart, ChartMetadata } from "../load/chart.js";
import type { ValuedChart } from "../values/coalesce.js";

/** A chart as one render sees it: dependencies, names and values change while they are worked out. */
export interface WorkChart extends ValuedChart {
  readonly chart: Chart;
  metadata: ChartMetadata;
  name: string;
  values: GoMap;
  parent: WorkChart | undefined;
  dependencies: WorkChart[];
}

/** Makes a render's own copy of a chart and of all below it. Values are shared until they are changed. */
export function workChart(chart: Chart, parent?: WorkChart): WorkChart {
  const work: WorkChart = {
    chart,
    metadata: copyMetadata(chart.metadata),
    name: chart.metadata.name,
    values: chart.values as GoMap,
    parent,
    dependencies: [],
  };
  work.dependencies = chart.dependencies.map((child) => workChart(child, work));
  return work;
}

/** A shallow second copy, as helm makes for each alias. */
export function aliasOf(work: WorkChart, name: string, parent: WorkChart): WorkChart {
  const copy: WorkChart = { ...work, metadata: { ...copyMetadata(work.metadata), name }, name, parent };
  copy.dependencies = work.dependencies.map((child) => {
    const own: WorkChart = { ...child, parent: copy };
    return own;
  });
  return copy;
}

function copyMetadata(metadata: ChartMetadata): ChartMetadata {
  return { ...metadata, dependencies: metadata.dependencies?.map((dependency) => ({ ...dependency })) };
}

/** `parent/charts/child`, the path that `# Source:` shows. */
export function fullPath(work: WorkChart): string {
  return work.parent ? `${fullPath(work.parent)}/charts/${work.name}` : work.name;
}

/** `.Chart` as templates see it: Go's field names. */
export function chartObject(work: WorkChart): GoMap {
  const { metadata } = work;
  const list = <T>(items: readonly T[] | undefined, convert: (item: T) => GoValue): GoValue[] => (items ?? []).map(convert);
  return new Map<string, GoValue>([
    ["Name", metadata.name],
    ["Home", metadata.home],
    ["Sources", list(metadata.sources, (item) => item)],
    ["Version", metadata.version],
    ["Description", metadata.description],
    ["Keywords", list(metadata.keywords, (item) => item)],
    [
      "Maintainers",
      list(
        metadata.maintainers,
        (item) =>
          new Map([
            ["Name", item.name],
            ["Email", item.email],
            ["URL", item.url],
          ]),
      ),
    ],
    ["Icon", metadata.icon],
    ["APIVersion", metadata.apiVersion],
    ["Condition", metadata.condition],
    ["Tags", metadata.tags],
    ["AppVersion", metadata.appVersion],
    ["Deprecated", metadata.deprecated],
    ["Annotations", annotationsObject(metadata.annotations)],
    ["KubeVersion", metadata.kubeVersion],
    [
      "Dependencies",
      list(
        metadata.dependencies,
        (item) =>
          new Map<string, GoValue>([
            ["Name", item.name],
            ["Version", item.version],
            ["Repository", item.repository],
            ["Condition", item.condition],
            ["Tags", [...item.tags]],
            ["Enabled", item.enabled],
            ["ImportValues", item.importValues as GoValue[]],
            ["Alias", item.alias],
          ]),
      ),
    ],
    ["Type", metadata.type],
    ["IsRoot", work.parent === undefined],
  ]);
}

function annotationsObject(annotations: ReadonlyMap<string, string> | undefined): GoMap {
  const map: GoMap = new Map(annotations ?? []);
  return withType(map, { name: "map[string]string", element: "string", ...(annotations ? {} : { nil: true }) });
}
