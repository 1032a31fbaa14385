import type { Release } from "./release.js";
import { fieldsOf, own } from "./shape.js";
import type { Report } from "./workload.js";

/** The API server's own rule for a key; `.` and `..` and what begins with `..` are left out by it too. */
const KEY = /^(?!\.\.)(?!\.$)[-._a-zA-Z0-9]{1,253}$/;

/** True for a key that can be a file name of a mounted ConfigMap. */
export function isDataKey(key: string): boolean {
  return KEY.test(key);
}

const encoder = new TextEncoder();

/** The bytes under each key of a ConfigMap or Secret of the release. Undefined where it is not there: an error unless `optional`. */
export function readSource(
  release: Release,
  kind: "ConfigMap" | "Secret",
  name: string,
  optional: boolean,
  where: string,
  report: Report,
): Map<string, Uint8Array> | undefined {
  const object = release.objects.find((candidate) => candidate.kind === kind && candidate.metadata?.name === name);
  if (!object) {
    if (!optional) report("SOURCE_MISSING", "error", where, `${kind}/${name} is not among the release's objects`);
    return undefined;
  }
  const found = new Map<string, Uint8Array>();
  const fields = [
    { field: "binaryData", encoded: true },
    { field: "data", encoded: kind === "Secret" },
    { field: "stringData", encoded: false },
  ];
  for (const { field, encoded } of fields) {
    for (const [key, value] of Object.entries(fieldsOf(own(object, field)) ?? {})) {
      const at = `${kind}/${name} ${field}[${JSON.stringify(key)}]`;
      if (!isDataKey(key)) {
        report("DATA_KEY_INVALID", "error", at, "is no file name: letters, digits, '-', '_' and '.', not beginning with '..'");
      } else if (typeof value !== "string" || (encoded && !/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(value))) {
        report("DATA_INVALID", "error", at, encoded ? "must be base64 text" : "must be a string");
      } else {
        found.set(key, encoded ? Buffer.from(value, "base64") : encoder.encode(value));
      }
    }
  }
  return found;
}
