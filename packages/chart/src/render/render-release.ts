import type { Checked, Clock, Diagnostic } from "@epicube/core";
import type { KubeObject } from "@epicube/core/seams";
import { decodeGo, type FunctionTable, fromJs, type GoMap, type GoValue, goInt, quoteGo, toJs } from "@epicube/gotemplate";
import type { Chart } from "../load/chart.js";
import { type Place, placeOfMatch, placeOfYamlError, rangeIn, shownFile } from "../load/place.js";
import { type Hook, type Manifest, ManifestError, sortManifests } from "../output/manifests.js";
import { toPlain } from "../output/objects.js";
import { manifestText } from "../output/text.js";
import { schemaErrors } from "../schema/validate.js";
import { CoalesceError, coalesceValues } from "../values/coalesce.js";
import { copyDeep } from "../values/table.js";
import { mergeUserValues } from "../values/user-values.js";
import { ValuesError } from "../values/values-file.js";
import { capabilitiesObject, KubeVersionError } from "./builtin-objects.js";
import { missingDependencies, processDependencies } from "./dependencies.js";
import { manifestDiagnostic, schemaDiagnostics, templateDiagnostic } from "./diagnose.js";
import { RenderError, renderTemplates, templateOrigins } from "./engine.js";
import { helmFunctions } from "./functions.js";
import { type HelmProfile, profile414 } from "./profile.js";
import { fullPath, type WorkChart, workChart } from "./work-chart.js";

/** One chart rendered for one release: what is asked of a cluster. */
export interface RenderedRelease {
  readonly name: string;
  readonly namespace: string;
  readonly chart: { readonly name: string; readonly version: string; readonly appVersion?: string };
  /** The bytes that `helm template` prints. */
  readonly text: string;
  /** The documents of `text` that are objects, anchors resolved, in its order, without hooks. */
  readonly objects: readonly KubeObject[];
  readonly hooks: readonly KubeObject[];
  /** What the user's values files and flags add up to (helm's `config`), as plain data. */
  readonly userValues: unknown;
  /** The chart's own values, as plain data. */
  readonly chartValues: unknown;
  readonly notes?: string;
  readonly diagnostics: readonly Diagnostic[];
}

/** How {@link renderRelease} renders. Values apply in this order: files, setJson, set, setString, setFile, setLiteral. */
export interface RenderReleaseOptions {
  /** Default "release-name", as `helm template CHART`. */
  readonly name?: string;
  /** Default "default". */
  readonly namespace?: string;
  /** Values files in order (`-f`); later ones win, maps merge, lists replace. */
  readonly values?: readonly { readonly file: string; readonly text: string }[];
  /** `--set-json`. */
  readonly setJson?: readonly string[];
  /** `--set`. */
  readonly set?: readonly string[];
  /** `--set-string`. */
  readonly setString?: readonly string[];
  /** `--set-file`; the file's text is asked of `readValueFile`. */
  readonly setFile?: readonly string[];
  /** `--set-literal`. */
  readonly setLiteral?: readonly string[];
  /** Text of a file that `setFile` names; what it throws is shown. Default: refuses. */
  readonly readValueFile?: (path: string) => string;
  /** `.Release.IsUpgrade`. Default false. */
  readonly isUpgrade?: boolean;
  /** `--kube-version`. Default of the profile. */
  readonly kubeVersion?: string;
  /** More API versions for `.Capabilities.APIVersions` (`-a`). */
  readonly apiVersions?: readonly string[];
  /** Puts crds/ in front. Default false. */
  readonly includeCrds?: boolean;
  /** Leaves hooks out of `text`. Default false. */
  readonly noHooks?: boolean;
  /** Leaves test hooks out of `text`. Default false. */
  readonly skipTests?: boolean;
  readonly skipSchemaValidation?: boolean;
  /** Notes of subcharts too. Default false. */
  readonly subchartNotes?: boolean;
  /** What `lookup` finds, as plain data. Default: nothing, as `helm template`. */
  readonly lookup?: (apiVersion: string, kind: string, namespace: string, name: string) => unknown;
  /** Time that `now` gives. Default the machine's clock. */
  readonly clock?: Clock;
  /** Random bytes for `rand*`, `shuffle`, `uuidv4`, keys. Default a cryptographic source. */
  readonly randomBytes?: (count: number) => Uint8Array;
  /** Default {@link profile414}. */
  readonly profile?: HelmProfile;
}

/** A rendered release, or why there is none. */
export interface RenderResult extends Checked<RenderedRelease> {
  /** What helm prints after `Error: `; undefined on success. */
  readonly errorText?: string;
  /** Lines that helm logs on stderr. */
  readonly warnings: readonly string[];
  /** Parts of the output, for commands that print some of them. Absent on failure. */
  readonly parts?: { readonly manifests: readonly Manifest[]; readonly hooks: readonly Hook[] };
}

/** An error with helm's text, and where it is. */
class Failure extends Error {
  readonly diagnostic: Diagnostic;
  constructor(code: string, message: string, at?: { readonly file: string; readonly place?: Place | undefined }, reason = message) {
    super(message);
    this.diagnostic = { code, severity: "error", message: reason, ...(at ? { range: rangeIn(at.file, at.place) } : {}) };
  }
}

