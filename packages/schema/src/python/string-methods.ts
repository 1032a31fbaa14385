import { type FieldAccess, formatBraces } from "./braces.js";
import { bindArguments } from "./call.js";
import { trimEndPython, trimPython, trimStartPython, WHITESPACE } from "./numbers.js";
import { iterate, limitLength } from "./operators.js";
import { characters, lengthOf } from "./text.js";
import { PyError, PyTuple, type PyValue, typeName } from "./value.js";

type Method = (self: string, args: readonly PyValue[], named: ReadonlyMap<string, PyValue>, access: FieldAccess) => PyValue;

function text(value: PyValue, name: string): string {
  if (typeof value !== "string") throw new PyError("TypeError", `${name}() takes text, not ${typeName(value)}`);
  return value;
}

function whole(value: PyValue, name: string): number {
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value !== "bigint") throw new PyError("TypeError", `${name}() takes an integer, not ${typeName(value)}`);
  return Number(value);
}

function plain(name: string, change: (self: string) => PyValue): Method {
  return (self, args, named) => {
    bindArguments(name, [], args, named);
    return change(self);
  };
}

/** Removes characters of a set from the ends, as `strip(chars)` does. */
export function stripCharacters(self: string, set: string, ends: "both" | "left" | "right"): string {
  const wanted = new Set(characters(set));
  const list = characters(self);
  let start = 0;
  let end = list.length;
  if (ends !== "right") while (start < end && wanted.has(list[start]!)) start++;
  if (ends !== "left") while (end > start && wanted.has(list[end - 1]!)) end--;
  return list.slice(start, end).join("");
}

function stripper(name: string, ends: "both" | "left" | "right", blank: (self: string) => string): Method {
  return (self, args, named) => {
    const [set] = bindArguments(name, ["chars"], args, named, [null]);
    return set === null ? blank(self) : stripCharacters(self, text(set!, name), ends);
  };
}

/** `str.split(sep, maxsplit)` and `rsplit`. */
function split(self: string, separator: PyValue, limit: number, fromRight: boolean): string[] {
  if (separator === null) {
    const words = self.match(new RegExp(`[^${WHITESPACE}]+`, "g")) ?? [];
    if (limit < 0 || words.length <= limit + 1) return [...words];
    if (fromRight) {
      const kept = words.slice(words.length - limit);
      let rest = trimEndPython(self);
      for (const word of [...kept].reverse()) rest = trimEndPython(rest.slice(0, rest.length - word.length));
      return [trimStartPython(rest) === rest ? rest : trimStartPython(rest), ...kept];
    }
    let rest = trimStartPython(self);
    const first = words.slice(0, limit);
    for (const word of first) rest = trimStartPython(rest.slice(word.length));
    return [...first, rest];
  }
  const by = text(separator, "split");
  if (by === "") throw new PyError("ValueError", "empty separator");
  const parts = self.split(by);
  if (limit < 0 || parts.length <= limit + 1) return parts;
  if (fromRight) return [parts.slice(0, parts.length - limit).join(by), ...parts.slice(parts.length - limit)];
  return [...parts.slice(0, limit), parts.slice(limit).join(by)];
}

function splitter(name: string, fromRight: boolean): Method {
  return (self, args, named) => {
    const [separator, limit] = bindArguments(name, ["sep", "maxsplit"], args, named, [null, -1n]);
    return split(self, separator!, whole(limit!, name), fromRight);
  };
}

/** `str.splitlines(keepends)`. */
export function splitLines(self: string, keep = false): string[] {
  const lines = self.split(/(\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029])/);
  const result: string[] = [];
  for (let index = 0; index < lines.length; index += 2) {
    const end = lines[index + 1];
    if (end === undefined && lines[index] === "") break;
    result.push(keep ? lines[index]! + (end ?? "") : lines[index]!);
  }
  return result;
}

