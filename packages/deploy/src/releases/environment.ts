import type { KubeObject } from "@epicube/core/seams";
import type { Release } from "./release.js";
import { type Fields, fieldsOf, listOf, own, textOf } from "./shape.js";
import { readSource } from "./sources.js";
import type { Report } from "./workload.js";

/** What Kubernetes accepts as the name of a variable, without `=` and controls. */
const NAME = /^[A-Za-z_.-][A-Za-z0-9_.-]*$/;

/** The environment that the manifest gives to a container: `envFrom`, then `env` with `valueFrom` and `$(NAME)` references resolved. */
export function parseEnvironment(
  release: Release,
  workload: KubeObject,
  container: Fields,
  report: Report,
): { environment: Record<string, string>; reads: string[] } {
  const variables = new Map<string, string>();
  const reads: string[] = [];
  const place = `${workload.kind}/${workload.metadata.name} spec.template.spec.containers[0]`;
  for (const [index, item] of listOf(own(container, "envFrom")).entries()) {
    const entry = fieldsOf(item);
    const where = `${place}.envFrom[${index}]`;
    const prefix = textOf(own(entry, "prefix")) ?? "";
    for (const [field, kind] of [
      ["configMapRef", "ConfigMap"],
      ["secretRef", "Secret"],
    ] as const) {
      const reference = fieldsOf(own(entry, field));
      const name = textOf(own(reference, "name"));
      if (name === undefined) continue;
      reads.push(`${kind}/${name}`);
      const source = readSource(release, kind, name, own(reference, "optional") === true, where, report);
      for (const [key, bytes] of source ?? []) if (NAME.test(key)) variables.set(prefix + key, new TextDecoder().decode(bytes));
    }
  }
  for (const [index, item] of listOf(own(container, "env")).entries()) {
    const entry = fieldsOf(item);
    const where = `${place}.env[${index}]`;
    const name = textOf(own(entry, "name"));
    if (name === undefined || !NAME.test(name)) {
      report("ENV_INVALID", "error", `${where}.name`, `${JSON.stringify(own(entry, "name"))} is no name of an environment variable`);
      continue;
    }
    const from = fieldsOf(own(entry, "valueFrom"));
    const value = from ? readValueFrom(release, workload, from, where, reads, report) : (own(entry, "value") ?? "");
    if (value === undefined) continue;
    if (typeof value !== "string" || value.includes("\0")) {
      report("ENV_INVALID", "error", `${where}.value`, `the value of ${name} must be a string without NUL; quote it in the chart's values`);
      continue;
    }
    variables.set(name, from ? value : expandReferences(value, variables));
  }
  return { environment: Object.fromEntries(variables), reads };
}

/** Kubernetes' rule: `$(NAME)` of a variable defined before, `$$` is one dollar, an unknown name stays as it is written. */
export function expandReferences(value: string, variables: ReadonlyMap<string, string>): string {
  return value.replace(/\$\$|\$\(([^()]*)\)/g, (whole, name: string | undefined) =>
    whole === "$$" ? "$" : (variables.get(name ?? "") ?? whole),
  );
}

function readValueFrom(
  release: Release,
  workload: KubeObject,
  from: Fields,
  where: string,
  reads: string[],
  report: Report,
): string | undefined {
  for (const [field, kind] of [
    ["configMapKeyRef", "ConfigMap"],
    ["secretKeyRef", "Secret"],
  ] as const) {
    const reference = fieldsOf(own(from, field));
    if (!reference) continue;
    const name = textOf(own(reference, "name")) ?? "";
    const key = textOf(own(reference, "key")) ?? "";
    const optional = own(reference, "optional") === true;
    reads.push(`${kind}/${name}`);
    const source = readSource(release, kind, name, optional, `${where}.valueFrom`, report);
    if (!source) return undefined;
    const bytes = source.get(key);
    if (bytes) return new TextDecoder().decode(bytes);
    if (!optional) report("ENV_SOURCE_MISSING", "error", `${where}.valueFrom`, `${kind}/${name} has no key ${JSON.stringify(key)}`);
    return undefined;
  }
  const field = textOf(own(fieldsOf(own(from, "fieldRef")), "fieldPath"));
  const known = field === undefined ? undefined : podField(release, workload, field);
  if (known === undefined)
    report("ENV_SOURCE_MISSING", "error", `${where}.valueFrom`, `${field ?? Object.keys(from).join(", ")} is not known to a process`);
  return known;
}

/** The fields of a pod that a process can stand in for. */
function podField(release: Release, workload: KubeObject, field: string): string | undefined {
  const pod = workload.kind === "StatefulSet" ? `${workload.metadata.name}-0` : workload.metadata.name;
  const table: Record<string, string> = {
    "metadata.name": pod,
    "metadata.namespace": workload.metadata.namespace ?? release.namespace,
    "spec.nodeName": "localhost",
    "status.hostIP": "127.0.0.1",
    "status.podIP": "127.0.0.1",
  };
  if (Object.hasOwn(table, field)) return table[field];
  const match = /^metadata\.(labels|annotations)\['([^']+)'\]$/.exec(field);
  const template = fieldsOf(own(fieldsOf(own(workload, "spec")), "template"));
  return match ? (textOf(own(fieldsOf(own(fieldsOf(own(template, "metadata")), match[1]!)), match[2]!)) ?? "") : undefined;
}
