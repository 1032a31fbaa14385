import type { Clock } from "@epicube/core";
import { numberOf, type SimRecord } from "../record/record.js";
import { type Engine, eventName } from "./engine.js";

/** Seconds of the periodic choices of menuScan, from the fourth on. */
const PERIODS = [10, 5, 2, 1, 0.5, 0.2, 0.1];
const EVENT = 1;
const FIRST_PERIOD = 3;

/** Keeps the scan lists. */
export interface Scanner {
  /** Starts the periodic scans. */
  start(): void;
  /** Puts a record into the list that its SCAN field names. */
  place(record: SimRecord): void;
}

/** Makes the scanner; its loops end with the signal. */
export function createScanner(engine: Engine, clock: Clock, signal: AbortSignal): Scanner {
  const lists = PERIODS.map(() => [] as SimRecord[]);
  const waiting = new Set<SimRecord>();
  const placed = new Map<SimRecord, SimRecord[]>();

  const remove = (record: SimRecord) => {
    const list = placed.get(record);
    if (list) list.splice(list.indexOf(record), 1);
    placed.delete(record);
    waiting.delete(record);
  };
  const insert = (list: SimRecord[], record: SimRecord) => {
    const phase = numberOf(record, "PHAS");
    const last = list.at(-1);
    placed.set(record, list);
    if (!last || numberOf(last, "PHAS") <= phase) {
      list.push(record);
      return;
    }
    const at = list.findIndex((other) => numberOf(other, "PHAS") > phase);
    list.splice(at, 0, record);
  };
  const runPeriod = async (index: number) => {
    const periodMs = PERIODS[index]! * 1000;
    let next = clock.monotonicMs() + periodMs;
    while (!signal.aborted) {
      await clock.sleep(Math.max(0, next - clock.monotonicMs()), signal).catch(() => undefined);
      if (signal.aborted) return;
      for (const record of [...lists[index]!]) engine.process(record);
      // After a stall the missed turns are left out, as the IOC does.
      next = Math.max(next + periodMs, clock.monotonicMs());
    }
  };
  const scanner: Scanner = {
    start() {
      for (const index of PERIODS.keys()) void runPeriod(index);
    },
    place(record) {
      remove(record);
      const scan = numberOf(record, "SCAN");
      if (scan === EVENT) waiting.add(record);
      const list = lists[scan - FIRST_PERIOD];
      if (list) insert(list, record);
    },
  };
  engine.onScanChange = scanner.place;
  engine.onEvent = (name) => {
    const wanted = /^\d+$/.test(name) ? String(Number(name)) : name;
    if (wanted === "" || wanted === "0") return;
    for (const record of [...waiting]) if (eventName(record) === wanted) engine.process(record);
  };
  return scanner;
}
