import type { ChannelSnapshot, ChannelValue, DbfName, ServedChannel, WriteRequest } from "@epicube/ca";
import { EpicubeError } from "@epicube/core";
import type { FieldDefinition } from "@epicube/epics-db";
import { isLink, isText, SERVED_TYPE } from "../field/types.js";
import { type Engine, processesOnPut } from "../process/engine.js";
import { fieldText } from "../process/links.js";
import { type FieldArray, type FieldValue, numberOf, type SimRecord } from "../record/record.js";
import { SUPPORT } from "../record/support.js";
import { metadataOf } from "./metadata.js";

const RECORD_TYPE: FieldDefinition = { name: "RTYP", type: "STRING", size: 40, processPassive: false, readOnly: true };

interface Target {
  readonly record: SimRecord;
  readonly definition: FieldDefinition;
  readonly type: DbfName;
  readonly count: number;
  /** `REC.FIELD$`: the text as characters. */
  readonly longText: boolean;
}

/** Reads a channel name: `REC`, `REC.FIELD`, `REC.FIELD$`. */
function resolve(engine: Engine, name: string): Target | undefined {
  const dot = name.indexOf(".");
  const record = engine.find(dot === -1 ? name : name.slice(0, dot));
  if (!record) return undefined;
  let field = dot === -1 ? "VAL" : name.slice(dot + 1);
  const longText = field.endsWith("$");
  if (longText) field = field.slice(0, -1) || "VAL";
  if (field === "") field = "VAL";
  const definition = field === "RTYP" ? RECORD_TYPE : record.definitions.get(field);
  if (!definition) return undefined;
  const own = SUPPORT[record.type]?.served?.(record, field);
  const type = own?.type ?? SERVED_TYPE[definition.type];
  if (!type) return undefined;
  if (!longText) return { record, definition, type, count: own?.count ?? 1, longText };
  if (type !== "STRING") return undefined;
  const size = definition.size ?? (record.definitions.has("SIZV") && !isText(definition.type) ? numberOf(record, "SIZV") : 1024);
  return { record, definition, type: "CHAR", count: size, longText };
}

function wireValue({ record, definition, type, longText }: Target): ChannelValue {
  const { name } = definition;
  if (name === "RTYP" || longText || isLink(definition.type)) {
    const text = name === "RTYP" ? record.type : fieldText(record, name);
    return longText ? [...new TextEncoder().encode(text), 0] : text;
  }
  if (type === "STRING" && name === "VAL" && record.values.LEN === 0) return [];
  const value = record.values[name] ?? 0;
  if (type !== "CHAR") return value;
  // Signed characters travel as bytes.
  return typeof value === "object" ? (value as readonly number[]).map((item) => item & 0xff) : Number(value) & 0xff;
}

function fromWire(target: Target, value: ChannelValue): FieldValue {
  if (typeof value === "number" || typeof value === "string") {
    if (target.longText) return typeof value === "number" ? String.fromCharCode(value) : value;
    return value;
  }
  const list = Array.from(value as ArrayLike<number | string>);
  if (!target.longText) return list as FieldArray;
  const end = list.indexOf(0);
  return new TextDecoder().decode(Uint8Array.from(end === -1 ? (list as number[]) : (list.slice(0, end) as number[])));
}

function refuse(message: string): never {
  throw new EpicubeError("SIM_PUT", message);
}

function write(engine: Engine, target: Target, request: WriteRequest): void {
  const { record, definition } = target;
  const field = definition.name;
  if (numberOf(record, "DISP") !== 0 && field !== "DISP") refuse(`${record.name} takes no puts (DISP)`);
  if (!engine.set(record, field, fromWire(target, request.value))) refuse(`${record.name}.${field} cannot hold the value`);
  if (processesOnPut(record, field)) engine.process(record);
}

/** The channel of a name, or undefined where the IOC has none. */
export function channelOf(engine: Engine, name: string): ServedChannel | undefined {
  const target = resolve(engine, name);
  if (!target) return undefined;
  const { record, definition } = target;
  const read = (): ChannelSnapshot => ({
    value: wireValue(target),
    severity: numberOf(record, "SEVR"),
    status: numberOf(record, "STAT"),
    timestamp: record.time,
    recordType: record.type,
    acknowledge: { transients: numberOf(record, "ACKT"), severity: numberOf(record, "ACKS") },
    ...(target.longText ? {} : metadataOf(record, definition)),
  });
  return {
    type: target.type,
    count: target.count,
    read,
    ...(definition.readOnly ? {} : { write: (request: WriteRequest) => write(engine, target, request) }),
    subscribe: (listener) => engine.poster.watch(record, definition.name, (mask) => listener(read(), mask)),
    acknowledge(what, value) {
      if (what === "transients") record.values.ACKT = value === 0 ? 0 : 1;
      else if (value >= numberOf(record, "ACKS")) record.values.ACKS = 0;
    },
  };
}
