import type { YamlScalar } from "./node.js";

/** Lengths of the escapes of double-quoted scalars that take hex digits. */
const HEX: Record<string, number> = { x: 2, u: 4, U: 8 };

/**
 * Offsets in the file for the offsets of a scalar's content: what stands at `content[i]` was written at the i-th result. The last
 * result is the end of the content. Quotes, escapes, folding and the indentation of block scalars are followed.
 */
export function scalarOffsets(text: string, node: YamlScalar): readonly number[] {
  if (node.style === "literal") return literalOffsets(text, node);
  const flow = node.style === "plain" || node.style === "single" || node.style === "double";
  const quoted = node.style === "single" || node.style === "double";
  const start = flow ? node.start + (quoted ? 1 : 0) : lineAfter(text, node.start);
  return align(text, node, start, quoted ? node.end - 1 : node.end);
}

function lineAfter(text: string, from: number): number {
  const newline = text.indexOf("\n", from);
  return newline === -1 ? text.length : newline + 1;
}

/** Line by line: each line of the content is the end of a line of the file. */
function literalOffsets(text: string, node: YamlScalar): number[] {
  const offsets: number[] = [];
  let at = lineAfter(text, node.start);
  for (const line of node.text.split("\n")) {
    const newline = text.indexOf("\n", at);
    let end = newline === -1 ? text.length : newline;
    if (text[end - 1] === "\r" && end > at) end--;
    const shift = Math.min(Math.max(at, end - line.length), text.length);
    for (let index = 0; index <= line.length; index++) offsets.push(Math.min(shift + index, text.length));
    at = newline === -1 ? text.length : newline + 1;
  }
  return offsets;
}

function align(text: string, node: YamlScalar, start: number, end: number): number[] {
  const content = node.text;
  const offsets: number[] = [];
  const folded = node.style === "folded";
  let at = start;
  let index = 0;
  if (folded) at = skipBlanks(text, at, end);
  while (index < content.length) {
    const run = /[ \t\r\n]*/y;
    run.lastIndex = at;
    const blanks = at < end ? run.exec(text)![0] : "";
    if (blanks.includes("\n")) {
      const stop = Math.min(at + blanks.length, end);
      const kept = /[ \t\n]*/y;
      kept.lastIndex = index;
      const made = kept.exec(content)![0].length;
      for (let step = 0; step < made; step++) offsets.push(Math.min(stop, at + step));
      index += made;
      at = stop;
      if (made > 0) continue;
    }
    if (node.style === "double" && text[at] === "\\") {
      const written = escapeAt(text, at, end);
      for (let step = 0; step < written.made; step++) offsets.push(at);
      index += written.made;
      at += written.length;
      continue;
    }
    offsets.push(Math.min(at, end));
    at += node.style === "single" && text[at] === "'" ? 2 : 1;
    index++;
  }
  offsets.length = content.length;
  offsets.push(Math.min(at, end));
  return offsets;
}

function skipBlanks(text: string, from: number, end: number): number {
  let at = from;
  while (at < end && (text[at] === " " || text[at] === "\t")) at++;
  return at;
}

function escapeAt(text: string, at: number, end: number): { length: number; made: number } {
  const kind = text[at + 1] ?? "";
  const digits = HEX[kind];
  if (digits !== undefined) {
    const code = Number.parseInt(text.slice(at + 2, at + 2 + digits), 16);
    return { length: 2 + digits, made: code > 0xffff ? 2 : 1 };
  }
  if (kind === "\n" || kind === "\r") {
    const start = at + (kind === "\r" ? 3 : 2);
    return { length: skipBlanks(text, start, end) - at, made: 0 };
  }
  return { length: 2, made: 1 };
}