/** Values that break a schema. `found` is the validator's text. */
class SchemaFailure extends Error {
  readonly found: string;
  constructor(found: string) {
    super(`values don't meet the specifications of the schema(s) in the following chart(s):\n${found}`);
    this.found = found;
  }
}

const DEBUG_HINT = "\n\nUse --debug flag to render out invalid YAML";
let sharedFunctions: FunctionTable | undefined;

/**
 * Renders a chart as `helm template NAME CHART` does. Never throws on what charts and values hold.
 *
 * Diagnostics: CHART_RELEASE_NAME, CHART_NOT_INSTALLABLE, CHART_DEPENDENCY_MISSING, CHART_VALUES, CHART_SCHEMA, CHART_KUBE_VERSION, CHART_MANIFEST, CHART_REQUIRED
 * and CHART_FAIL for what templates demand, and those of templates, TEMPLATE_PARSE, TEMPLATE_EXECUTE, TEMPLATE_LIMIT.
 */
export function renderRelease(chart: Chart, options: RenderReleaseOptions = {}): RenderResult {
  const warnings: string[] = [];
  const work = workChart(chart);
  try {
    return { ...render(chart, work, options, (line) => warnings.push(line)), diagnostics: [], warnings };
  } catch (error) {
    const failure = explain(error, chart, work, options);
    if (!failure) throw error;
    return { diagnostics: failure.diagnostics, errorText: failure.text, warnings };
  }
}

function explain(
  error: unknown,
  chart: Chart,
  work: WorkChart,
  options: RenderReleaseOptions,
): { diagnostics: readonly Diagnostic[]; text: string } | undefined {
  const valuesFile = { file: shownFile(chart, "values.yaml"), text: chart.valuesText };
  const own = (failure: Failure, suffix = "") => ({ diagnostics: [failure.diagnostic], text: failure.message + suffix });
  const values = [valuesFile, ...(options.values ?? [])];
  if (error instanceof SchemaFailure) {
    const diagnostics = schemaDiagnostics(error.found, chart.metadata.name, shownFile(chart, "values.schema.json"), values);
    return { diagnostics, text: error.message };
  }
  if (error instanceof Failure) return own(error, error.diagnostic.code === "CHART_KUBE_VERSION" ? DEBUG_HINT : "");
  if (error instanceof RenderError) {
    const diagnostic = templateDiagnostic(error.template, templateOrigins(work), values);
    return { diagnostics: [diagnostic], text: error.message + DEBUG_HINT };
  }
  if (error instanceof ManifestError)
    return { diagnostics: [manifestDiagnostic(error, templateOrigins(work))], text: error.message + DEBUG_HINT };
  if (error instanceof ValuesError) {
    const { place, reason } = placeOfYamlError(error);
    return own(new Failure("CHART_VALUES", error.message, error.file === undefined ? undefined : { file: error.file, place }, reason));
  }
  if (error instanceof KubeVersionError) return own(new Failure("CHART_KUBE_VERSION", error.message));
  if (error instanceof CoalesceError) return own(new Failure("CHART_VALUES", error.message, { file: valuesFile.file }));
  return undefined;
}

function render(chart: Chart, work: WorkChart, options: RenderReleaseOptions, warn: (line: string) => void) {
  const { name = "release-name", namespace = "default", profile = profile414 } = options;
  const chartYaml = chartYamlAt(chart, /^name(?=\s*:)/m);
  const userValues = mergeUserValues(options);
  const { type } = chart.metadata;
  if (type !== "" && type !== "application")
    throw new Failure("CHART_NOT_INSTALLABLE", `${type} charts are not installable`, chartYamlAt(chart, /^type(?=\s*:)/m));
  if (chart.metadata.deprecated) warn('level=WARN msg="this chart is deprecated"');
  const missing = missingDependencies(work);
  if (missing.length > 0) {
    throw new Failure(
      "CHART_DEPENDENCY_MISSING",
      "an error occurred while checking for chart dependencies. You may need to run `helm dependency build` to fetch missing dependencies: " +
        `found in Chart.yaml, but missing in charts/ directory: ${missing.join(", ")}`,
      chartYamlAt(chart, new RegExp(`^[\\s-]+name\\s*:\\s*["']?(${escapeRegExp(missing[0]!)})\\b`, "m")),
      `the dependenc${missing.length === 1 ? "y" : "ies"} ${missing.join(", ")} of Chart.yaml ${missing.length === 1 ? "is" : "are"} not in charts/`,
    );
  }
  checkReleaseName(name);
  const functions = functionsFor(options);
  const satisfies = (constraint: string, version: string) => satisfiesVersion(functions, constraint, version);
  try {
    processDependencies(work, userValues, { satisfies, warn });
  } catch (error) {
    if (error instanceof CoalesceError)
      throw new Failure("CHART_VALUES", `chart dependencies processing failed: ${error.message}`, chartYaml);
    throw error;
  }
  const { capabilities, kubeVersion, kubeVersionText } = capabilitiesObject(profile, options.kubeVersion, options.apiVersions ?? []);
  const values = coalesceValues(work, userValues, false, warn);
  if (!options.skipSchemaValidation) {
    const found = schemaErrors(work, values);
    if (found !== undefined) {
      throw new SchemaFailure(found);
    }
  }
  const wanted = chart.metadata.kubeVersion;
  if (wanted !== "" && !satisfies(wanted, kubeVersion)) {
    throw new Failure(
      "CHART_KUBE_VERSION",
      `chart requires kubeVersion: ${wanted} which is incompatible with Kubernetes ${kubeVersionText}`,
      chartYamlAt(chart, /^kubeVersion(?=\s*:)/m),
    );
  }
  const rendered = renderTemplates(work, {
    release: releaseObject(name, namespace, options.isUpgrade === true),
    capabilities,
    values,
    functions,
  });
  const notes = takeNotes(rendered, work, options.subchartNotes === true);
  const { manifests, hooks } = sortManifests(rendered, warn);
  const shown = options.noHooks ? [] : hooks.filter((hook) => !(options.skipTests && hook.events.includes("test")));
  const crds = options.includeCrds ? crdFiles(work) : [];
  const { appVersion, version } = chart.metadata;
  const value: RenderedRelease = {
    name,
    namespace,
    chart: { name: chart.metadata.name, version, ...(appVersion === "" ? {} : { appVersion }) },
    text: manifestText({ crds, manifests, hooks: shown }),
    objects: manifests.flatMap(objectOf),
    hooks: hooks.flatMap(objectOf),
    userValues: plainValues(userValues),
    chartValues: plainValues(chart.values as GoMap),
    ...(notes === "" ? {} : { notes }),
    diagnostics: [],
  };
  return { value, parts: { manifests, hooks } };
}

