import { EVENT_MASK } from "@epicube/ca";
import { type FieldValue, numberOf, type SimRecord } from "../record/record.js";
import type { Engine } from "./engine.js";

type Watcher = (mask: number) => void;

/** Tells subscribers and CP links what changed. Records that nobody watches cost nothing but their deadbands. */
export interface Poster {
  /** Watches a field; returns the function that ends it. */
  watch(record: SimRecord, field: string, watcher: Watcher): () => void;
  /** The values before a change, where somebody watches. */
  before(record: SimRecord): Record<string, FieldValue> | undefined;
  /** After processing: posts what changed, VAL by its deadbands. */
  after(record: SimRecord, before: Record<string, FieldValue> | undefined, alarmMask: number): void;
  /** After the alarm alone was set: posts it, and VAL with it. */
  alarm(record: SimRecord, before: Record<string, FieldValue> | undefined): void;
  /** After a put that does not process: posts the field, and what changed with it. */
  put(record: SimRecord, before: Record<string, FieldValue> | undefined, field: string): void;
  /** Renews the CP links of a record. */
  follow(record: SimRecord, engine: Engine): void;
}

const VALUE_AND_LOG = EVENT_MASK.VALUE | EVENT_MASK.LOG;
const PROPERTIES = new Set([
  ..."EGU PREC HOPR LOPR DRVH DRVL HIHI HIGH LOW LOLO HHSV HSV LSV LLSV ZNAM ONAM".split(" "),
  ..."ZR ON TW TH FR FV SX SV EI NI TE EL TV TT FT FF".split(" ").map((state) => `${state}ST`),
]);

/** True when a value is further from the last posted one than the deadband; keeps the new one then. */
function crosses(record: SimRecord, last: string, deadband: string): boolean {
  const value = numberOf(record, "VAL");
  const previous = numberOf(record, last);
  const delta = Math.abs(previous - value);
  // Infinities and NaN count as a change when they come or go, and as none when they stay.
  const changed =
    Number.isNaN(delta) || delta === Number.POSITIVE_INFINITY ? !Object.is(previous, value) : delta > numberOf(record, deadband);
  if (changed) record.values[last] = value;
  return changed;
}

function valueMask(record: SimRecord, before: Record<string, FieldValue> | undefined): number {
  if (record.definitions.has("MDEL") && record.definitions.has("MLST"))
    return (crosses(record, "MLST", "MDEL") ? EVENT_MASK.VALUE : 0) | (crosses(record, "ALST", "ADEL") ? EVENT_MASK.LOG : 0);
  if (record.definitions.has("MLST")) {
    if (record.values.MLST === record.values.VAL) return 0;
    record.values.MLST = record.values.VAL!;
    return VALUE_AND_LOG;
  }
  const post = record.definitions.get("MPST");
  if (post) {
    // The text records say "On Change" first, the array records "Always".
    const always = (record.definitions.get("NELM") ? 0 : 1) === numberOf(record, "MPST");
    if (always) return VALUE_AND_LOG;
  }
  return before && before.VAL !== record.values.VAL ? VALUE_AND_LOG : 0;
}

export function createPoster(): Poster {
  const watchers = new Map<SimRecord, Map<string, Set<Watcher>>>();
  const followers = new Map<SimRecord, (() => void)[]>();

  const tell = (record: SimRecord, field: string, mask: number) => {
    if (mask === 0) return;
    for (const watcher of [...(watchers.get(record)?.get(field) ?? [])]) watcher(mask);
  };
  const poster: Poster = {
    watch(record, field, watcher) {
      const fields = watchers.get(record) ?? new Map<string, Set<Watcher>>();
      watchers.set(record, fields);
      const set = fields.get(field) ?? new Set<Watcher>();
      fields.set(field, set);
      set.add(watcher);
      return () => {
        set.delete(watcher);
        if (set.size > 0) return;
        fields.delete(field);
        if (fields.size === 0 && watchers.get(record) === fields) watchers.delete(record);
      };
    },
    before: (record) => (watchers.has(record) ? { ...record.values } : undefined),
    after(record, before, alarmMask) {
      const mask = valueMask(record, before) | alarmMask;
      if (!before) return;
      for (const field of [...(watchers.get(record)?.keys() ?? [])]) {
        if (field === "VAL") tell(record, field, mask);
        else if (before[field] !== record.values[field]) tell(record, field, VALUE_AND_LOG | alarmMask);
      }
    },
    alarm(record, before) {
      if (!before) return;
      for (const field of [...(watchers.get(record)?.keys() ?? [])])
        if (field === "VAL" || before[field] !== record.values[field]) tell(record, field, EVENT_MASK.VALUE | EVENT_MASK.ALARM);
    },
    put(record, before, written) {
      if (!before) return;
      for (const field of [...(watchers.get(record)?.keys() ?? [])]) {
        const changed = field === written || before[field] !== record.values[field];
        const property = PROPERTIES.has(written) && before[written] !== record.values[written] ? EVENT_MASK.PROPERTY : 0;
        tell(record, field, changed ? VALUE_AND_LOG | property : property);
      }
    },
    follow(record, engine) {
      for (const end of followers.get(record) ?? []) end();
      const ends: (() => void)[] = [];
      for (const link of record.links.values()) {
        if (link.kind !== "record" || link.follow === undefined) continue;
        const target = engine.find(link.record);
        if (!target) continue;
        let queued = false;
        const run = () => {
          queued = false;
          if (link.follow === "CP") engine.process(record);
          else engine.processPassive(record);
        };
        ends.push(
          poster.watch(target, link.field, (mask) => {
            if (queued || (mask & (EVENT_MASK.VALUE | EVENT_MASK.ALARM)) === 0) return;
            queued = true;
            engine.after(0, run);
          }),
        );
      }
      if (ends.length > 0) followers.set(record, ends);
      else followers.delete(record);
    },
  };
  return poster;
}
