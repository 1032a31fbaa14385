import { setMaxListeners } from "node:events";
import { EVENT_MASK, timestampFromUnixMs } from "@epicube/ca";
import type { Clock } from "@epicube/core";
import { parseFieldText } from "../field/types.js";
import { parseLink } from "../link/parse.js";
import { type FieldValue, numberOf, type SimRecord, textOf } from "../record/record.js";
import { SUPPORT } from "../record/support.js";
import { STATUS } from "./alarms.js";
import { createLinkAccess, type LinkAccess } from "./links.js";
import { createPoster, type Poster } from "./post.js";

/** What record types work with. */
export interface Engine extends LinkAccess {
  readonly clock: Clock;
  readonly random: () => number;
  readonly records: ReadonlyMap<string, SimRecord>;
  /** By record name or alias. */
  find(name: string): SimRecord | undefined;
  readonly poster: Poster;
  /** Processes a record as a scan does. */
  process(record: SimRecord): void;
  /** Processes it when it is passive. */
  processPassive(record: SimRecord): void;
  /** Sets a field as a client or a link does. False when the value does not fit. */
  set(record: SimRecord, field: string, value: FieldValue): boolean;
  /** Processes the records that wait for an event. */
  event(name: string): void;
  /** Calls back after a time, unless the engine was closed. */
  after(milliseconds: number, task: () => void): void;
  /** Told when the SCAN, PHAS or EVNT field of a record changes. */
  onScanChange: (record: SimRecord) => void;
  onEvent: (name: string) => void;
}

/** Options of {@link createEngine}. */
export interface EngineOptions {
  readonly records: ReadonlyMap<string, SimRecord>;
  readonly aliases: ReadonlyMap<string, string>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly signal: AbortSignal;
}

const SCAN_FIELDS = new Set(["SCAN", "PHAS", "EVNT"]);

/** Makes the alarm raised during processing the record's alarm; gives the event mask of the change. */
function settleAlarm(record: SimRecord): number {
  const severity = numberOf(record, "NSEV");
  const status = numberOf(record, "NSTA");
  const changed = severity !== numberOf(record, "SEVR") || status !== numberOf(record, "STAT");
  record.values.SEVR = severity;
  record.values.STAT = status;
  record.values.NSEV = 0;
  record.values.NSTA = 0;
  const acknowledge = numberOf(record, "ACKS");
  if ((numberOf(record, "ACKT") === 0 || severity >= acknowledge) && acknowledge !== severity) record.values.ACKS = severity;
  return changed ? EVENT_MASK.ALARM : 0;
}

/** Makes the engine over records that are loaded; nothing runs until something is processed. */
export function createEngine(options: EngineOptions): Engine {
  const { records, aliases, clock } = options;
  const poster = createPoster();
  // Every delay and scan waits on this signal.
  setMaxListeners(0, options.signal);

  /** True when the record is disabled; its alarm then says so. */
  const disabled = (record: SimRecord): boolean => {
    const link = record.links.get("SDIS");
    if (link?.kind === "record") {
      const read = engine.readLink(record, "SDIS", "number");
      if (read.status === "ok") record.values.DISA = read.value as number;
    }
    if (numberOf(record, "DISA") !== numberOf(record, "DISV")) return false;
    if (numberOf(record, "STAT") === STATUS.DISABLE) return true;
    const before = poster.before(record);
    record.values.SEVR = numberOf(record, "DISS");
    record.values.STAT = STATUS.DISABLE;
    record.values.NSEV = 0;
    record.values.NSTA = 0;
    poster.alarm(record, before);
    return true;
  };
  const process = (record: SimRecord): void => {
    if (record.active) return;
    record.active = true;
    try {
      if (disabled(record)) return;
      const before = poster.before(record);
      SUPPORT[record.type]?.process(engine, record);
      record.time = timestampFromUnixMs(clock.nowMs());
      const mask = settleAlarm(record);
      poster.after(record, before, mask);
      const forward = record.links.get("FLNK");
      if (forward?.kind === "record") {
        const target = engine.find(forward.record);
        if (target) {
          if (forward.field === "PROC") engine.process(target);
          else engine.processPassive(target);
        }
      }
    } finally {
      record.active = false;
    }
  };
  const convert = (record: SimRecord, field: string, value: FieldValue): FieldValue | undefined => {
    const definition = record.definitions.get(field);
    if (!definition) return undefined;
    const own = SUPPORT[record.type]?.convert?.(record, field, value);
    if (own !== undefined) return own;
    if (typeof value === "object") return undefined;
    return parseFieldText(record.type, definition, typeof value === "number" ? numberText(value) : value);
  };
  const set = (record: SimRecord, field: string, value: FieldValue): boolean => {
    const converted = convert(record, field, value);
    const definition = record.definitions.get(field);
    if (converted === undefined || !definition) return false;
    const support = SUPPORT[record.type];
    const before = poster.before(record);
    record.values[field] = converted;
    if (definition.type === "INLINK" || definition.type === "OUTLINK" || definition.type === "FWDLINK") {
      record.links.set(field, parseLink(converted as string, definition.type));
      poster.follow(record, engine);
    }
    if (field === "VAL") record.values.UDF = 0;
    const fits = support?.changed?.(engine, record, field) ?? true;
    if (SCAN_FIELDS.has(field)) engine.onScanChange(record);
    if (!(field === "VAL" && definition.processPassive)) poster.put(record, before, field);
    return fits;
  };

  const engine: Engine = {
    clock,
    random: options.random,
    records,
    poster,
    find: (name) => records.get(name) ?? records.get(aliases.get(name) ?? ""),
    process,
    processPassive(record) {
      if (numberOf(record, "SCAN") === 0) process(record);
    },
    set,
    event: (name) => engine.onEvent(name),
    after(milliseconds, task) {
      clock.sleep(milliseconds, options.signal).then(task, () => undefined);
    },
    onScanChange: () => undefined,
    onEvent: () => undefined,
    ...createLinkAccess(() => engine),
  };
  return engine;
}

function numberText(value: number): string {
  return Number.isNaN(value)
    ? "nan"
    : value === Number.POSITIVE_INFINITY
      ? "inf"
      : value === Number.NEGATIVE_INFINITY
        ? "-inf"
        : String(value);
}

/** True when a client's write to this field processes the record. */
export function processesOnPut(record: SimRecord, field: string): boolean {
  if (field === "PROC") return true;
  return (record.definitions.get(field)?.processPassive ?? false) && numberOf(record, "SCAN") === 0;
}

/** A record's EVNT, for event scanning: numbers are compared as numbers. */
export function eventName(record: SimRecord): string {
  const text = textOf(record, "EVNT").trim();
  return /^\d+(\.0*)?$/.test(text) ? String(Number(text)) : text;
}