const escapeRegExp = (text: string) => text.replace(/[\\^$.*+?()[\]{}|-]/g, "\\$&");

/** The place in Chart.yaml that an expression finds. */
function chartYamlAt(chart: Chart, expression: RegExp): { file: string; place: Place | undefined } {
  const bytes = chart.raw.find((file) => file.path === "Chart.yaml")?.bytes;
  return { file: shownFile(chart, "Chart.yaml"), place: bytes && placeOfMatch(decodeGo(bytes), expression) };
}

const RELEASE_NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

function checkReleaseName(name: string): void {
  if (name === "") throw new Failure("CHART_RELEASE_NAME", "release name check failed: release name is required");
  if (name.length <= 53 && RELEASE_NAME.test(name)) return;
  throw new Failure(
    "CHART_RELEASE_NAME",
    `release name check failed: release name ${quoteGo(name)}: invalid release name, must match regex ${RELEASE_NAME.source} and the length must not be longer than 53`,
  );
}

function functionsFor(options: RenderReleaseOptions): FunctionTable {
  const { clock, randomBytes, lookup } = options;
  if (!clock && !randomBytes && !lookup) {
    sharedFunctions ??= helmFunctions();
    return sharedFunctions;
  }
  return helmFunctions({
    ...(clock ? { clock } : {}),
    ...(randomBytes ? { randomBytes } : {}),
    ...(lookup ? { lookup: (...about) => fromJs(lookup(...about) ?? {}) } : {}),
  });
}

/** Masterminds' rules are those of sprig's `semverCompare`; what it refuses is not satisfied. */
function satisfiesVersion(functions: FunctionTable, constraint: string, version: string): boolean {
  try {
    return functions.semverCompare!.call([constraint, version], undefined as never) === true;
  } catch {
    return false;
  }
}

function releaseObject(name: string, namespace: string, isUpgrade: boolean): GoMap {
  return new Map<string, GoValue>([
    ["Name", name],
    ["Namespace", namespace],
    ["IsUpgrade", isUpgrade],
    ["IsInstall", !isUpgrade],
    ["Revision", goInt(1)],
    ["Service", "Helm"],
  ]);
}

/** Takes the notes out of what was rendered. */
function takeNotes(rendered: Map<string, string>, work: WorkChart, withSubcharts: boolean): string {
  const notes: string[] = [];
  for (const [path, text] of rendered) {
    if (!path.endsWith("NOTES.txt")) continue;
    if (withSubcharts || path === `${work.name}/templates/NOTES.txt`) notes.push(text);
    rendered.delete(path);
  }
  return notes.join("\n");
}

function crdFiles(work: WorkChart): { source: string; text: string }[] {
  const path = fullPath(work);
  const own = work.chart.files
    .filter((file) => file.path.startsWith("crds/") && /\.(?:ya?ml|json)$/i.test(file.path))
    .map((file) => ({ source: `${path}/${file.path}`, text: decodeGo(file.bytes) }));
  return [...own, ...work.dependencies.flatMap(crdFiles)];
}

function objectOf(manifest: Manifest): KubeObject[] {
  const data = toPlain(manifest.data);
  if (typeof data !== "object" || data === null || Array.isArray(data) || manifest.kind === "") return [];
  return [data as KubeObject];
}

function plainValues(values: GoMap): unknown {
  return toJs(copyDeep(values));
}
