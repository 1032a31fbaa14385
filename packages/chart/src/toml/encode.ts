import { compareGo, GoError, GoInt, type GoMap, GoStruct, type GoValue } from "@epicube/gotemplate";
import { formatFloatG } from "../yaml/number.js";

const MAX_DEPTH = 500;
const isTable = (value: GoValue): value is GoMap => value instanceof Map;
const isTableArray = (value: GoValue): value is GoMap[] => Array.isArray(value) && value.length > 0 && value.every(isTable);
const isNil = (value: GoValue) => value === null || value === undefined;

/** TOML as helm's `toToml` writes it: keys sorted, values before tables, tables below the top indented by two. @throws GoError with the encoder's text */
export function encodeToml(value: GoValue): string {
  if (isNil(value)) throw new GoError("reflect: call of reflect.Value.Type on zero Value");
  if (!isTable(value)) return element(value, 0);
  let out = "";
  const write = (text: string) => {
    out += text;
  };
  const table = (map: GoMap, path: readonly string[]): void => {
    if (path.length > MAX_DEPTH) throw new GoError("toml: encountered a cycle");
    const keys = [...map.keys()].sort(compareGo);
    const later: string[] = [];
    for (const key of keys) {
      const item = map.get(key);
      if (isNil(item)) continue;
      if (isTable(item) || isTableArray(item)) later.push(key);
      else write(`${"  ".repeat(path.length)}${quoteKey(key)} = ${element(item, 0)}\n`);
    }
    for (const key of later) {
      const item = map.get(key);
      const full = [...path, key];
      const head = full.map(quoteKey).join(".");
      const pad = "  ".repeat(full.length - 1);
      if (isTable(item)) {
        if (full.length === 1 && out !== "") write("\n");
        write(`${pad}[${head}]\n`);
        table(item, full);
      } else {
        for (const one of item as GoMap[]) {
          if (out !== "") write("\n");
          write(`${pad}[[${head}]]\n`);
          table(one, full);
        }
      }
    }
  };
  table(value, []);
  return out;
}

function element(value: GoValue, depth: number): string {
  if (depth > MAX_DEPTH) throw new GoError("toml: encountered a cycle");
  if (typeof value === "string") return quoteText(value);
  if (typeof value === "boolean") return String(value);
  if (typeof value === "number") return floatText(value);
  if (value instanceof GoInt) return value.toString();
  if (value instanceof Uint8Array) return `[${Array.from(value).join(", ")}]`;
  if (Array.isArray(value)) {
    if (value.some(isNil)) throw new GoError("toml: cannot encode array with nil element");
    return `[${value.map((item) => element(item, depth + 1)).join(", ")}]`;
  }
  if (isTable(value)) {
    const keys = [...value.keys()].sort(compareGo).filter((key) => !isNil(value.get(key)));
    return `{${keys.map((key) => `${quoteKey(key)} = ${element(value.get(key), depth + 1)}`).join(", ")}}`;
  }
  if (value instanceof GoStruct) return element(new Map(value.fields), depth + 1);
  throw new GoError("toml: unsupported type");
}

function floatText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  const plain = formatFloatG(value);
  return plain.includes(".") || plain.includes("e") ? plain : `${plain}.0`;
}

function quoteKey(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : quoteText(key);
}

const NAMED: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\f": "\\f",
  "\r": "\\r",
};

function quoteText(text: string): string {
  const body = text.replace(
    /["\\\u0000-\u001f\u007f]/g,
    (found) => NAMED[found] ?? `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `"${body}"`;
}
