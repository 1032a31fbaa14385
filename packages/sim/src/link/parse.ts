/** A link as the IOC shows it: with its modifiers spelt out. */
export function showLink(text: string, kind: "INLINK" | "OUTLINK" | "FWDLINK"): string {
  const link = parseLink(text, kind);
  if (link.kind !== "record") return text.trim();
  const name = text.trim().split(/[ \t]+/, 1)[0]!;
  if (kind === "FWDLINK") return link.remote ? `${name} CA` : name;
  return `${name} ${link.follow ?? (link.process ? "PP" : link.remote ? "CA" : "NPP")} ${link.severity}`;
}

/** Which alarm a link hands on: none, its severity, severity and status, or only INVALID. */
export type LinkSeverity = "NMS" | "MS" | "MSS" | "MSI";

/** A link field, parsed. */
export type Link =
  | { readonly kind: "none" }
  | { readonly kind: "constant"; readonly text: string; readonly array?: readonly (number | string)[] }
  | {
      readonly kind: "record";
      /** Name and field as written; the field is VAL by default (empty for forward links). */
      readonly record: string;
      readonly field: string;
      /** Process a passive target before reading, or after writing. */
      readonly process: boolean;
      readonly severity: LinkSeverity;
      /** `CA`: asked to go through the network; here it makes no difference. */
      readonly remote: boolean;
      /** `CP`: process this record when the target changes; `CPP`: only when this record is passive. */
      readonly follow: "CP" | "CPP" | undefined;
    }
  | { readonly kind: "unsupported"; readonly text: string };

const NUMBER = /^[-+]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|0[xX][0-9a-fA-F]+|inf(?:inity)?|nan)$/i;

/** JSON of links is relaxed: bare keys and words, single quotes. Gives undefined for what is no JSON. */
function parseRelaxedJson(text: string): unknown {
  const strict = text.replace(/'((?:[^'\\]|\\.)*)'|"(?:[^"\\]|\\.)*"|([A-Za-z_+][\w+.-]*)/g, (whole, single: string, bare: string) => {
    if (single !== undefined) return JSON.stringify(single);
    if (bare !== undefined) return /^(true|false|null)$/.test(bare) ? bare : JSON.stringify(bare);
    return whole;
  });
  try {
    return JSON.parse(strict);
  } catch {
    return undefined;
  }
}

function constantArray(value: unknown): readonly (number | string)[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.every((item) => typeof item === "number" || typeof item === "string") ? value : undefined;
}

function parseJsonLink(text: string): Link {
  const value = parseRelaxedJson(text);
  const array = constantArray(value);
  if (array) return { kind: "constant", text, array };
  if (typeof value !== "object" || value === null) return { kind: "unsupported", text };
  const [entry] = Object.entries(value as Record<string, unknown>);
  if (entry?.[0] === "const") {
    const inner = constantArray(entry[1]);
    if (inner) return { kind: "constant", text: "", array: inner };
    if (typeof entry[1] === "number" || typeof entry[1] === "string") return { kind: "constant", text: String(entry[1]) };
  }
  return { kind: "unsupported", text };
}

/**
 * Parses the text of a link field: a number, a record name with modifiers (`X:Y.VAL PP MS`), `{const: …}`, an array, or nothing. Hardware
 * addresses (`@…`) and other JSON links are `unsupported`.
 */
export function parseLink(text: string, kind: "INLINK" | "OUTLINK" | "FWDLINK"): Link {
  const trimmed = text.trim();
  if (trimmed === "") return { kind: "none" };
  if (NUMBER.test(trimmed)) return { kind: "constant", text: trimmed };
  if (trimmed[0] === "{" || trimmed[0] === "[") return parseJsonLink(trimmed);
  if (trimmed[0] === "@" || trimmed[0] === "#") return { kind: "unsupported", text: trimmed };
  const [name, ...modifiers] = trimmed.split(/[ \t]+/);
  const dot = name!.indexOf(".");
  const has = (word: string) => modifiers.includes(word);
  return {
    kind: "record",
    record: dot === -1 ? name! : name!.slice(0, dot),
    field: dot === -1 ? "VAL" : name!.slice(dot + 1),
    process: has("PP") || kind === "FWDLINK",
    severity: has("MSS") ? "MSS" : has("MSI") ? "MSI" : has("MS") ? "MS" : "NMS",
    remote: has("CA"),
    follow: kind === "INLINK" ? (has("CPP") ? "CPP" : has("CP") ? "CP" : undefined) : undefined,
  };
}
