import type { Diagnostic } from "@epicube/core";
import type { YamlNode, YamlSource } from "@epicube/core/yaml";

/**
 * The first tab that ruamel.yaml stumbles over: it takes tabs only within quotes, block text, brackets and comments, where YAML also
 * allows them as blanks.
 */
export function findTab(source: YamlSource): Diagnostic | undefined {
  const { text } = source;
  if (!text.includes("\t")) return undefined;
  const fine: { start: number; end: number }[] = [];
  for (const document of source.documents) if (document) collectFine(document, fine);
  fine.sort((a, b) => a.start - b.start);
  let next = 0;
  for (let at = 0; at < text.length; at++) {
    while (next < fine.length && fine[next]!.end <= at) next++;
    const stretch = fine[next];
    if (stretch && stretch.start <= at) at = stretch.end - 1;
    else if ((text[at] === "#" && isBlank(text[at - 1])) || (text[at] === "%" && (at === 0 || text[at - 1] === "\n"))) {
      const newline = text.indexOf("\n", at);
      at = newline === -1 ? text.length : newline;
    } else if (text[at] === "\t") {
      return {
        code: "YAML_SYNTAX",
        severity: "error",
        message: "a tab cannot stand here: ibek takes tabs only within quotes, block text, brackets and comments",
        range: source.rangeOf({ start: at, end: at + 1 }),
        help: "put spaces in its place",
      };
    }
  }
  return undefined;
}

function isBlank(character: string | undefined): boolean {
  return character === undefined || character === " " || character === "\t" || character === "\n" || character === "\r";
}

/** Quoted and block scalars and flow collections, none within another. */
function collectFine(node: YamlNode, fine: { start: number; end: number }[]): void {
  if (node.kind === "scalar" ? node.style !== "plain" : node.kind !== "alias" && node.flow) fine.push(node);
  else if (node.kind === "sequence") for (const item of node.items) collectFine(item, fine);
  else if (node.kind === "map") {
    for (const entry of node.entries) {
      if (entry.merged) continue;
      collectFine(entry.key, fine);
      collectFine(entry.value, fine);
    }
  }
}
