import type { Checked, Diagnostic } from "@epicube/core";
import type { KubeObject } from "@epicube/core/seams";
import { parseEnvironment } from "./environment.js";
import { isIocName } from "./ioc-name.js";
import { type MountedFile, parseMounts } from "./mounts.js";
import type { Release } from "./release.js";
import { type Fields, fieldsOf, listOf, own, textOf } from "./shape.js";

/** What a process needs of a release: the first container of its StatefulSet or Deployment. */
export interface Workload {
  readonly name: string;
  readonly kind: string;
  /** 0: asked to be stopped. */
  readonly replicas: number;
  readonly image?: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Files of the instance's config folder. */
  readonly config: readonly MountedFile[];
  /** Generated files. */
  readonly runtime: readonly MountedFile[];
  /** ConfigMaps and Secrets that the container reads, as `KIND/NAME`: a change of one restarts the IOC. */
  readonly reads: readonly string[];
}

/** Adds a finding about one place of a release. */
export type Report = (code: string, severity: Diagnostic["severity"], where: string, message: string, help?: string) => void;

/**
 * Reads the workload of a release. Findings name the release, the object and the field; there is no value when one is an error.
 */
export function parseWorkload(release: Release): Checked<Workload> {
  const diagnostics: Diagnostic[] = [];
  const report: Report = (code, severity, where, message, help) => {
    const message_ = `release ${JSON.stringify(release.name)}, ${where}: ${message}`;
    diagnostics.push({ code, severity, message: message_, ...(help === undefined ? {} : { help }) });
  };
  if (!isIocName(release.name)) {
    report("IOC_NAME_INVALID", "error", "name", "must be lower-case letters, digits and hyphens, at most 52 of them");
    return { diagnostics };
  }
  for (const [index, candidate] of release.objects.entries()) {
    const fields = fieldsOf(candidate);
    const named = [own(fields, "apiVersion"), own(fields, "kind"), own(fieldsOf(own(fields, "metadata")), "name")];
    if (!named.every((name) => typeof name === "string" && name !== ""))
      report("OBJECT_INVALID", "error", `objects[${index}]`, "needs apiVersion, kind and metadata.name");
  }
  const object = diagnostics.length === 0 ? findWorkload(release, report) : undefined;
  if (!object) return { diagnostics };
  const where = `${object.kind}/${object.metadata.name}`;
  const spec = fieldsOf(own(object, "spec"));
  const podSpec = fieldsOf(own(fieldsOf(own(spec, "template")), "spec"));
  const container = fieldsOf(listOf(own(podSpec, "containers"))[0]);
  if (!podSpec || !container) {
    report("WORKLOAD_INVALID", "error", `${where} spec.template.spec.containers`, "has no container");
    return { diagnostics };
  }
  const { environment, reads: environmentReads } = parseEnvironment(release, object, container, report);
  const mounts = parseMounts(release, where, podSpec, container, report);
  if (diagnostics.some((diagnostic) => diagnostic.severity === "error")) return { diagnostics };
  const image = textOf(own(container, "image"));
  return {
    diagnostics,
    value: {
      name: release.name,
      kind: object.kind,
      replicas: replicasOf(spec, where, report),
      ...(image === undefined ? {} : { image }),
      environment,
      config: mounts.config,
      runtime: mounts.runtime,
      reads: [...new Set([...environmentReads, ...mounts.reads])].sort(),
    },
  };
}

function replicasOf(spec: Fields | undefined, where: string, report: Report): number {
  const replicas = own(spec, "replicas") ?? 1;
  if (typeof replicas === "number" && replicas > 1)
    report("REPLICAS_IGNORED", "warning", `${where} spec.replicas`, `is ${replicas}, an IOC runs once`);
  return replicas === 0 ? 0 : 1;
}

function findWorkload(release: Release, report: Report): KubeObject | undefined {
  const workloads = release.objects.filter((object) => object.kind === "StatefulSet" || object.kind === "Deployment");
  const named = workloads.find((object) => object.metadata.name === release.name) ?? workloads[0];
  if (named) return named;
  const there = release.objects.map((object) => `${object.kind}/${object.metadata.name}`);
  report(
    "WORKLOAD_MISSING",
    "error",
    "objects",
    `no StatefulSet or Deployment among ${there.length === 0 ? "no objects at all" : there.join(", ")}`,
    "the chart of this instance must render one",
  );
  return undefined;
}
