import { type Diagnostic, EpicubeError } from "@epicube/core";
import { diagnosticAt, type FieldDefinition, fieldsOf, type LoadedDatabase, type LoadedRecord, type LoadedValue } from "@epicube/epics-db";
import { compileCalc } from "../calc/compile.js";
import { initialValue, isLink, parseFieldText, parseNumber } from "../field/types.js";
import { parseLink } from "../link/parse.js";
import { type FieldValue, numberOf, type SimRecord } from "../record/record.js";
import { SUPPORT } from "../record/support.js";

const NEVER = { secondsPastEpoch: 0, nanoseconds: 0 };
const UDF_STATUS = 17;

/** Fields of a record type that base does not have: the common ones, a numeric VAL, and what the database sets. */
function standInDefinitions(record: LoadedRecord): ReadonlyMap<string, FieldDefinition> {
  const model = fieldsOf("ai");
  if (!model) throw new EpicubeError("SIM_TABLE", "the field table has no ai");
  const definitions = new Map([...model].filter(([name]) => name !== "INP"));
  for (const [name, value] of record.fields) {
    if (definitions.has(name)) continue;
    const number = value.json ? undefined : parseNumber(value.value);
    const type = number !== undefined && value.value.trim() !== "" ? "DOUBLE" : "STRING";
    definitions.set(name, { name, type, ...(type === "STRING" ? { size: 256 } : {}), processPassive: false, readOnly: false });
  }
  return definitions;
}

interface Build {
  readonly diagnostics: Diagnostic[];
  readonly standIns: Set<string>;
}

/** Values that do not fit were reported when the file was loaded; device support depends on the IOC. */
function wrongValue(build: Build, record: LoadedRecord, definition: FieldDefinition, value: LoadedValue): void {
  if (definition.type !== "DEVICE") return;
  const message = `"${value.value}" is no soft device support; ${record.name} is simulated as a soft channel`;
  build.diagnostics.push(diagnosticAt(value, { code: "SIM_DEVICE", severity: "warning", message }));
}

function checkExpression(build: Build, record: LoadedRecord, name: string, value: LoadedValue): void {
  if ((record.type !== "calc" && record.type !== "calcout") || (name !== "CALC" && name !== "OCAL")) return;
  const compiled = compileCalc(value.value);
  if ("run" in compiled || value.value === "") return;
  const message = `${name} of "${record.name}" is no expression: ${compiled.error}, at character ${compiled.at + 1} of ${JSON.stringify(value.value)}`;
  build.diagnostics.push(diagnosticAt(value, { code: "SIM_CALC", severity: "error", message }));
}

function setFields(
  build: Build,
  record: LoadedRecord,
  definitions: ReadonlyMap<string, FieldDefinition>,
  values: Record<string, FieldValue>,
): void {
  for (const [name, loaded] of record.fields) {
    const definition = definitions.get(name);
    if (!definition) continue;
    const parsed =
      SUPPORT[record.type]?.convert === undefined || definition.type !== "ENUM"
        ? parseFieldText(record.type, definition, loaded.value)
        : parseNumber(loaded.value);
    checkExpression(build, record, name, loaded);
    if (parsed === undefined) wrongValue(build, record, definition, loaded);
    else values[name] = parsed;
    if (name === "VAL") values.UDF = 0;
  }
}

function buildRecord(build: Build, record: LoadedRecord): SimRecord {
  const known = fieldsOf(record.type);
  if (!known && !build.standIns.has(record.type)) {
    build.standIns.add(record.type);
    const message = `record type ${record.type} is not part of EPICS base; its records are served as plain values that nothing moves`;
    build.diagnostics.push(diagnosticAt(record.places[0]!, { code: "SIM_RECORD_TYPE", severity: "warning", message }));
  }
  const definitions = known ?? standInDefinitions(record);
  const values: Record<string, FieldValue> = {};
  for (const definition of definitions.values()) values[definition.name] = initialValue(record.type, definition);
  setFields(build, record, definitions, values);
  values.NAME = record.name;
  const links = new Map<string, ReturnType<typeof parseLink>>();
  for (const definition of definitions.values()) {
    if (!isLink(definition.type)) continue;
    const link = parseLink(values[definition.name] as string, definition.type);
    if (link.kind !== "none") links.set(definition.name, link);
    if (link.kind !== "unsupported") continue;
    const place = record.fields.get(definition.name) ?? record.places[0]!;
    const message = `link ${definition.name} of "${record.name}" leads to hardware or is of a kind that is not simulated: ${link.text}`;
    build.diagnostics.push(diagnosticAt(place, { code: "SIM_LINK", severity: "warning", message, help: "it is taken as empty" }));
    links.delete(definition.name);
  }
  const info = Object.fromEntries([...record.info].map(([name, value]) => [name, value.value]));
  const built: SimRecord = {
    name: record.name,
    type: record.type,
    values,
    definitions,
    links,
    info,
    time: NEVER,
    active: false,
    state: {},
  };
  values.SEVR = numberOf(built, "UDF") !== 0 && numberOf(built, "STAT") === UDF_STATUS ? numberOf(built, "UDFS") : 0;
  return built;
}

/** Makes the records in memory. Diagnostics: `SIM_RECORD_TYPE`, `SIM_DEVICE`, `SIM_LINK`, `SIM_CALC`. */
export function buildRecords(database: LoadedDatabase): { records: Map<string, SimRecord>; diagnostics: Diagnostic[] } {
  const build: Build = { diagnostics: [], standIns: new Set() };
  const records = new Map<string, SimRecord>();
  for (const record of database.records.values()) records.set(record.name, buildRecord(build, record));
  return { records, diagnostics: build.diagnostics };
}
