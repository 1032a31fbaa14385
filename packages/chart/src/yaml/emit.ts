import { compareKeys } from "./keys.js";
import { isBase60, resolvePlain } from "./resolve.js";

/** A number or word that is written as it stands. */
export class PlainText {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** What the emitter writes. Keys of maps are texts. */
export type EmitTree = null | boolean | string | PlainText | readonly EmitTree[] | ReadonlyMap<string, EmitTree>;

/** How {@link emitYaml} writes. */
export interface EmitOptions {
  /** go-yaml's major version: 2 is `toYaml`, 3 is `toYamlPretty`. */
  readonly version: 2 | 3;
}

/** Column after which scalars are folded at the next space (version 2 only). */
const BEST_WIDTH = 80;
const INDENT = 2;
/** Longest key in UTF-8 bytes that is written without `? `. */
const MAX_SIMPLE_KEY = 128;

type Style = "plain" | "single" | "double" | "literal";

/** What a text permits. */
interface Analysis {
  readonly multiline: boolean;
  readonly plain: boolean;
  readonly single: boolean;
  readonly block: boolean;
}

const EMPTY: Analysis = { multiline: false, plain: true, single: true, block: false };
const SIMPLE = /^[A-Za-z0-9_/.][A-Za-z0-9_/.-]*$/;

const isBreak = (code: number) => code === 0x0a || code === 0x0d || code === 0x85 || code === 0x2028 || code === 0x2029;

function isPrintable(code: number): boolean {
  return code === 0x0a || (code >= 0x20 && code <= 0x7e) || (code >= 0xa0 && code <= 0xfffd && code !== 0xfeff);
}

function analyze(text: string, version: 2 | 3): Analysis {
  if (text === "") return EMPTY;
  let indicators = text.startsWith("---") || text.startsWith("...");
  let special = false;
  let tabs = false;
  let breaks = false;
  let leadingSpace = false;
  let leadingBreak = false;
  let trailingSpace = false;
  let trailingBreak = false;
  let breakSpace = false;
  let spaceBreak = false;
  let previousSpace = false;
  let previousBreak = false;
  let afterBlank = true;
  for (let at = 0; at < text.length; at++) {
    const code = text.codePointAt(at)!;
    if (code > 0xffff) at++;
    const next = at + 1 < text.length ? text.charCodeAt(at + 1) : 0x20;
    const beforeBlank = next === 0x20 || next === 0x09;
    if (at === 0) {
      if ("#,[]{}&*!|>'\"%@`".includes(text[0]!)) indicators = true;
      else if ((code === 0x3f || code === 0x3a || code === 0x2d) && beforeBlank) indicators = true;
    } else if (code === 0x3a ? beforeBlank : code === 0x23 && afterBlank) indicators = true;
    if (version === 3 && code === 0x09) tabs = true;
    else if (!isPrintable(code)) special = true;
    const last = at + 1 >= text.length;
    if (code === 0x20) {
      if (at === 0) leadingSpace = true;
      if (last) trailingSpace = true;
      if (previousBreak) breakSpace = true;
      previousSpace = true;
      previousBreak = false;
    } else if (isBreak(code)) {
      breaks = true;
      if (at === 0) leadingBreak = true;
      if (last) trailingBreak = true;
      if (previousSpace) spaceBreak = true;
      previousSpace = false;
      previousBreak = true;
    } else {
      previousSpace = false;
      previousBreak = false;
    }
    afterBlank = code === 0x20 || code === 0x09 || code === 0 || isBreak(code);
  }
  const quoted = spaceBreak || special || tabs;
  return {
    multiline: breaks,
    plain: !(leadingSpace || leadingBreak || trailingSpace || trailingBreak || breakSpace || quoted || breaks || indicators),
    single: !(breakSpace || quoted),
    block: !(trailingSpace || spaceBreak || special),
  };
}

const OLD_BOOL = /^(?:y|Y|yes|Yes|YES|on|On|ON|n|N|no|No|NO|off|Off|OFF)$/;

/** Whether a text would be read back as something else. */
function readsAsOther(text: string, version: 2 | 3): boolean {
  if (resolvePlain(text).tag !== "str" || isBase60(text)) return true;
  return version === 3 && OLD_BOOL.test(text);
}

/** Writes one document as go-yaml does: sorted keys, its choice of quotes, its folding. Ends with a newline. */
export function emitYaml(root: EmitTree, options: EmitOptions): string {
  const { version } = options;
  const bestWidth = version === 2 ? BEST_WIDTH : Number.POSITIVE_INFINITY;
  let out = "";
  let column = 0;
  let indent = -1;
  let whitespace = true;
  let indention = true;

  const put = (text: string) => {
    out += text;
    column += text.length;
  };
  const putBreak = () => {
    out += "\n";
    column = 0;
  };
  const writeIndent = () => {
    const target = Math.max(indent, 0);
    if (!indention || column > target || (column === target && !whitespace)) putBreak();
    if (column < target) put(" ".repeat(target - column));
    whitespace = true;
    indention = true;
  };
  const writeIndicator = (text: string, needsSpace: boolean, isIndention: boolean) => {
    if (needsSpace && !whitespace) put(" ");
    put(text);
    whitespace = false;
    indention = indention && isIndention;
  };
  const writeNode = (node: EmitTree, inMapping: boolean, simpleKey: boolean): void => {
    if (Array.isArray(node)) writeSequence(node as readonly EmitTree[], inMapping);
    else if (node instanceof Map) writeMap(node);
    else if (node === null) writePlain("null", false);
    else if (typeof node === "boolean") writePlain(node ? "true" : "false", false);
    else if (node instanceof PlainText) writePlain(node.text, false);
    else writeText(node as string, simpleKey);
  };

  const writeSequence = (items: readonly EmitTree[], inMapping: boolean) => {
    if (items.length === 0) {
      writeIndicator("[]", true, false);
      return;
    }
    const indentless = version === 2 && inMapping && !indention;
    const before = indent;
    indent = indent < 0 ? 0 : indentless ? indent : indent + INDENT;
    for (const item of items) {
      writeIndent();
      writeIndicator("-", true, true);
      writeNode(item, false, false);
    }
    indent = before;
  };

  const writeMap = (map: ReadonlyMap<string, EmitTree>) => {
    if (map.size === 0) {
      writeIndicator("{}", true, false);
      return;
    }
    const before = indent;
    indent = indent < 0 ? 0 : indent + INDENT;
    for (const key of sortKeys(map, version)) {
      writeIndent();
      if (isSimpleKey(key, version)) {
        writeNode(key, true, true);
        writeIndicator(":", false, false);
      } else {
        writeIndicator("?", true, true);
        writeNode(key, true, false);
        writeIndent();
        writeIndicator(":", true, true);
      }
      writeNode(map.get(key)!, true, false);
    }
    indent = before;
  };

  const writeText = (text: string, simpleKey: boolean) => {
    // most texts are short words: nothing to escape, nothing to fold
    if (text.length < 70 && SIMPLE.test(text) && !readsAsOther(text, version) && text !== "..." && !text.startsWith("...")) {
      return writePlain(text, false);
    }
    const analysis = analyze(text, version);
    let style: Style = text.includes("\n") ? "literal" : readsAsOther(text, version) ? "double" : "plain";
    if (simpleKey && analysis.multiline) style = "double";
    if (style === "plain" && (!analysis.plain || (text === "" && simpleKey))) style = "single";
    if (style === "single" && !analysis.single) style = "double";
    if (style === "literal" && (!analysis.block || simpleKey)) style = "double";
    const before = indent;
    indent = indent < 0 ? INDENT : indent + INDENT;
    if (style === "plain") writePlain(text, !simpleKey);
    else if (style === "single") writeSingle(text, !simpleKey);
    else if (style === "double") writeDouble(text, !simpleKey);
    else writeLiteral(text);
    indent = before;
  };

  const writePlain = (text: string, mayBreak: boolean) => {
    if (!whitespace) put(" ");
    if (mayBreak && column + text.length > bestWidth) writeFolded(text, false);
    else put(text);
    whitespace = false;
    indention = false;
  };

  /** The body of a plain or single-quoted scalar. */
  const writeFolded = (text: string, single: boolean) => {
    let spaces = false;
    let breaks = false;
    for (let at = 0; at < text.length; at++) {
      const code = text.codePointAt(at)!;
      if (code === 0x20) {
        const inside = !single || (at > 0 && at < text.length - 1);
        if (!spaces && column > bestWidth && inside && text.charCodeAt(at + 1) !== 0x20) writeIndent();
        else put(" ");
        spaces = true;
      } else if (isBreak(code)) {
        if (!breaks && code === 0x0a) putBreak();
        if (code === 0x0a) putBreak();
        else {
          out += text[at];
          column = 0;
        }
        indention = true;
        breaks = true;
      } else {
        if (breaks) writeIndent();
        if (single && code === 0x27) put("'");
        if (code > 0xffff) {
          out += String.fromCodePoint(code);
          column++;
          at++;
        } else put(text[at]!);
        indention = false;
        spaces = false;
        breaks = false;
      }
    }
  };

  const writeSingle = (text: string, mayBreak: boolean) => {
    writeIndicator("'", true, false);
    if (!mayBreak || (column + text.length <= bestWidth && !/[\n\u2028\u2029]/.test(text))) put(text.replaceAll("'", "''"));
    else writeFolded(text, true);
    writeIndicator("'", false, false);
  };

  const writeDouble = (text: string, mayBreak: boolean) => {
    writeIndicator('"', true, false);
    // go-yaml looks for the mark at the start of the text only, and then escapes every character
    const escapeAll = text.charCodeAt(0) === 0xfeff;
    let spaces = false;
    for (let at = 0; at < text.length; at++) {
      const code = text.codePointAt(at)!;
      const start = at;
      if (code > 0xffff) at++;
      if (escapeAll || !isPrintable(code) || isBreak(code) || code === 0x22 || code === 0x5c) {
        put(escapeCode(code));
        spaces = false;
      } else if (code === 0x20) {
        if (mayBreak && !spaces && column > bestWidth && start > 0 && start < text.length - 1) {
          writeIndent();
          if (text.charCodeAt(at + 1) === 0x20) put("\\");
        } else put(" ");
        spaces = true;
      } else {
        put(text[start]!);
        spaces = false;
      }
    }
    writeIndicator('"', false, false);
  };

  const writeLiteral = (text: string) => {
    writeIndicator("|", true, false);
    const first = text.charCodeAt(0);
    if (first === 0x20 || isBreak(first)) writeIndicator(String(INDENT), false, false);
    const last = text.charCodeAt(text.length - 1);
    if (!isBreak(last)) writeIndicator("-", false, false);
    else if (text.length === 1 || isBreak(text.charCodeAt(text.length - 2))) writeIndicator("+", false, false);
    putBreak();
    const pad = " ".repeat(Math.max(indent, 0));
    let atStart = true;
    let from = 0;
    for (let at = 0; at <= text.length; at++) {
      const ended = at === text.length;
      if (!ended && !isBreak(text.charCodeAt(at))) continue;
      if (at > from) {
        if (atStart) out += pad;
        out += text.slice(from, at);
        atStart = false;
      }
      if (ended) break;
      out += text[at];
      atStart = true;
      from = at + 1;
    }
    column = atStart ? 0 : 1;
    whitespace = true;
    indention = atStart;
    if (!atStart) column = pad.length + 1;
  };

  writeNode(root, false, false);
  writeIndent();
  return out;
}

function sortKeys(map: ReadonlyMap<string, EmitTree>, version: 2 | 3): string[] {
  const keys = [...map.keys()];
  return keys.length < 2 ? keys : keys.sort((a, b) => compareKeys(a, b, version));
}

function isSimpleKey(key: string, version: 2 | 3): boolean {
  if (key.length > MAX_SIMPLE_KEY) return false;
  if (key.length * 3 > MAX_SIMPLE_KEY && Buffer.byteLength(key) > MAX_SIMPLE_KEY) return false;
  return !analyze(key, version).multiline;
}

const ESCAPES = new Map<number, string>([
  [0x00, "0"],
  [0x07, "a"],
  [0x08, "b"],
  [0x09, "t"],
  [0x0a, "n"],
  [0x0b, "v"],
  [0x0c, "f"],
  [0x0d, "r"],
  [0x1b, "e"],
  [0x22, '"'],
  [0x5c, "\\"],
  [0x85, "N"],
  [0xa0, "_"],
  [0x2028, "L"],
  [0x2029, "P"],
]);

function escapeCode(code: number): string {
  const short = ESCAPES.get(code);
  if (short !== undefined) return `\\${short}`;
  const hex = code.toString(16).toUpperCase();
  if (code <= 0xff) return `\\x${hex.padStart(2, "0")}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
}
