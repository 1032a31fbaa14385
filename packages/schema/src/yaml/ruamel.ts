import type { ScalarResolver } from "@epicube/core/yaml";
import { parseInteger } from "../python/numbers.js";
import { PyBytes, PyDate, type PyValue } from "../python/value.js";

const TAG = "tag:yaml.org,2002:";
type Result = { readonly value: PyValue } | { readonly error: string };

const BOOL_12 = /^(?:true|True|TRUE|false|False|FALSE)$/;
const BOOL_11 = /^(?:y|Y|yes|Yes|YES|n|N|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/;
const FLOAT =
  /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[-+]?[0-9][0-9_]*[eE][-+]?[0-9]+|[-+]?\.[0-9_]+(?:[eE][-+][0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
const INT_12 = /^(?:[-+]?0b[01_]+|[-+]?0o?[0-7_]+|[-+]?[0-9_]+|[-+]?0x[0-9a-fA-F_]+)$/;
const INT_11 = /^(?:[-+]?0b[01_]+|[-+]?0?[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+)$/;
const NULL = /^(?:~|null|Null|NULL|)$/;
const TIMESTAMP =
  /^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:(?:[Tt]|[ \t]+)([0-9]{1,2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]*))?(?:[ \t]*(Z|([-+])([0-9]{1,2})(?::?([0-9]{2}))?))?)?$/;

/**
 * What a scalar is to ruamel.yaml's safe loader: YAML 1.2 with the leftovers of 1.1 that it keeps (timestamps, `0b`, underscores,
 * `014` as decimal 14). int is bigint, float is number, dates are {@link PyDate}.
 */
export const resolveRuamelScalar: ScalarResolver = ({ text, style, tag, version = "1.2" }): Result => {
  if (tag === "!" || tag === undefined) return style === "plain" ? implicit(text, version) : { value: text };
  if (!tag.startsWith(TAG)) return { error: `the tag ${tag} is unknown` };
  switch (tag.slice(TAG.length)) {
    case "str":
      return { value: text };
    case "null":
      return { value: null };
    case "bool":
      return boolean(text);
    case "int":
      return integer(text, version);
    case "float":
      return float(text, version);
    case "timestamp":
      return timestamp(text) ?? { error: `${JSON.stringify(text)} is no timestamp` };
    case "binary":
      return binary(text);
    default:
      return { error: `the tag !!${tag.slice(TAG.length)} is unknown` };
  }
};

/** Tags of maps and lists that the loader accepts; the sentence of the error otherwise. */
export function checkRuamelTag(tag: string, kind: "map" | "sequence"): string | undefined {
  const accepted = kind === "map" ? ["map", "set"] : ["seq"];
  if (tag === "!" || (tag.startsWith(TAG) && accepted.includes(tag.slice(TAG.length)))) return undefined;
  return `the tag ${tag.startsWith(TAG) ? `!!${tag.slice(TAG.length)}` : tag} is not supported here`;
}

function implicit(text: string, version: "1.1" | "1.2"): Result {
  const first = text[0];
  if (first === undefined) return { value: null };
  if ((first >= "0" && first <= "9") || first === "-" || first === "+" || first === ".") {
    if (FLOAT.test(text)) return float(text, version);
    if (first !== "." && (version === "1.1" ? INT_11 : INT_12).test(text)) return integer(text, version);
    if (/^[0-9]{4}-/.test(text) && isTimestamp(text)) return timestamp(text)!;
    return { value: text };
  }
  if ((version === "1.1" ? BOOL_11 : BOOL_12).test(text)) return boolean(text);
  if (NULL.test(text)) return { value: null };
  if (text === "=" || text === "<<") return { error: `a bare ${text} is a special value of YAML: put it in quotes` };
  return { value: text };
}

/** A date alone needs two digits for month and day; with a time, one will do. */
function isTimestamp(text: string): boolean {
  return TIMESTAMP.test(text) && (/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(text) || /[Tt \t]/.test(text));
}

function boolean(text: string): Result {
  const word = text.toLowerCase();
  if (["true", "yes", "on", "y"].includes(word)) return { value: true };
  if (["false", "no", "off", "n"].includes(word)) return { value: false };
  return { error: `${JSON.stringify(text)} is no bool` };
}

function integer(text: string, version: "1.1" | "1.2"): Result {
  const digits = text.replaceAll("_", "");
  const sign = /^[-+]/.exec(digits)?.[0] ?? "";
  const body = digits.slice(sign.length);
  let value: bigint | undefined;
  if (/^0[bxo]/.test(body)) value = parseInteger(body, 0);
  else if (version === "1.1" && /^0./.test(body)) value = parseInteger(body, 8);
  else value = parseInteger(body, 10);
  if (value === undefined) return { error: `${JSON.stringify(text)} is no integer` };
  return { value: sign === "-" ? -value : value };
}

function float(text: string, version: "1.1" | "1.2"): Result {
  const digits = text.replaceAll("_", "").toLowerCase();
  const sign = digits.startsWith("-") ? -1 : 1;
  const body = digits.replace(/^[-+]/, "");
  if (body === ".inf") return { value: sign * Number.POSITIVE_INFINITY };
  if (body === ".nan") return { value: Number.NaN };
  const value = /[0-9]/.test(body) && (version === "1.2" || !body.includes(":")) ? Number(body) : Number.NaN;
  return Number.isNaN(value) ? { error: `${JSON.stringify(text)} is no float` } : { value: sign * value };
}

function timestamp(text: string): Result | undefined {
  const match = TIMESTAMP.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second, fraction, zone, zoneSign, zoneHour, zoneMinute] = match;
  const days = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  if (
    Number(month) < 1 ||
    Number(month) > 12 ||
    Number(day) < 1 ||
    Number(day) > days ||
    Number(hour ?? 0) > 23 ||
    Number(minute ?? 0) > 59
  ) {
    return { error: `${JSON.stringify(text)} is no date` };
  }
  const two = (part: string) => part.padStart(2, "0");
  const date = `${year}-${two(month!)}-${two(day!)}`;
  if (hour === undefined) return { value: new PyDate("date", date) };
  const micro = fraction === undefined ? "" : fraction.slice(0, 6).padEnd(6, "0");
  const offset = zone === undefined ? "" : zone === "Z" ? "+00:00" : `${zoneSign}${two(zoneHour!)}:${zoneMinute ?? "00"}`;
  const seconds = `${two(second!)}${/[1-9]/.test(micro) ? `.${micro}` : ""}`;
  return { value: new PyDate("datetime", `${date} ${two(hour)}:${minute}:${seconds}${offset}`) };
}

function binary(text: string): Result {
  const packed = text.replace(/\s/g, "");
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(packed) || packed.length % 4 !== 0) return { error: "the text is no base64" };
  return { value: new PyBytes(Uint8Array.from(Buffer.from(packed, "base64"))) };
}
