import { conversionMessage, jsonKind, readYaml, scalarText, type YamlData, YamlError } from "../yaml/decode.js";

/** One rendered document. */
export interface Manifest {
  /** `CHART/templates/FILE`. */
  readonly source: string;
  readonly text: string;
  readonly kind: string;
  readonly data: YamlData;
}

/** A document that is a hook. */
export interface Hook extends Manifest {
  readonly events: readonly string[];
}

/** Helm's text of a document that it refuses. */
export class ManifestError extends Error {
  readonly source: string;
  /** The fault by itself. */
  readonly reason: string;
  /** The line of the rendered text that is at fault, where it is known. */
  readonly excerpt: string | undefined;
  constructor(message: string, source: string, reason: string, excerpt?: string) {
    super(message);
    this.source = source;
    this.reason = reason;
    this.excerpt = excerpt;
  }
}

const SPACE = /[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

/** Go's `strings.TrimSpace`. */
export function trimSpace(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && SPACE.test(text[from]!)) from++;
  while (to > from && SPACE.test(text[to - 1]!)) to--;
  return text.slice(from, to);
}

const isBlank = (code: number) => code === 0x20 || code === 0x0a || code === 0x09 || code === 0x0d || code === 0x0c;

/** Splits rendered text at lines that begin with `---`; blanks around them go, empty documents too. */
export function splitManifests(rendered: string): string[] {
  const text = trimSpace(rendered);
  const documents: string[] = [];
  let from = 0;
  let search = 0;
  const add = (document: string) => {
    if (document !== "") documents.push(trimSpace(document));
  };
  for (;;) {
    const at = text.indexOf("---", search);
    if (at === -1) break;
    if (at !== 0 && (text.charCodeAt(at - 1) !== 0x0a || at - 1 < from)) {
      search = at + 1;
      continue;
    }
    let start = at;
    while (start > from && isBlank(text.charCodeAt(start - 1))) start--;
    add(text.slice(from, start));
    from = at + 3;
    while (from < text.length && isBlank(text.charCodeAt(from))) from++;
    search = from;
  }
  add(text.slice(from));
  return documents;
}

/** The order in which helm installs kinds; others come after, by name. */
const INSTALL_ORDER = new Map(
  (
    "PriorityClass Namespace NetworkPolicy ResourceQuota LimitRange PodSecurityPolicy PodDisruptionBudget ServiceAccount Secret SecretList " +
    "ConfigMap StorageClass PersistentVolume PersistentVolumeClaim CustomResourceDefinition ClusterRole ClusterRoleList ClusterRoleBinding " +
    "ClusterRoleBindingList Role RoleList RoleBinding RoleBindingList Service DaemonSet Pod ReplicationController ReplicaSet Deployment " +
    "HorizontalPodAutoscaler StatefulSet Job CronJob IngressClass Ingress APIService MutatingWebhookConfiguration " +
    "ValidatingWebhookConfiguration"
  )
    .split(" ")
    .map((kind, index) => [kind, index]),
);

function compareKinds(a: Manifest, b: Manifest): number {
  const x = INSTALL_ORDER.get(a.kind);
  const y = INSTALL_ORDER.get(b.kind);
  if (x !== undefined && y !== undefined) return x - y;
  if (x !== undefined) return -1;
  if (y !== undefined) return 1;
  return a.kind === b.kind ? 0 : a.kind < b.kind ? -1 : 1;
}

const HOOK_EVENTS = new Set([
  "pre-install",
  "post-install",
  "pre-delete",
  "post-delete",
  "pre-upgrade",
  "post-upgrade",
  "pre-rollback",
  "post-rollback",
  "test",
  "test-success",
]);

/** Splits rendered files into documents and hooks, each in the order of installation. @throws ManifestError */
export function sortManifests(
  rendered: ReadonlyMap<string, string>,
  warn: (line: string) => void,
): { manifests: Manifest[]; hooks: Hook[] } {
  const manifests: Manifest[] = [];
  const hooks: Hook[] = [];
  for (const source of [...rendered.keys()].sort()) {
    for (const text of splitManifests(rendered.get(source)!)) {
      const { manifest, annotations } = readHead(source, text);
      const types = annotations?.get("helm.sh/hook");
      if (types === undefined) {
        manifests.push(manifest);
        continue;
      }
      const events = types.split(",").map((type) => trimSpace(type).toLowerCase());
      if (events.every((event) => HOOK_EVENTS.has(event)))
        hooks.push({ ...manifest, events: events.map((event) => (event === "test-success" ? "test" : event)) });
      else warn(`level=INFO msg="skipping unknown hooks" hookTypes=${types}`);
    }
  }
  return { manifests: manifests.sort(compareKinds), hooks: hooks.sort(compareKinds) };
}

/**
 * What a cluster reads: the document as it is printed, with the line end that trimming took away, else a block scalar at the end would lose its
 * own. Faults are told for the trimmed text, as helm does.
 */
function readDocument(text: string): YamlData {
  try {
    return readYaml(`${text}\n`);
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    return readYaml(text);
  }
}

function readHead(source: string, text: string): { manifest: Manifest; annotations: Map<string, string> | undefined } {
  let data: YamlData;
  try {
    data = readDocument(text);
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    const excerpt = error.line === undefined ? undefined : text.split("\n")[error.line - 1];
    throw new ManifestError(`YAML parse error on ${source}: ${conversionMessage(error)}`, source, error.reason, excerpt);
  }
  const refuse = (value: YamlData, what: string) => {
    const reason = `cannot unmarshal ${jsonKind(value)} into Go ${what}`;
    const message = `YAML parse error on ${source}: error unmarshaling JSON: while decoding JSON: json: ${reason}`;
    return new ManifestError(message, source, reason);
  };
  if (data === null) return { manifest: { source, text, kind: "", data }, annotations: undefined };
  if (!(data instanceof Map)) throw refuse(data, "value of type util.SimpleHead");
  const textOf = (map: Map<string, YamlData>, key: string, path: string): string => {
    const value = map.get(key);
    if (value === undefined || value === null) return "";
    if (typeof value === "object") throw refuse(value, `struct field ${path} of type string`);
    return scalarText(value);
  };
  textOf(data, "apiVersion", "SimpleHead.apiVersion");
  const kind = textOf(data, "kind", "SimpleHead.kind");
  const metadata = data.get("metadata") ?? null;
  let annotations: Map<string, string> | undefined;
  if (metadata !== null) {
    if (!(metadata instanceof Map))
      throw refuse(
        metadata,
        'struct field SimpleHead.metadata of type struct { Name string "json:\\"name\\""; Annotations map[string]string "json:\\"annotations\\"" }',
      );
    textOf(metadata, "name", ".metadata.name");
    const given = metadata.get("annotations") ?? null;
    if (given !== null) {
      if (!(given instanceof Map)) throw refuse(given, "struct field .metadata.annotations of type map[string]string");
      annotations = new Map();
      for (const key of given.keys()) annotations.set(key, textOf(given, key, ".metadata.annotations"));
    }
  }
  return { manifest: { source, text, kind, data }, annotations };
}
