import { type Mark, YamlError } from "./cursor.js";
import { createScanner, type Scanner, type Token, type TokenType } from "./scan.js";

interface Node {
  /** Line from 1. */
  readonly line: number;
  /** `tag:yaml.org,2002:str`, `!x`; "" without one. */
  readonly tag: string;
}

/** A scalar; `plain` when nothing but its text decides what it is. */
export interface ScalarNode extends Node {
  readonly kind: "scalar";
  readonly text: string;
  readonly plain: boolean;
}

export interface SequenceNode extends Node {
  readonly kind: "sequence";
  readonly items: readonly DocumentNode[];
}

export interface MapNode extends Node {
  readonly kind: "map";
  readonly entries: readonly { readonly key: DocumentNode; readonly value: DocumentNode }[];
}

export interface AliasNode extends Node {
  readonly kind: "alias";
  readonly name: string;
  readonly target: DocumentNode;
}

export type DocumentNode = ScalarNode | SequenceNode | MapNode | AliasNode;

/** Deepest nesting that is read; helm reads on to 10,000. */
const MAX_DEPTH = 500;
const CORE = "tag:yaml.org,2002:";

/** Reads the first document of a text; null for none. What follows the document is not looked at. @throws YamlError */
export function parseDocument(text: string): DocumentNode | null {
  return createParser(createScanner(text)).document();
}

