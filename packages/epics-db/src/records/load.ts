import { type Checked, createLineIndex, type Diagnostic, type LineIndex, type SourceRange } from "@epicube/core";
import { type ExpansionOrigin, traceLine } from "../substitutions/origins.js";
import { fieldsOf } from "../types/record-types.js";
import { checkFieldName, checkFieldValue, checkRecordType } from "./check-field.js";
import { checkRecordName } from "./names.js";
import { EXPANDED_FOR, type MadeFinding, oncePerTemplatePlace } from "./once.js";
import { parseDatabase } from "./parse.js";
import type { AliasNode, AssignmentNode, RecordNode, StatementNode } from "./syntax.js";

/** A record file to load. */
export interface DatabaseSource {
  readonly file: string;
  readonly text: string;
  /** Where the lines come from, when the text was expanded; diagnostics and provenance then name the template. */
  readonly origins?: readonly ExpansionOrigin[];
}

/** A stretch of a source; {@link provenanceOf} and {@link rangeOf} say where that is. */
export interface SourcePlace {
  readonly source: DatabaseSource;
  readonly start: number;
  readonly end: number;
}

/** The value that a field or info tag ends up with, and where it was written. */
export interface LoadedValue extends SourcePlace {
  readonly value: string;
  readonly json: boolean;
}

/** An alias of a record. */
export interface LoadedAlias extends SourcePlace {
  readonly name: string;
}

/** A record after all its statements were put together. */
export interface LoadedRecord {
  readonly name: string;
  readonly type: string;
  readonly fields: ReadonlyMap<string, LoadedValue>;
  readonly info: ReadonlyMap<string, LoadedValue>;
  readonly aliases: readonly LoadedAlias[];
  /** The record statements, the defining one first. */
  readonly places: readonly SourcePlace[];
}

/** The records that an IOC would hold. */
export interface LoadedDatabase {
  /** By name, in order of definition. */
  readonly records: ReadonlyMap<string, LoadedRecord>;
  /** Alias name to record name. */
  readonly aliases: ReadonlyMap<string, string>;
}

/** Options of {@link loadDatabase}. */
export interface LoadDatabaseOptions {
  /** Refuse a second definition of a record, as `dbRecordsOnceOnly` does. Default false: it adds to the first. */
  readonly recordsOnce?: boolean;
  /** Findings of the expansion of the sources: where they say that a macro has no value, no MACRO_LEFT follows. Default: none. */
  readonly reported?: readonly Diagnostic[];
}

interface MutableRecord {
  name: string;
  type: string;
  fields: Map<string, LoadedValue>;
  info: Map<string, LoadedValue>;
  aliases: LoadedAlias[];
  places: SourcePlace[];
}

const lineIndexes = new WeakMap<DatabaseSource, LineIndex>();

function linesOf(source: DatabaseSource): LineIndex {
  let index = lineIndexes.get(source);
  if (!index) {
    index = createLineIndex(source.text);
    lineIndexes.set(source, index);
  }
  return index;
}

/** The place in the text that was loaded (the expanded one, where it was expanded). */
export function rangeOf(place: SourcePlace): SourceRange {
  return linesOf(place.source).rangeOf(place.source.file, place.start, place.end);
}

/** The chain of places that led to this one, outermost first: substitution row, include, template line; or the place itself. */
export function provenanceOf(place: SourcePlace): SourceRange[] {
  const range = rangeOf(place);
  if (!place.source.origins) return [range];
  const chain = traceLine(place.source.origins, range.startLine);
  return chain.length > 0 ? chain : [range];
}

/** A diagnostic at a place, its chain as labels. */
export function diagnosticAt(
  place: SourcePlace,
  diagnostic: Omit<Diagnostic, "range" | "labels">,
  labels: readonly { readonly place: SourcePlace; readonly message: string }[] = [],
): Diagnostic {
  const chain = provenanceOf(place);
  const all = [
    ...chain.slice(0, -1).map((range) => ({ range, message: EXPANDED_FOR })),
    ...labels.map((label) => ({ range: provenanceOf(label.place).at(-1)!, message: label.message })),
  ];
  return { ...diagnostic, range: chain.at(-1)!, ...(all.length > 0 ? { labels: all } : {}) };
}

interface Loader {
  readonly records: Map<string, MutableRecord>;
  readonly aliases: Map<string, { record: string; place: SourcePlace }>;
  readonly diagnostics: Diagnostic[];
  readonly recordsOnce: boolean;
  /** Record types that were reported, each with the file. */
  readonly unknownTypes: Set<string>;
  source: DatabaseSource;
}

function placeOf(loader: Loader, node: { readonly start: number; readonly end: number }): SourcePlace {
  return { source: loader.source, start: node.start, end: node.end };
}

