import type { Source } from "../parse/node.js";
import { byteLength } from "../text/bytes.js";
import type { TemplatePosition } from "./template-error.js";

/** Line and column (UTF-16, from 1) of an offset. */
export function positionOf(source: Source, at: number): TemplatePosition {
  const before = source.text.slice(0, at);
  const lineStart = before.lastIndexOf("\n") + 1;
  return { file: source.name, line: before.split("\n").length, column: at - lineStart + 1 };
}

/** The location as Go writes it: `name:line:bytes-into-the-line`. */
export function goLocation(source: Source, at: number): string {
  const before = source.text.slice(0, at);
  const lineStart = before.lastIndexOf("\n") + 1;
  return `${source.name}:${before.split("\n").length}:${byteLength(before.slice(lineStart))}`;
}
