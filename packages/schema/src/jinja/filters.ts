import { sortValues } from "../python/attributes.js";
import { bindArguments } from "../python/call.js";
import { toFloatValue, toInt } from "../python/cast.js";
import { scaledRound, trimPython } from "../python/numbers.js";
import { binary, concatenate, iterate, length, ordered, truthy } from "../python/operators.js";
import { formatPercent } from "../python/percent.js";
import { capitalize, STRING_METHODS, splitLines, stripCharacters } from "../python/string-methods.js";
import { characters, str } from "../python/text.js";
import { hashKey, PyDict, PyError, PyIterator, PyTuple, type PyValue, typeName, Undefined } from "../python/value.js";
import { getItem } from "./access.js";
import { applyTest } from "./tests.js";

type Named = ReadonlyMap<string, PyValue>;
export type Filter = (value: PyValue, args: readonly PyValue[], named: Named) => PyValue;

function filter(
  name: string,
  parameters: readonly string[],
  defaults: readonly PyValue[],
  body: (value: PyValue, ...args: PyValue[]) => PyValue,
): Filter {
  return (value, args, named) => body(value, ...bindArguments(name, parameters, args, named, defaults));
}

function whole(value: PyValue): number {
  return Number(toInt(value));
}

function fold(value: PyValue, caseSensitive: PyValue): PyValue {
  return typeof value === "string" && !truthy(caseSensitive) ? value.toLowerCase() : value;
}

/** The value of `attribute`: names and indexes with dots between. */
function attributeGetter(attribute: PyValue, fallback?: PyValue): (item: PyValue) => PyValue {
  if (attribute === null) return (item) => item;
  const parts: PyValue[] =
    typeof attribute === "string" ? attribute.split(".").map((part) => (/^[0-9]+$/.test(part) ? BigInt(part) : part)) : [attribute];
  return (item) => {
    let value = item;
    for (const part of parts) {
      value = getItem(value, part);
      if (value instanceof Undefined && fallback !== undefined && fallback !== null) return fallback;
    }
    return value;
  };
}

function extreme(name: string, operator: "<" | ">"): Filter {
  return filter(name, ["case_sensitive", "attribute"], [false, null], (value, caseSensitive, attribute) => {
    const get = attributeGetter(attribute!);
    const items = iterate(value);
    if (items.length === 0) return new Undefined("No aggregated item, sequence was empty.");
    return items.reduce((best, item) =>
      ordered(operator, fold(get(item), caseSensitive!), fold(get(best), caseSensitive!)) ? item : best,
    );
  });
}

/** Python's `round` to decimals: exact, ties to even; integers stay integers. */
function round(value: PyValue, precision: PyValue, method: PyValue): PyValue {
  const digits = whole(precision);
  if (method === "common") {
    if (typeof value === "bigint" || typeof value === "boolean") {
      const integer = toInt(value);
      if (digits >= 0) return integer;
      const unit = 10n ** BigInt(-digits);
      const rounded = scaledRound(Number(integer < 0n ? -integer : integer), digits) * unit;
      return integer < 0n ? -rounded : rounded;
    }
    if (typeof value !== "number") throw new PyError("TypeError", `type ${typeName(value)} doesn't define __round__ method`);
    if (!Number.isFinite(value) || digits > 300) return value;
    const scaled = scaledRound(Math.abs(value), digits).toString();
    const text = digits > 0 ? `${scaled}e-${digits}` : `${scaled}e${-digits}`;
    const rounded = Number(text);
    return value < 0 || Object.is(value, -0) ? -rounded : rounded;
  }
  if (method !== "ceil" && method !== "floor") throw new PyError("ValueError", "method must be common, ceil or floor");
  const factor = 10 ** digits;
  const product = toFloatValue(value) * factor;
  const result = method === "ceil" ? Math.ceil(product) : Math.floor(product);
  return digits >= 0 ? result / factor : toFloatValue(result / factor);
}