function checkName(loader: Loader, node: { text: string; start: number; end: number }): boolean {
  const problem = checkRecordName(node.text);
  if (!problem) return true;
  loader.diagnostics.push(diagnosticAt(placeOf(loader, node), { code: "RECORD_NAME", ...problem }));
  return problem.severity !== "error";
}

function addAlias(loader: Loader, record: MutableRecord, node: AliasNode): void {
  const { text } = node.name;
  if (!checkName(loader, node.name)) return;
  if (loader.aliases.get(text)?.record === record.name) return;
  const taken = loader.records.get(text)?.places[0] ?? loader.aliases.get(text)?.place;
  const place = placeOf(loader, node);
  if (taken) {
    const diagnostic = { code: "ALIAS_DUPLICATE", severity: "error", message: `alias "${text}" is taken already` } as const;
    loader.diagnostics.push(diagnosticAt(place, diagnostic, [{ place: taken, message: "first used here" }]));
    return;
  }
  loader.aliases.set(text, { record: record.name, place });
  record.aliases.push({ name: text, ...place });
}

/** Reports what the IOC would not take; false where the field is not set. */
function checkField(loader: Loader, record: MutableRecord, node: AssignmentNode): boolean {
  const definitions = fieldsOf(record.type);
  if (!definitions) return true;
  const name = node.name.text;
  const finding = checkFieldName(record.type, name, definitions);
  if (finding) {
    loader.diagnostics.push(diagnosticAt(placeOf(loader, node.name), finding));
    return false;
  }
  const value = checkFieldValue(definitions.get(name)!, node.value.text);
  if (value) loader.diagnostics.push(diagnosticAt(placeOf(loader, node.value), value));
  return value === undefined;
}

