import type { KubeObject } from "@epicube/core/seams";
import type { CheckedRelease } from "../releases/check-releases.js";
import type { Release } from "../releases/release.js";
import { diffFields } from "./diff.js";
import type { FieldChange, PlannedChange } from "./plan-data.js";

/** Kinds that hold data: never deleted because a release no longer names them. */
const PROTECTED = new Set(["PersistentVolumeClaim", "PersistentVolume", "Namespace", "CustomResourceDefinition"]);

const keyOf = (object: KubeObject) => `${object.apiVersion}/${object.kind}/${object.metadata.namespace ?? ""}/${object.metadata.name}`;

const referenceOf = (object: KubeObject): PlannedChange["object"] => ({
  apiVersion: object.apiVersion,
  kind: object.kind,
  name: object.metadata.name,
  ...(object.metadata.namespace === undefined ? {} : { namespace: object.metadata.namespace }),
});

/** What becomes of each object of one release, against the release as it is recorded. */
export function planRelease({ release, workload }: CheckedRelease, recorded: Release | undefined): PlannedChange[] {
  const before = new Map((recorded?.objects ?? []).map((object) => [keyOf(object), object]));
  const changes: PlannedChange[] = [];
  for (const object of release.objects) {
    const old = before.get(keyOf(object));
    before.delete(keyOf(object));
    const base = { release: release.name, object: referenceOf(object) };
    if (!old) {
      changes.push({ ...base, action: "create", fields: [], restartsPod: false });
      continue;
    }
    const fields = diffFields(old, object).map((field) => redact(object.kind, field));
    const because = restartReason(object, fields, workload.kind, workload.reads);
    changes.push({
      ...base,
      action: fields.length === 0 ? "none" : "update",
      fields,
      restartsPod: because !== undefined,
      ...(because === undefined ? {} : { because }),
    });
  }
  for (const object of before.values()) {
    const base = { release: release.name, object: referenceOf(object), fields: [], restartsPod: false };
    changes.push(
      PROTECTED.has(object.kind)
        ? { ...base, action: "none", because: `a ${object.kind} is never deleted by a deployment` }
        : { ...base, action: "delete" },
    );
  }
  return changes;
}

/** Of a Secret it is told that a value changed, not what it is. */
function redact(kind: string, field: FieldChange): FieldChange {
  return kind === "Secret" && /^\/(data|stringData)(\/|$)/.test(field.path) ? { path: field.path, secret: true } : field;
}

function restartReason(object: KubeObject, fields: readonly FieldChange[], workloadKind: string, reads: readonly string[]) {
  const first = (prefix: string) => fields.find((field) => field.path.startsWith(prefix))?.path;
  if (object.kind === workloadKind) {
    const path = first("/spec/template/spec");
    return path === undefined ? undefined : `${path} changes`;
  }
  if (!reads.includes(`${object.kind}/${object.metadata.name}`)) return undefined;
  const path = first("/data") ?? first("/binaryData") ?? first("/stringData");
  return path === undefined ? undefined : `${path} of ${object.kind}/${object.metadata.name} changes, which the IOC reads`;
}