function createParser(scanner: Scanner) {
  const handles = new Map([
    ["!", "!"],
    ["!!", CORE],
  ]);
  const anchors = new Map<string, DocumentNode>();
  let depth = 0;

  /** libyaml names the line of the token, counted from 0, or the one of the context. */
  const fail = (message: string, at: Mark, context?: Mark): never => {
    const line = at.line !== 0 ? at.line : (context?.line ?? 0);
    throw new YamlError(line === 0 ? message : `line ${line}: ${message}`, at.line + 1, at.column + 1);
  };
  const is = (...types: TokenType[]) => types.includes(scanner.peek().type);
  const empty = (mark: Mark): ScalarNode => ({ kind: "scalar", text: "", plain: true, tag: "", line: mark.line + 1 });

  const document = (): DocumentNode | null => {
    const root = rootNode();
    // the end of a document shows in the token after it, which must be one
    if (root) scanner.peek();
    return root;
  };

  const rootNode = (): DocumentNode | null => {
    if (is("stream-end")) return null;
    if (!is("directive", "document-start")) return node(true, false);
    const seen = new Set<string>();
    while (is("directive")) directive(scanner.next(), seen);
    if (!is("document-start")) fail("did not find expected <document start>", scanner.peek().mark);
    const start = scanner.next();
    if (is("directive", "document-start", "document-end", "stream-end")) return empty(start.mark);
    return node(true, false);
  };

  const directive = (token: Token, seen: Set<string>) => {
    const [name, first, second] = token.text.split(/[ \t]+/) as [string, string, string];
    const key = name === "%YAML" ? name : `${name} ${first}`;
    if (seen.has(key)) fail(`found duplicate ${name} directive`, token.mark);
    seen.add(key);
    if (name === "%YAML" && first !== "1.1") fail("found incompatible YAML document", token.mark);
    if (name === "%TAG") handles.set(first, second);
  };

  const node = (block: boolean, indentless: boolean): DocumentNode => {
    const start = scanner.peek();
    if (start.type === "alias") {
      scanner.next();
      const target = anchors.get(start.text);
      if (!target) throw new YamlError(`unknown anchor '${start.text}' referenced`, start.mark.line + 1, start.mark.column + 1);
      return { kind: "alias", name: start.text, target, tag: "", line: start.mark.line + 1 };
    }
    if (++depth > MAX_DEPTH) throw new YamlError(`exceeded max depth of ${MAX_DEPTH}`, start.mark.line + 1);
    let anchor: string | undefined;
    let tag: string | undefined;
    for (let count = 0; count < 2; count++) {
      if (anchor === undefined && is("anchor")) anchor = scanner.next().text;
      else if (tag === undefined && is("tag")) tag = resolveTag(scanner.next());
    }
    const made = content(block, indentless, start.mark, tag ?? "", anchor !== undefined || tag !== undefined, anchor);
    depth--;
    return made;
  };

  const resolveTag = (token: Token): string => {
    if (token.text.startsWith("!<")) return token.text.slice(2, -1);
    if (token.text === "!") return "!";
    const match = /^(![\w-]*!|!)(.*)$/s.exec(token.text)!;
    const prefix = handles.get(match[1]!) ?? fail("found undefined tag handle", token.mark, token.mark);
    return prefix + decodeUri(match[2]!);
  };

  const content = (
    block: boolean,
    indentless: boolean,
    mark: Mark,
    tag: string,
    hasProperties: boolean,
    anchor: string | undefined,
  ): DocumentNode => {
    const token = scanner.peek();
    const line = mark.line + 1;
    const name = <T extends DocumentNode>(made: T): T => {
      if (anchor !== undefined) anchors.set(anchor, made);
      return made;
    };
    if (indentless && token.type === "block-entry") return sequenceOf(name, tag, line, indentlessItems);
    switch (token.type) {
      case "scalar":
        scanner.next();
        return name({
          kind: "scalar",
          text: token.text,
          plain: (tag === "" && token.plain) || tag === "!",
          tag,
          line,
        });
      case "flow-sequence-start":
        return sequenceOf(name, tag, line, flowItems);
      case "flow-mapping-start":
        return mapOf(name, tag, line, flowEntries);
    }
    if (block && token.type === "block-sequence-start") return sequenceOf(name, tag, line, blockItems);
    if (block && token.type === "block-mapping-start") return mapOf(name, tag, line, blockEntries);
    if (hasProperties) return name({ kind: "scalar", text: "", plain: tag === "", tag, line });
    return fail("did not find expected node content", token.mark, mark);
  };

  // the anchor is known before the content is read, so that a node can contain itself, which is then refused where it is used
  const sequenceOf = (name: <T extends DocumentNode>(made: T) => T, tag: string, line: number, read: (items: DocumentNode[]) => void) => {
    const items: DocumentNode[] = [];
    const made = name({ kind: "sequence", items, tag, line } as const);
    read(items);
    return made;
  };
  type Entry = { key: DocumentNode; value: DocumentNode };
  const mapOf = (name: <T extends DocumentNode>(made: T) => T, tag: string, line: number, read: (entries: Entry[]) => void) => {
    const entries: Entry[] = [];
    const made = name({ kind: "map", entries, tag, line } as const);
    read(entries);
    return made;
  };

  const blockItems = (items: DocumentNode[]) => {
    const start = scanner.next().mark;
    while (is("block-entry")) {
      const entry = scanner.next();
      items.push(is("block-entry", "block-end") ? empty(entry.mark) : node(true, false));
    }
    if (!is("block-end")) fail("did not find expected '-' indicator", scanner.peek().mark, start);
    scanner.next();
  };

  const indentlessItems = (items: DocumentNode[]) => {
    while (is("block-entry")) {
      const entry = scanner.next();
      items.push(is("block-entry", "key", "value", "block-end") ? empty(entry.mark) : node(true, false));
    }
  };

  const blockEntries = (entries: Entry[]) => {
    const start = scanner.next().mark;
    while (is("key", "value")) {
      let key: DocumentNode;
      if (is("key")) {
        const { mark } = scanner.next();
        key = is("key", "value", "block-end") ? empty(mark) : node(true, true);
      } else key = fail("did not find expected key", scanner.peek().mark, start);
      let value: DocumentNode = empty(scanner.peek().mark);
      if (is("value")) {
        scanner.next();
        if (!is("key", "value", "block-end")) value = node(true, true);
      }
      entries.push({ key, value });
    }
    if (!is("block-end")) fail("did not find expected key", scanner.peek().mark, start);
    scanner.next();
  };

  const flowItems = (items: DocumentNode[]) => {
    const start = scanner.next().mark;
    for (let first = true; !is("flow-sequence-end"); first = false) {
      if (!first) {
        if (!is("flow-entry")) fail("did not find expected ',' or ']'", scanner.peek().mark, start);
        scanner.next();
        if (is("flow-sequence-end")) break;
      }
      if (!is("key")) {
        items.push(node(false, false));
        continue;
      }
      const { mark } = scanner.next();
      const key = is("value", "flow-entry", "flow-sequence-end") ? empty(mark) : node(false, false);
      let value: DocumentNode = empty(mark);
      if (is("value")) {
        scanner.next();
        if (!is("flow-entry", "flow-sequence-end")) value = node(false, false);
      }
      items.push({ kind: "map", entries: [{ key, value }], tag: "", line: mark.line + 1 });
    }
    scanner.next();
  };

  const flowEntries = (entries: Entry[]) => {
    const start = scanner.next().mark;
    for (let first = true; !is("flow-mapping-end"); first = false) {
      if (!first) {
        if (!is("flow-entry")) fail("did not find expected ',' or '}'", scanner.peek().mark, start);
        scanner.next();
        if (is("flow-mapping-end")) break;
      }
      if (!is("key")) {
        const key = node(false, false);
        entries.push({ key, value: empty(scanner.peek().mark) });
        continue;
      }
      const { mark } = scanner.next();
      const key = is("value", "flow-entry", "flow-mapping-end") ? empty(mark) : node(false, false);
      let value: DocumentNode = empty(mark);
      if (is("value")) {
        scanner.next();
        if (!is("flow-entry", "flow-mapping-end")) value = node(false, false);
      }
      entries.push({ key, value });
    }
    scanner.next();
  };

  return { document };
}

function decodeUri(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
