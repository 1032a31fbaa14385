import type { ChannelSnapshot } from "@epicube/ca";
import { createManualClock, type ManualClock } from "@epicube/core";
import { loadDatabase } from "@epicube/epics-db";
import { channelOf } from "../src/channel/channel.js";
import { buildRecords } from "../src/ioc/build.js";
import { createEngine, type Engine } from "../src/process/engine.js";
import { createScanner } from "../src/process/scan.js";
import { SUPPORT } from "../src/record/support.js";

/** Records with a clock that stands still and no network. */
export interface World {
  readonly engine: Engine;
  readonly clock: ManualClock;
  read(name: string): ChannelSnapshot;
  value(name: string): unknown;
  /** `SEVERITY/STATUS` by number. */
  alarm(name: string): string;
  put(name: string, value: number | string | readonly number[]): void;
  process(name: string): void;
}

/** Loads records and starts their scans. */
export function createWorld(text: string): World {
  const loaded = loadDatabase([{ file: "test.db", text }]);
  const { records, diagnostics } = buildRecords(loaded.value!);
  const errors = [...loaded.diagnostics, ...diagnostics].filter((diagnostic) => diagnostic.severity === "error");
  if (errors.length > 0) throw new Error(errors.map((error) => error.message).join("\n"));
  const clock = createManualClock(Date.UTC(2026, 0, 1));
  const { signal } = new AbortController();
  const engine = createEngine({ records, aliases: loaded.value!.aliases, clock, random: () => 0.5, signal });
  const scanner = createScanner(engine, clock, signal);
  for (const record of records.values()) SUPPORT[record.type]?.init?.(engine, record);
  for (const record of records.values()) {
    scanner.place(record);
    engine.poster.follow(record, engine);
  }
  scanner.start();
  const channel = (name: string) => {
    const found = channelOf(engine, name);
    if (!found) throw new Error(`no channel ${name}`);
    return found;
  };
  const read = (name: string) => channel(name).read() as ChannelSnapshot;
  return {
    engine,
    clock,
    read,
    value: (name) => read(name).value,
    alarm: (name) => `${read(name).severity}/${read(name).status}`,
    put(name, value) {
      const { write } = channel(name);
      if (!write) throw new Error(`${name} is read-only`);
      const sent = { type: typeof value === "string" ? ("STRING" as const) : ("DOUBLE" as const), value };
      void write({ value, sent, wait: false, client: { userName: "test", hostName: "test" } });
    },
    process: (name) => engine.process(engine.find(name)!),
  };
}