function padder(name: string, make: (self: string, missing: number, fill: string, width: number) => string): Method {
  return (self, args, named) => {
    const [width, fill] = bindArguments(name, ["width", "fillchar"], args, named, [" "]);
    if (lengthOf(text(fill!, name)) !== 1) throw new PyError("TypeError", "The fill character must be exactly one character long");
    const wanted = whole(width!, name);
    limitLength(wanted);
    const missing = wanted - lengthOf(self);
    return missing <= 0 ? self : make(self, missing, fill as string, wanted);
  };
}

function affix(name: string, test: (self: string, part: string) => boolean): Method {
  return (self, args, named) => {
    const [parts, start, end] = bindArguments(name, ["prefix", "start", "end"], args, named, [null, null]);
    const part = sliceText(self, start!, end!);
    return parts instanceof PyTuple ? parts.items.some((item) => test(part, text(item, name))) : test(part, text(parts!, name));
  };
}

function sliceText(self: string, start: PyValue, end: PyValue): string {
  if (start === null && end === null) return self;
  return characters(self)
    .slice(start === null ? undefined : whole(start, "slice"), end === null ? undefined : whole(end, "slice"))
    .join("");
}

function finder(name: string, last: boolean, must: boolean): Method {
  return (self, args, named) => {
    const [part, start, end] = bindArguments(name, ["sub", "start", "end"], args, named, [null, null]);
    const searched = sliceText(self, start!, end!);
    const found = last ? searched.lastIndexOf(text(part!, name)) : searched.indexOf(text(part!, name));
    if (found === -1) {
      if (must) throw new PyError("ValueError", "substring not found");
      return -1n;
    }
    const skipped = start === null ? 0 : lengthOf(self) - lengthOf(sliceText(self, start!, null));
    return BigInt(lengthOf(searched.slice(0, found)) + skipped);
  };
}

function replace(self: string, from: string, to: string, limit: number): string {
  if (limit === 0) return self;
  if (from === "") {
    const list = characters(self);
    const count = limit < 0 ? list.length + 1 : limit;
    let result = "";
    for (let index = 0; index <= list.length; index++) result += (index < count ? to : "") + (list[index] ?? "");
    return result;
  }
  const parts = self.split(from);
  limitLength(self.length + parts.length * to.length);
  if (limit < 0 || parts.length <= limit + 1) return parts.join(to);
  return [...parts.slice(0, limit), parts.slice(limit).join(from)].join(to);
}

function title(self: string): string {
  return self.replace(/[\p{L}\p{M}]+/gu, (word) => capitalize(word));
}

/** `str.capitalize()`. */
export function capitalize(self: string): string {
  const [first = "", ...rest] = characters(self);
  return first.toUpperCase() + rest.join("").toLowerCase();
}

const center: Method = padder("center", (self, missing, fill, width) => {
  const left = Math.floor(missing / 2) + (missing & width & 1);
  return fill.repeat(left) + self + fill.repeat(missing - left);
});

function hasCase(self: string): boolean {
  return self.toLowerCase() !== self.toUpperCase();
}