function applyBody(loader: Loader, record: MutableRecord, node: RecordNode): void {
  for (const item of node.body) {
    if (item.kind === "alias") {
      addAlias(loader, record, item);
      continue;
    }
    if (item.kind === "field" && !checkField(loader, record, item)) continue;
    const value: LoadedValue = {
      value: item.value.text,
      json: item.value.kind === "json",
      source: loader.source,
      start: item.value.start,
      end: item.value.end,
    };
    (item.kind === "field" ? record.fields : record.info).set(item.name.text, value);
    if (/\$[({]/.test(item.value.text))
      loader.diagnostics.push(
        diagnosticAt(value, {
          code: "MACRO_LEFT",
          severity: "warning",
          message: `${item.kind} ${item.name.text} of "${record.name}" still holds a macro: ${item.value.text}`,
          help: "give the macro a value or a default",
        }),
      );
  }
}

function findRecord(loader: Loader, name: string): MutableRecord | undefined {
  return loader.records.get(name) ?? loader.records.get(loader.aliases.get(name)?.record ?? "");
}

function removeRecord(loader: Loader, node: RecordNode): void {
  const record = findRecord(loader, node.name.text);
  if (!record) {
    const message = `record "${node.name.text}" is deleted here but was not defined`;
    loader.diagnostics.push(diagnosticAt(placeOf(loader, node.name), { code: "RECORD_DELETE_UNKNOWN", severity: "warning", message }));
    return;
  }
  for (const alias of record.aliases) loader.aliases.delete(alias.name);
  loader.records.delete(record.name);
}

/** Once for a type in a file: a template with many records of one type has one cause. */
function reportUnknownType(loader: Loader, node: RecordNode): void {
  const finding = checkRecordType(node.type.text);
  if (!finding) return;
  const diagnostic = diagnosticAt(placeOf(loader, node.type), finding);
  const key = `${diagnostic.range?.file}\0${node.type.text}`;
  if (loader.unknownTypes.has(key)) return;
  loader.unknownTypes.add(key);
  loader.diagnostics.push(diagnostic);
}

function loadRecord(loader: Loader, node: RecordNode): void {
  const { text: name } = node.name;
  const type = node.type.text;
  if (node.type.quoted && type === "#") {
    removeRecord(loader, node);
    return;
  }
  const place = placeOf(loader, node);
  const found = findRecord(loader, name);
  const append = node.type.quoted && type === "*";
  if (append && !found) {
    const message = `record "${name}" is added to here but was not defined`;
    loader.diagnostics.push(diagnosticAt(placeOf(loader, node.name), { code: "RECORD_APPEND_UNKNOWN", severity: "error", message }));
    return;
  }
  if (!found) {
    if (!checkName(loader, node.name)) return;
    const record: MutableRecord = { name, type, fields: new Map(), info: new Map(), aliases: [], places: [place] };
    reportUnknownType(loader, node);
    loader.records.set(name, record);
    applyBody(loader, record, node);
    return;
  }
  const first = [{ place: found.places[0]!, message: "first defined here" }];
  if (!append && found.type !== type) {
    const message = `record "${name}" is of type ${found.type}, defined again as ${type}`;
    loader.diagnostics.push(diagnosticAt(placeOf(loader, node.name), { code: "RECORD_TYPE_CONFLICT", severity: "error", message }, first));
    return;
  }
  if (!append) {
    const message = `record "${name}" is defined again; its fields are added to the first definition`;
    const severity = loader.recordsOnce ? "error" : "info";
    loader.diagnostics.push(diagnosticAt(placeOf(loader, node.name), { code: "RECORD_REDEFINED", severity, message }, first));
    if (loader.recordsOnce) return;
  }
  found.places.push(place);
  applyBody(loader, found, node);
}

function loadStatement(loader: Loader, node: StatementNode): void {
  if (node.kind === "record") loadRecord(loader, node);
  else if (node.kind === "alias") {
    const record = findRecord(loader, node.record?.text ?? "");
    if (record) addAlias(loader, record, node);
    else {
      const message = `alias "${node.name.text}" is for record "${node.record?.text}", which was not defined`;
      loader.diagnostics.push(diagnosticAt(placeOf(loader, node), { code: "ALIAS_TARGET_UNKNOWN", severity: "error", message }));
    }
  } else if (node.kind === "include") {
    const message = `include "${node.name.text}" is not followed here`;
    const help = "expand the file first";
    loader.diagnostics.push(diagnosticAt(placeOf(loader, node), { code: "INCLUDE_LEFT", severity: "warning", message, help }));
  }
}

/** A syntax diagnostic at the template, where the text was expanded. */
function relocate(source: DatabaseSource, diagnostic: Diagnostic): Diagnostic {
  if (!source.origins || !diagnostic.range) return diagnostic;
  const chain = traceLine(source.origins, diagnostic.range.startLine);
  const last = chain.at(-1);
  if (!last) return diagnostic;
  const labels = [...chain.slice(0, -1).map((range) => ({ range, message: EXPANDED_FOR })), ...(diagnostic.labels ?? [])];
  return { ...diagnostic, range: last, ...(labels.length > 0 ? { labels } : {}) };
}

/** A macro without a value is one finding: that of the expansion, which names it. */
function withoutFollowing(diagnostics: Diagnostic[], reported: readonly Diagnostic[]): Diagnostic[] {
  const lineOf = ({ range }: Diagnostic) => `${range?.file}\0${range?.startLine}`;
  const undefinedAt = new Set(reported.filter((entry) => entry.code === "MACRO_UNDEFINED").map(lineOf));
  return diagnostics.filter((entry) => entry.code !== "MACRO_LEFT" || !undefinedAt.has(lineOf(entry)));
}

/**
 * Loads record files in order, as an IOC does: a second definition adds to the first, another type is an error, `record("*", …)` adds,
 * `record("#", …)` deletes, aliases are checked. Never throws; diagnostics lead to the template and substitution row where the sources carry
 * origins, once for each place of a template.
 *
 * Diagnostics: `DATABASE_SYNTAX`, `RECORD_TYPE_UNKNOWN` (warning), `RECORD_NAME`, `RECORD_REDEFINED` (info), `RECORD_TYPE_CONFLICT`, `RECORD_APPEND_UNKNOWN`,
 * `RECORD_DELETE_UNKNOWN`, `ALIAS_DUPLICATE`, `ALIAS_TARGET_UNKNOWN`, `FIELD_UNKNOWN`, `FIELD_NOT_SETTABLE`,
 * `FIELD_VALUE`, `MACRO_LEFT`, `INCLUDE_LEFT`.
 */
export function loadDatabase(sources: readonly DatabaseSource[], options: LoadDatabaseOptions = {}): Checked<LoadedDatabase> {
  const loader: Loader = {
    records: new Map(),
    aliases: new Map(),
    diagnostics: [],
    recordsOnce: options.recordsOnce ?? false,
    unknownTypes: new Set(),
    source: { file: "", text: "" },
  };
  const findings: MadeFinding[] = [];
  for (const [index, source] of sources.entries()) {
    loader.source = source;
    const parsed = parseDatabase(source.text, { file: source.file });
    const madeAt = (line: number) => (source.origins ? `${index}:${line}` : undefined);
    for (const diagnostic of parsed.diagnostics)
      findings.push({ diagnostic: relocate(source, diagnostic), madeAt: madeAt(diagnostic.range?.startLine ?? 0) });
    for (const statement of parsed.value?.statements ?? []) {
      loadStatement(loader, statement);
      for (const diagnostic of loader.diagnostics.splice(0))
        findings.push({ diagnostic, madeAt: madeAt(rangeOf(placeOf(loader, statement)).startLine) });
    }
  }
  const aliases = new Map([...loader.aliases].map(([name, { record }]) => [name, record]));
  return {
    value: { records: loader.records, aliases },
    diagnostics: withoutFollowing(oncePerTemplatePlace(findings), options.reported ?? []),
  };
}