function chosen(name: string, keep: boolean, byAttribute: boolean): Filter {
  return (value, args, named) => {
    if (named.size > 0) throw new PyError("TypeError", `${name}() takes no named arguments here`);
    const rest = [...args];
    let get = (item: PyValue) => item;
    if (byAttribute) {
      const attribute = rest.shift();
      if (attribute === undefined) throw new PyError("TypeError", "Missing parameter for attribute name");
      get = attributeGetter(attribute);
    }
    const test = rest.shift();
    const passes = (item: PyValue) => (test === undefined ? truthy(get(item)) : applyTest(str(test), get(item), rest));
    if (!truthy(value)) return new PyIterator("generator", []);
    return new PyIterator(
      "generator",
      iterate(value).filter((item) => passes(item) === keep),
    );
  };
}

function mapFilter(value: PyValue, args: readonly PyValue[], named: Named): PyValue {
  if (!truthy(value)) return new PyIterator("generator", []);
  const items = iterate(value);
  if (args.length === 0 && named.has("attribute")) {
    for (const key of named.keys()) {
      if (key !== "attribute" && key !== "default") throw new PyError("TypeError", `Unexpected keyword argument '${key}'`);
    }
    return new PyIterator("generator", items.map(attributeGetter(named.get("attribute")!, named.get("default"))));
  }
  const [name, ...rest] = args;
  if (name === undefined) throw new PyError("TypeError", "map requires a filter argument");
  return new PyIterator(
    "generator",
    items.map((item) => applyFilter(str(name), item, rest, named)),
  );
}

function indent(value: PyValue, width: PyValue, first: PyValue, blank: PyValue): PyValue {
  const pad = typeof width === "string" ? width : " ".repeat(whole(width));
  if (typeof value !== "string") {
    if (value instanceof Undefined) value.fail();
    throw new PyError("TypeError", `unsupported operand type(s) for +=: '${typeName(value)}' and 'str'`);
  }
  const text = `${value}\n`;
  const lines = splitLines(text);
  const body = truthy(blank)
    ? lines.join(`\n${pad}`)
    : lines.map((line, index) => (index === 0 || line === "" ? line : pad + line)).join("\n");
  return truthy(first) ? pad + body : body;
}

function batch(value: PyValue, size: PyValue, fill: PyValue): PyValue {
  const count = whole(size);
  const groups: PyValue[][] = [];
  for (const item of iterate(value)) {
    const last = groups[groups.length - 1];
    if (last && last.length < count) last.push(item);
    else groups.push([item]);
  }
  const last = groups[groups.length - 1];
  if (last && fill !== null) while (last.length < count) last.push(fill);
  return new PyIterator("generator", groups);
}

function dictSort(value: PyValue, caseSensitive: PyValue, by: PyValue, reverse: PyValue): PyValue {
  if (!(value instanceof PyDict)) throw new PyError("TypeError", `dictsort takes a dict, not ${typeName(value)}`);
  if (by !== "key" && by !== "value") throw new PyError("TypeError", 'You can only sort by either "key" or "value"');
  const pairs = [...value.entries()].map(([key, item]) => new PyTuple([key, item]));
  return sortValues(pairs, (pair) => fold((pair as PyTuple).items[by === "key" ? 0 : 1]!, caseSensitive), truthy(reverse));
}

