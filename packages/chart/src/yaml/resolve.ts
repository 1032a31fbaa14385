/** What a plain scalar is by the rules of helm's YAML reader, a mixture of YAML 1.1 and 1.2. */
export type ResolvedTag = "null" | "bool" | "int" | "float" | "timestamp" | "str";

/** A scalar's tag and value. Integers are bigints, so that they stay apart from floats. */
export interface Resolved {
  readonly tag: ResolvedTag;
  readonly value: null | boolean | bigint | number | string;
}

const WORDS = new Map<string, Resolved>();
const word = (tag: ResolvedTag, value: Resolved["value"], ...texts: string[]) => {
  for (const text of texts) WORDS.set(text, { tag, value });
};
word("bool", true, "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON");
word("bool", false, "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF");
word("null", null, "", "~", "null", "Null", "NULL");
word("float", Number.NaN, ".nan", ".NaN", ".NAN");
word("float", Number.POSITIVE_INFINITY, ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF");
word("float", Number.NEGATIVE_INFINITY, "-.inf", "-.Inf", "-.INF");

const FLOAT = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;
const POINT_FLOAT = /^\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?$/;
const MAX_INT64 = (1n << 63n) - 1n;
const MIN_INT64 = -(1n << 63n);
const MAX_UINT64 = (1n << 64n) - 1n;

/** Resolves a plain scalar. */
export function resolvePlain(text: string): Resolved {
  const known = WORDS.get(text);
  if (known) return known;
  const first = text.charCodeAt(0);
  if (first === 0x2e) {
    const value = POINT_FLOAT.test(text) ? Number(text.replaceAll("_", "")) : Number.NaN;
    return Number.isFinite(value) ? { tag: "float", value } : { tag: "str", value: text };
  }
  if (!(first === 0x2b || first === 0x2d || (first >= 0x30 && first <= 0x39))) return { tag: "str", value: text };
  if (isTimestamp(text)) return { tag: "timestamp", value: text };
  const plain = text.replaceAll("_", "");
  const integer = parseGoInteger(plain);
  if (integer !== undefined) return { tag: "int", value: integer };
  if (FLOAT.test(plain)) {
    const value = Number(plain);
    if (Number.isFinite(value)) return { tag: "float", value };
  }
  const binary = /^(-?)0b([-+]?[01]+)$/.exec(plain);
  if (binary && !(binary[1] && /^[-+]/.test(binary[2]!))) {
    const digits = binary[2]!;
    const magnitude = BigInt(`0b${digits.replace(/^[-+]/, "")}`);
    const value = binary[1] || digits.startsWith("-") ? -magnitude : magnitude;
    if (value >= MIN_INT64 && value <= MAX_UINT64) return { tag: "int", value };
  }
  return { tag: "str", value: text };
}

/** Go's `ParseInt(text, 0, 64)`, then `ParseUint`: decimal, 0x, 0o, 0b and a leading 0 for octal. */
function parseGoInteger(text: string): bigint | undefined {
  const match = /^([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|([1-9][0-9]*|0))$/.exec(text);
  if (!match) return undefined;
  const [, sign, hex, binary, octal, decimal] = match;
  const magnitude = BigInt(
    hex !== undefined ? `0x${hex}` : binary !== undefined ? `0b${binary}` : octal !== undefined ? `0o${octal}` : decimal!,
  );
  if (sign === "-") return -magnitude >= MIN_INT64 ? -magnitude : undefined;
  if (magnitude <= MAX_INT64) return magnitude;
  return sign === "" && magnitude <= MAX_UINT64 ? magnitude : undefined;
}

const TIMESTAMP =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[Tt](\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,]\d+)?(?:Z|[-+](\d\d):(\d\d))| +(\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,]\d+)?)?$/;

/** Whether go-yaml takes a text for a time; such texts stay texts, but are quoted when written. */
export function isTimestamp(text: string): boolean {
  if (text.charCodeAt(4) !== 0x2d) return false;
  const match = TIMESTAMP.exec(text);
  if (!match) return false;
  const at = (index: number) => Number(match[index] ?? 0);
  const [year, month, day] = [at(1), at(2), at(3)];
  if (month < 1 || month > 12 || day < 1 || day > new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate()) return false;
  return at(4) < 24 && at(5) < 60 && at(6) < 60 && at(7) <= 24 && at(8) <= 60 && at(9) < 24 && at(10) < 60 && at(11) < 60;
}

const BASE60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;

/** A sexagesimal number of YAML 1.1: read as a text, but quoted when written. */
export function isBase60(text: string): boolean {
  return text.includes(":") && BASE60.test(text);
}
