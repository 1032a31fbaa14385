import { GoInt, GoStruct, type GoValue, goTypeOf, isNilContainer } from "@epicube/gotemplate";
import { compareBytes } from "./keys.js";
import { formatJsonFloat } from "./number.js";

/** A value that JSON cannot hold; `message` is Go's. */
export class JsonError extends Error {}

const MAX_DEPTH = 1000;

/** Go's `json.Marshal`: keys sorted by bytes, `<`, `>`, `&`, U+2028 and U+2029 escaped, `[]byte` as base64. @throws JsonError */
export function encodeJson(value: GoValue, depth = 0): string {
  if (depth > MAX_DEPTH) throw new JsonError("json: unsupported value: encountered a cycle");
  switch (typeof value) {
    case "string":
      return quoteJson(value);
    case "boolean":
      return value ? "true" : "false";
    case "number": {
      const text = formatJsonFloat(value);
      if (text === undefined) throw new JsonError(`json: unsupported value: ${Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf"}`);
      return text;
    }
    case "undefined":
      return "null";
  }
  if (value === null || isNilContainer(value)) return "null";
  if (value instanceof GoInt) return value.toString();
  if (value instanceof Uint8Array) return quoteJson(Buffer.from(value).toString("base64"));
  if (Array.isArray(value)) return `[${value.map((item) => encodeJson(item, depth + 1)).join(",")}]`;
  if (value instanceof Map) {
    const keys = [...value.keys()].sort(compareBytes);
    return `{${keys.map((key) => `${quoteJson(key)}:${encodeJson(value.get(key), depth + 1)}`).join(",")}}`;
  }
  if (value instanceof GoStruct) {
    return `{${jsonFields(value)
      .map(([name, item]) => `${quoteJson(name)}:${encodeJson(item, depth + 1)}`)
      .join(",")}}`;
  }
  throw new JsonError("json: unsupported type: complex128");
}

/** Names that a struct's tags give its fields in JSON; such fields are left out when they are empty. */
const JSON_NAMES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "version.BuildInfo": {
    Version: "version",
    GitCommit: "git_commit",
    GitTreeState: "git_tree_state",
    GoVersion: "go_version",
    KubeClientVersion: "kube_client_version",
  },
};

/** The fields of a struct that JSON shows, by their names there. */
export function jsonFields(value: GoStruct): [string, GoValue][] {
  const names = JSON_NAMES[goTypeOf(value)?.name ?? ""];
  return [...value.fields].flatMap(([name, item]): [string, GoValue][] => {
    if (!/^\p{Lu}/u.test(name)) return [];
    return names && item === "" ? [] : [[names?.[name] ?? name, item]];
  });
}

const NEEDS_ESCAPE = /["\\<>&\u0000-\u001f\u2028\u2029\ud800-\udfff]/;
const SHORT: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

/** A text as a JSON string. Bytes that are no UTF-8 become U+FFFD. */
export function quoteJson(text: string): string {
  if (!NEEDS_ESCAPE.test(text)) return `"${text}"`;
  const body = text.replace(
    /[\ud800-\udbff][\udc00-\udfff]|["\\<>&\u0000-\u001f\u2028\u2029\ud800-\udfff]/g,
    (found) => SHORT[found] ?? (found.length === 2 ? found : escapeUnit(found.charCodeAt(0))),
  );
  return `"${body}"`;
}

const escapeUnit = (code: number) => (code >= 0xd800 && code <= 0xdfff ? "\\ufffd" : `\\u${code.toString(16).padStart(4, "0")}`);
