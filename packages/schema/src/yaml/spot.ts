import type { Diagnostic, Severity, SourceRange } from "@epicube/core";
import { dereference, scalarOffsets, type YamlEntry, type YamlNode } from "@epicube/core/yaml";
import { scalarText, type YamlDocument } from "./document.js";

/** A place in a file: a node, and for one that came in through `<<`, where. */
export interface Spot {
  readonly document: YamlDocument;
  readonly node: { readonly start: number; readonly end: number };
  /** Offsets of the alias or map behind `<<:` that brought the node in. */
  readonly use?: { readonly start: number; readonly end: number };
}

type Label = { readonly range: SourceRange; readonly message: string };

/** The value of an entry. */
export function valueSpot(document: YamlDocument, entry: YamlEntry): Spot {
  return { document, node: entry.value, ...(entry.mergedAt ? { use: entry.mergedAt } : {}) };
}

/** The key of an entry. */
export function keySpot(document: YamlDocument, entry: YamlEntry): Spot {
  return { document, node: entry.key, ...(entry.mergedAt ? { use: entry.mergedAt } : {}) };
}

function isNode(node: Spot["node"]): node is YamlNode {
  return "kind" in node;
}

/** Where a reader should look first: the use of an alias or merge, else the node. Long nodes are cut to their first line. */
export function spotRange(spot: Spot): SourceRange {
  const { document } = spot;
  const place = spot.use ?? spot.node;
  const range = document.rangeOf(place);
  if (range.startLine === range.endLine) return range;
  const newline = document.source.text.indexOf("\n", place.start);
  return document.rangeOf({ start: place.start, end: newline === -1 ? place.end : newline });
}

/** A note to the anchor, where the spot is a use of one. */
export function anchorLabels(spot: Spot): Label[] {
  const { document, node, use } = spot;
  if (isNode(node) && node.kind === "alias")
    return [{ range: spotRange({ document, node: node.target }), message: "the value stands here" }];
  return use ? [{ range: spotRange({ document, node }), message: "merged in from here" }] : [];
}

/** The place of a stretch of a scalar's content, through quotes, escapes and block indentation. */
export function spanRange(spot: Spot, span: { readonly start: number; readonly end: number }): SourceRange {
  if (!isNode(spot.node)) return spotRange(spot);
  const scalar = dereference(spot.node);
  if (scalar.kind !== "scalar") return spotRange(spot);
  const { source } = spot.document;
  const offsets = scalarOffsets(source.text, scalar);
  const last = Math.min(scalarText(spot.document, scalar).length, offsets.length - 1);
  const start = Math.max(0, Math.min(span.start, last));
  const end = Math.max(start, Math.min(span.end, last));
  const from = offsets[start]!;
  const to = end > start ? offsets[end - 1]! + 1 : from;
  return source.rangeOf({ start: from, end: Math.max(from, to) });
}

export interface ProblemExtras {
  readonly severity?: Severity;
  readonly help?: string | undefined;
  readonly labels?: readonly Label[];
  readonly fix?: Diagnostic["fix"];
}

/** A diagnostic at a spot. */
export function problemAt(spot: Spot, code: string, message: string, extras: ProblemExtras = {}): Diagnostic {
  return problemIn(spotRange(spot), code, message, { ...extras, labels: [...anchorLabels(spot), ...(extras.labels ?? [])] });
}

/** A diagnostic at a range. */
export function problemIn(range: SourceRange, code: string, message: string, extras: ProblemExtras = {}): Diagnostic {
  return {
    code,
    severity: extras.severity ?? "error",
    message,
    range,
    ...(extras.labels && extras.labels.length > 0 ? { labels: extras.labels } : {}),
    ...(extras.help === undefined ? {} : { help: extras.help }),
    ...(extras.fix === undefined ? {} : { fix: extras.fix }),
  };
}