const titleFilter = (value: PyValue) =>
  str(value)
    .split(/([-\s({[<]+)/)
    .filter((part) => part !== "")
    .map((part) => {
      const [head = "", ...tail] = characters(part);
      return head.toUpperCase() + tail.join("").toLowerCase();
    })
    .join("");

/** Filters by name. What Jinja has and this table has not is reported as unsupported. */
export const FILTERS: Record<string, Filter> = {
  abs: filter("abs", [], [], (value) => {
    const number = typeof value === "boolean" ? toInt(value) : value;
    if (typeof number === "bigint") return number < 0n ? -number : number;
    if (typeof number === "number") return Math.abs(number);
    if (value instanceof Undefined) value.fail();
    throw new PyError("TypeError", `bad operand type for abs(): '${typeName(value)}'`);
  }),
  attr: filter("attr", ["name"], [], (value, name) => getItem(value, str(name!))),
  batch: filter("batch", ["linecount", "fill_with"], [null], (value, size, fill) => batch(value, size!, fill!)),
  capitalize: filter("capitalize", [], [], (value) => capitalize(str(value))),
  center: filter("center", ["width"], [80n], (value, width) => STRING_METHODS.center!(str(value), [width!], new Map(), undefined as never)),
  default: filter("default", ["default_value", "boolean"], ["", false], (value, fallback, boolean) =>
    value instanceof Undefined || (truthy(boolean!) && !truthy(value)) ? fallback! : value,
  ),
  dictsort: filter("dictsort", ["case_sensitive", "by", "reverse"], [false, "key", false], (value, caseSensitive, by, reverse) =>
    dictSort(value, caseSensitive!, by!, reverse!),
  ),
  first: filter("first", [], [], (value) => {
    const [item] = iterate(value);
    return item === undefined ? emptyOr(value, "No first item, sequence was empty.") : item;
  }),
  float: filter("float", ["default"], [0], (value, fallback) => {
    try {
      return toFloatValue(value);
    } catch (error) {
      if (error instanceof PyError && (error.type === "TypeError" || error.type === "ValueError")) return fallback!;
      throw error;
    }
  }),
  format: (value, args, named) => {
    if (args.length > 0 && named.size > 0) throw new PyError("TypeError", "can't handle positional and keyword arguments at the same time");
    return formatPercent(str(value), named.size > 0 ? PyDict.of(named) : new PyTuple(args));
  },
  indent: filter("indent", ["width", "first", "blank"], [4n, false, false], (value, width, first, blank) =>
    indent(value, width!, first!, blank!),
  ),
  int: filter("int", ["default", "base"], [0n, 10n], (value, fallback, base) => toIntOr(value, fallback!, base!)),
  items: filter("items", [], [], (value) => {
    if (value instanceof Undefined) return new PyIterator("generator", []);
    if (!(value instanceof PyDict)) throw new PyError("TypeError", "Can only get item pairs from a mapping.");
    return new PyIterator(
      "generator",
      [...value.entries()].map(([key, item]) => new PyTuple([key, item])),
    );
  }),
  join: filter("join", ["d", "attribute"], ["", null], (value, separator, attribute) => {
    const parts = iterate(value).map((item) => str(attributeGetter(attribute!)(item)));
    return concatenate([parts.join(str(separator!))]);
  }),
  last: filter("last", [], [], (value) => {
    const items = iterate(value);
    return items.length === 0 ? emptyOr(value, "No last item, sequence was empty.") : items[items.length - 1]!;
  }),
  length: filter("length", [], [], (value) => BigInt(length(value))),
  list: filter("list", [], [], (value) => [...iterate(value)]),
  lower: filter("lower", [], [], (value) => str(value).toLowerCase()),
  map: mapFilter,
  max: extreme("max", ">"),
  min: extreme("min", "<"),
  reject: chosen("reject", false, false),
  rejectattr: chosen("rejectattr", false, true),
  replace: filter("replace", ["old", "new", "count"], [null], (value, from, to, count) =>
    STRING_METHODS.replace!(str(value), [str(from!), str(to!), count === null ? -1n : count!], new Map(), undefined as never),
  ),
  reverse: filter("reverse", [], [], (value) => {
    if (typeof value === "string") return [...characters(value)].reverse().join("");
    return new PyIterator("list_reverseiterator", [...iterate(value)].reverse());
  }),
  round: filter("round", ["precision", "method"], [0n, "common"], (value, precision, method) => {
    if (value instanceof Undefined) value.fail();
    return round(value, precision!, method!);
  }),
  select: chosen("select", true, false),
  selectattr: chosen("selectattr", true, true),
  sort: filter("sort", ["reverse", "case_sensitive", "attribute"], [false, false, null], (value, reverse, caseSensitive, attribute) => {
    const getters =
      typeof attribute === "string" ? attribute.split(",").map((part) => attributeGetter(part)) : [attributeGetter(attribute!)];
    const key = (item: PyValue) =>
      getters.length === 1 && attribute === null ? fold(item, caseSensitive!) : getters.map((get) => fold(get(item), caseSensitive!));
    return sortValues(iterate(value), key, truthy(reverse!));
  }),
  string: filter("string", [], [], (value) => str(value)),
  sum: filter("sum", ["attribute", "start"], [null, 0n], (value, attribute, start) =>
    iterate(value)
      .map(attributeGetter(attribute!))
      .reduce((total, item) => binary("+", total, item), start!),
  ),
  title: filter("title", [], [], titleFilter),
  trim: filter("trim", ["chars"], [null], (value, chars) =>
    chars === null ? trimPython(str(value)) : stripCharacters(str(value), str(chars!), "both"),
  ),
  unique: filter("unique", ["case_sensitive", "attribute"], [false, null], (value, caseSensitive, attribute) => {
    const seen = new Set<string>();
    const get = attributeGetter(attribute!);
    const kept = iterate(value).filter((item) => {
      const key = hashKey(fold(get(item), caseSensitive!));
      if (seen.has(key)) return false;
      seen.add(key);
      return true;
    });
    return new PyIterator("generator", kept);
  }),
  upper: filter("upper", [], [], (value) => str(value).toUpperCase()),
  wordcount: filter("wordcount", [], [], (value) => BigInt((str(value).match(/[\p{L}\p{N}_]+/gu) ?? []).length)),
};
FILTERS.d = FILTERS.default!;
FILTERS.count = FILTERS.length!;

const UNSUPPORTED = [
  "e",
  "escape",
  "filesizeformat",
  "forceescape",
  "groupby",
  "pprint",
  "random",
  "safe",
  "slice",
  "striptags",
  "tojson",
  "truncate",
  "urlencode",
  "urlize",
  "wordwrap",
  "xmlattr",
];

function emptyOr(value: PyValue, message: string): Undefined {
  if (value instanceof Undefined && value.strict) value.fail();
  return new Undefined(message);
}

function toIntOr(value: PyValue, fallback: PyValue, base: PyValue): PyValue {
  const isFailure = (error: unknown, ...types: string[]) => error instanceof PyError && types.includes(error.type);
  try {
    return typeof value === "string" ? toInt(value, whole(base)) : toInt(value);
  } catch (error) {
    if (!isFailure(error, "TypeError", "ValueError")) throw error;
  }
  try {
    return toInt(toFloatValue(value));
  } catch (error) {
    if (isFailure(error, "TypeError", "ValueError", "OverflowError")) return fallback;
    throw error;
  }
}

/** True for a filter that this engine has. */
export function knowsFilter(name: string): boolean {
  return Object.hasOwn(FILTERS, name);
}

/** The sentence about a filter that is not there. */
export function filterProblem(name: string): { kind: "Unsupported" | "TemplateSyntax"; message: string } {
  return UNSUPPORTED.includes(name)
    ? { kind: "Unsupported", message: `the filter '${name}' is not supported` }
    : { kind: "TemplateSyntax", message: `no filter named '${name}'` };
}

/** Applies a filter by name. */
export function applyFilter(name: string, value: PyValue, args: readonly PyValue[], named: Named): PyValue {
  if (!knowsFilter(name)) {
    const problem = filterProblem(name);
    throw new PyError(problem.kind === "Unsupported" ? "Unsupported" : "ValueError", problem.message);
  }
  return FILTERS[name]!(value, args, named);
}