/** The methods of `str` that are supported. */
export const STRING_METHODS: Record<string, Method> = {
  upper: plain("upper", (self) => self.toUpperCase()),
  lower: plain("lower", (self) => self.toLowerCase()),
  casefold: plain("casefold", (self) => self.toLowerCase().replaceAll("ß", "ss")),
  capitalize: plain("capitalize", capitalize),
  title: plain("title", title),
  swapcase: plain("swapcase", (self) =>
    characters(self)
      .map((character) => (character === character.toUpperCase() ? character.toLowerCase() : character.toUpperCase()))
      .join(""),
  ),
  strip: stripper("strip", "both", trimPython),
  lstrip: stripper("lstrip", "left", trimStartPython),
  rstrip: stripper("rstrip", "right", trimEndPython),
  split: splitter("split", false),
  rsplit: splitter("rsplit", true),
  splitlines: (self, args, named) => splitLines(self, bindArguments("splitlines", ["keepends"], args, named, [false])[0] === true),
  join: (self, args, named) => {
    const [items] = bindArguments("join", ["iterable"], args, named);
    const parts = iterate(items!).map((item, index) => {
      if (typeof item !== "string")
        throw new PyError("TypeError", `sequence item ${index}: expected str instance, ${typeName(item)} found`);
      return item;
    });
    return parts.join(self);
  },
  replace: (self, args, named) => {
    const [from, to, limit] = bindArguments("replace", ["old", "new", "count"], args, named, [-1n]);
    return replace(self, text(from!, "replace"), text(to!, "replace"), whole(limit!, "replace"));
  },
  startswith: affix("startswith", (self, part) => self.startsWith(part)),
  endswith: affix("endswith", (self, part) => self.endsWith(part)),
  removeprefix: (self, args, named) => {
    const part = text(bindArguments("removeprefix", ["prefix"], args, named)[0]!, "removeprefix");
    return self.startsWith(part) ? self.slice(part.length) : self;
  },
  removesuffix: (self, args, named) => {
    const part = text(bindArguments("removesuffix", ["suffix"], args, named)[0]!, "removesuffix");
    return part !== "" && self.endsWith(part) ? self.slice(0, -part.length) : self;
  },
  find: finder("find", false, false),
  rfind: finder("rfind", true, false),
  index: finder("index", false, true),
  rindex: finder("rindex", true, true),
  count: (self, args, named) => {
    const [part, start, end] = bindArguments("count", ["sub", "start", "end"], args, named, [null, null]);
    const searched = sliceText(self, start!, end!);
    return BigInt(part === "" ? lengthOf(searched) + 1 : searched.split(text(part!, "count")).length - 1);
  },
  ljust: padder("ljust", (self, missing, fill) => self + fill.repeat(missing)),
  rjust: padder("rjust", (self, missing, fill) => fill.repeat(missing) + self),
  center,
  zfill: (self, args, named) => {
    const width = whole(bindArguments("zfill", ["width"], args, named)[0]!, "zfill");
    limitLength(width);
    const sign = /^[+-]/.exec(self)?.[0] ?? "";
    return sign + "0".repeat(Math.max(0, width - lengthOf(self))) + self.slice(sign.length);
  },
  partition: (self, args, named) => {
    const by = text(bindArguments("partition", ["sep"], args, named)[0]!, "partition");
    if (by === "") throw new PyError("ValueError", "empty separator");
    const at = self.indexOf(by);
    return new PyTuple(at === -1 ? [self, "", ""] : [self.slice(0, at), by, self.slice(at + by.length)]);
  },
  rpartition: (self, args, named) => {
    const by = text(bindArguments("rpartition", ["sep"], args, named)[0]!, "rpartition");
    if (by === "") throw new PyError("ValueError", "empty separator");
    const at = self.lastIndexOf(by);
    return new PyTuple(at === -1 ? ["", "", self] : [self.slice(0, at), by, self.slice(at + by.length)]);
  },
  format: (self, args, named, access) => formatBraces(self, args, named, access),
  isdigit: plain("isdigit", (self) => /^[\p{Nd}²³¹⁰⁴-⁹₀-₉]+$/u.test(self)),
  isdecimal: plain("isdecimal", (self) => /^\p{Nd}+$/u.test(self)),
  isnumeric: plain("isnumeric", (self) => /^\p{N}+$/u.test(self)),
  isalpha: plain("isalpha", (self) => /^\p{L}+$/u.test(self)),
  isalnum: plain("isalnum", (self) => /^[\p{L}\p{N}]+$/u.test(self)),
  isspace: plain("isspace", (self) => self !== "" && trimPython(self) === ""),
  isupper: plain("isupper", (self) => hasCase(self) && self === self.toUpperCase()),
  islower: plain("islower", (self) => hasCase(self) && self === self.toLowerCase()),
};

/** The other attributes of `str`: asking for one is an error that says so, rather than an undefined value. */
export const UNSUPPORTED_STRING_METHODS = [
  "encode",
  "expandtabs",
  "format_map",
  "isascii",
  "isidentifier",
  "isprintable",
  "istitle",
  "maketrans",
  "translate",
];
