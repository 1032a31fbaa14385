import type { Diagnostic } from "@epicube/core";
import { problemIn, type Spot, spanRange } from "../yaml/spot.js";

const TAGS = /\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/g;

/**
 * Rewrites `__utils__`, the name of `_global` before ibek 3, inside the tags of a template. Each place is a warning with a fix. The
 * rewritten text has the same length, so that places in it hold.
 */
export function createRewriter(diagnostics: Diagnostic[]): (text: string, spot: Spot | undefined) => string {
  const seen = new Set<string>();
  return (text, spot) => {
    if (!text.includes("__utils__")) return text;
    return text.replace(TAGS, (tag, tagStart: number) =>
      tag.replace(/\b__utils__\b/g, (name, nameStart: number) => {
        if (spot) {
          const start = tagStart + nameStart;
          const range = spanRange(spot, { start, end: start + name.length });
          const key = `${range.file}:${range.startLine}:${range.startColumn}`;
          if (!seen.has(key)) {
            seen.add(key);
            diagnostics.push(
              problemIn(range, "UTILS_RENAMED", "__utils__ is called _global since ibek 3, which refuses the old name", {
                severity: "warning",
                help: "write _global",
                fix: [{ range, text: "_global" }],
              }),
            );
          }
        }
        return "_global  ";
      }),
    );
  };
}
