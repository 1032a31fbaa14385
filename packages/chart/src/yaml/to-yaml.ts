import { encodeJson, GoInt, GoStruct, type GoValue, goTypeOf, isNilContainer } from "@epicube/gotemplate";
import { type EmitTree, emitYaml, PlainText } from "./emit.js";
import { formatFloatG, formatJsonFloat } from "./number.js";
import { resolvePlain } from "./resolve.js";

/** Why a value has no YAML form; `message` is helm's text. `toYaml` swallows it and gives "". */
export class ToYamlError extends Error {}

const MAX_DEPTH = 1000;
const NO_YAML = /[\u007f-\u0084\u0086-\u009f\ufffe\uffff]/;
const ODD = /[\u0085\ud800-\udfff]|[\u007f-\u0084\u0086-\u009f\ufffe\uffff]/;

/**
 * Helm's `toYaml` with the trailing newline: the value goes through JSON, whose text is read as YAML, which is written again.
 * That way a number loses its type and a few characters change; this does all three steps in one.
 *
 * @throws ToYamlError
 */
export function marshalYaml(value: GoValue): string {
  return emitYaml(viaJson(value, 0), { version: 2 });
}

function viaJson(value: GoValue, depth: number): EmitTree {
  if (depth > MAX_DEPTH) throw new ToYamlError("json: unsupported value: encountered a cycle");
  switch (typeof value) {
    case "string":
      return ODD.test(value) ? throughFlowScalar(value) : value;
    case "boolean":
      return value;
    case "number": {
      const text = formatJsonFloat(value);
      if (text === undefined) throw new ToYamlError(`json: unsupported value: ${value}`);
      return new PlainText(numberThroughYaml(text));
    }
    case "undefined":
      return null;
  }
  if (value === null || isNilContainer(value)) return null;
  if (value instanceof GoInt) return new PlainText(numberThroughYaml(value.toString()));
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (Array.isArray(value)) return value.map((item) => viaJson(item, depth + 1));
  if (value instanceof GoStruct) {
    const json = goTypeOf(value)?.json;
    return viaJson(json ? json(value as never) : new Map(value.fields), depth + 1);
  }
  if (value instanceof Map) {
    const tree = new Map<string, EmitTree>();
    for (const [key, item] of value) {
      tree.set(keyThroughYaml(key), viaJson(item, depth + 1));
    }
    return tree;
  }
  throw new ToYamlError("json: unsupported type: complex128");
}

function numberThroughYaml(text: string): string {
  const { value } = resolvePlain(text);
  if (typeof value === "bigint") return value.toString();
  return typeof value === "number" ? formatFloatG(value) : text;
}

/** Keys of JSON are simple keys to YAML: on one line and at most 1024 characters long. */
function keyThroughYaml(key: string): string {
  const odd = ODD.test(key);
  if (key.length > 160 && [...encodeJson(key)].length > 1024) throw new ToYamlError("yaml: did not find expected ',' or '}'");
  if (!odd) return key;
  const read = throughFlowScalar(key);
  if (key.includes("\u0085")) throw new ToYamlError("yaml: did not find expected ',' or '}'");
  return read;
}

/** A text written as JSON string and read as YAML double-quoted scalar. */
function throughFlowScalar(text: string): string {
  const valid = text.replace(/[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]/g, (found) => (found.length === 2 ? found : "\ufffd"));
  if (NO_YAML.test(valid)) throw new ToYamlError("yaml: control characters are not allowed");
  if (!valid.includes("\u0085")) return valid;
  if (/\u0085(?:---|\.\.\.)(?:[ \u0085]|$)/.test(valid)) throw new ToYamlError("yaml: found unexpected document indicator");
  // U+0085 ends a line: blanks around it go, one becomes a space, n become n - 1 newlines
  return valid.replace(/ *\u0085[ \u0085]*/g, (found) => {
    const breaks = found.length - found.replaceAll("\u0085", "").length;
    return breaks === 1 ? " " : "\n".repeat(breaks - 1);
  });
}

/** Helm's `toYaml`: "" for what has no YAML form. */
export function toYaml(value: GoValue): string {
  try {
    return trimNewline(marshalYaml(value));
  } catch (error) {
    if (error instanceof ToYamlError) return "";
    throw error;
  }
}

/** Helm's `toYamlPretty`: lists are indented, nothing is folded, numbers keep Go's form. "" for what has no YAML form. */
export function toYamlPretty(value: GoValue): string {
  return trimNewline(emitYaml(direct(value), { version: 3 }));
}

function direct(value: GoValue): EmitTree {
  switch (typeof value) {
    case "string":
      return value;
    case "boolean":
      return value;
    case "number":
      return new PlainText(Number.isNaN(value) ? ".nan" : Number.isFinite(value) ? formatFloatG(value) : value > 0 ? ".inf" : "-.inf");
    case "undefined":
      return null;
  }
  if (value === null) return null;
  if (value instanceof GoInt) return new PlainText(value.toString());
  if (value instanceof Uint8Array) return Array.from(value, (byte) => new PlainText(String(byte)));
  if (Array.isArray(value)) return value.map(direct);
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, direct(item)]));
  if (value instanceof GoStruct) {
    const fields = [...value.fields].filter(([name]) => /^\p{Lu}/u.test(name));
    return new Map(fields.map(([name, item]) => [name.toLowerCase(), direct(item)]));
  }
  return null;
}

function trimNewline(text: string): string {
  return text.endsWith("\n") ? text.slice(0, -1) : text;
}
