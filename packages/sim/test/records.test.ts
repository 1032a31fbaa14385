import { expect, it } from "vitest";
import { createWorld } from "./world.js";

it("reads INVALID/UDF and no time until processed", () => {
  const world = createWorld('record(ai, "X") {} record(ai, "Y") { field(VAL, 3) } record(ai, "Z") { field(UDFS, MINOR) }');
  expect([world.alarm("X"), world.alarm("Y"), world.alarm("Z")]).toEqual(["3/17", "0/17", "1/17"]);
  expect(world.read("X").timestamp).toEqual({ secondsPastEpoch: 0, nanoseconds: 0 });
  world.process("X");
  expect(world.read("X").timestamp!.secondsPastEpoch).toBe(1136073600);
  expect(world.alarm("X")).toBe("0/0");
});

it("advances a heartbeat once a second", async () => {
  const world = createWorld('record(calc, "X:HEARTBEAT") { field(INPA, "X:HEARTBEAT") field(CALC, "A+1") field(SCAN, "1 second") }');
  await world.clock.advance(3500);
  expect(world.value("X:HEARTBEAT")).toBe(3);
  world.put("X:HEARTBEAT.SCAN", "Passive");
  await world.clock.advance(3000);
  expect(world.value("X:HEARTBEAT")).toBe(3);
  world.put("X:HEARTBEAT.SCAN", ".1 second");
  await world.clock.advance(1000);
  expect(world.value("X:HEARTBEAT")).toBeGreaterThan(10);
});

it("raises limits with hysteresis, worst first", () => {
  const world = createWorld(
    'record(ai, "X") { field(HIHI, 10) field(HIGH, 5) field(LOW, -5) field(LOLO, -10) field(HHSV, MAJOR) field(HSV, MINOR) field(LSV, MINOR) field(LLSV, MAJOR) field(HYST, 1) }',
  );
  const after = (value: number) => {
    world.put("X", value);
    return world.alarm("X");
  };
  expect([0, 5, 4.5, 3.9, 12, 9.5, 8.9, -5, -4.2, -3.9, -10].map(after)).toEqual([
    "0/0", "1/4", "1/4", "0/0", "2/3", "2/3", "1/4", "1/6", "1/6", "0/0", "2/5",
  ]); // biome-ignore format: a list
});

it("hands alarms on as the link says", () => {
  const world = createWorld(
    ["NMS", "MS", "MSS", "MSI"].map((mode) => `record(ai, "X:${mode}") { field(INP, "SRC ${mode}") }`).join("\n") +
      ' record(ai, "SRC") { field(HIGH, 5) field(HSV, MINOR) }',
  );
  world.put("SRC", 7);
  const processed = (name: string) => {
    world.process(name);
    return world.alarm(name);
  };
  const all = () => ["NMS", "MS", "MSS", "MSI"].map((mode) => processed(`X:${mode}`));
  expect(all()).toEqual(["0/0", "1/14", "1/4", "0/0"]);
  world.put("SRC", Number.NaN);
  expect(all()).toEqual(["3/17", "3/14", "3/17", "3/14"]);
});

it("follows forward, PP and CP links", async () => {
  const world = createWorld(`
    record(calc, "A") { field(CALC, "VAL+1") field(FLNK, "B") }
    record(calc, "B") { field(INPA, "A") field(CALC, "A*10") field(FLNK, "A") }
    record(calc, "C") { field(INPA, "A PP") field(CALC, "A") }
    record(calc, "D") { field(INPA, "A CP") field(CALC, "A+100") }
    record(ao, "E") { field(OUT, "F PP") }
    record(longin, "F") { field(HIGH, 5) field(HSV, MINOR) }`);
  world.process("A");
  expect([world.value("A"), world.value("B")]).toEqual([1, 10]);
  world.process("C");
  expect(world.value("C")).toBe(2);
  await world.clock.advance(1);
  expect(world.value("D")).toBe(102);
  world.put("E", 6.7);
  expect([world.value("F"), world.alarm("F")]).toEqual([6, "1/4"]);
});

it("says LINK/INVALID for a link that leads nowhere", () => {
  const world = createWorld('record(ai, "X") { field(INP, "GONE") } record(calc, "C") { field(INPA, "GONE") field(CALC, "A") }');
  world.process("X");
  world.process("C");
  expect([world.alarm("X"), world.alarm("C")]).toEqual(["3/14", "3/14"]);
});

it("keeps outputs in their limits, ramps them and holds them back when INVALID", () => {
  const world = createWorld(`
    record(ao, "X") { field(DRVH, 10) field(DRVL, -10) field(OROC, 2) field(OUT, "Y PP") }
    record(ai, "Y") {}
    record(ao, "I") { field(OMSL, closed_loop) field(DOL, "GONE") field(IVOA, "Set output to IVOV") field(IVOV, 4) field(OUT, "J PP") }
    record(ai, "J") {}`);
  world.put("X", 50);
  expect([world.value("X"), world.value("X.OVAL"), world.value("Y")]).toEqual([10, 2, 2]);
  world.process("X");
  expect(world.value("Y")).toBe(4);
  world.process("I");
  expect(world.value("J")).toBe(4);
});

it("takes states by name, raises STATE and COS, and turns a momentary output back", async () => {
  const world = createWorld(`
    record(bo, "X") { field(ZNAM, "Off") field(ONAM, "On") field(OSV, MAJOR) field(HIGH, 2) }
    record(bi, "Y") { field(INP, "X CP") field(COSV, MINOR) field(ZNAM, "Off") field(ONAM, "On") }
    record(mbbo, "M") { field(ZRST, "a") field(ONST, "b") field(ONVL, 7) field(OUT, "N PP") field(ONSV, MINOR) }
    record(longin, "N") {}`);
  world.put("X", "On");
  expect([world.value("X"), world.alarm("X")]).toEqual([1, "2/7"]);
  await world.clock.advance(1);
  expect([world.value("Y"), world.alarm("Y")]).toEqual([1, "1/8"]);
  await world.clock.advance(2100);
  expect(world.value("X")).toBe(0);
  world.put("M", "b");
  expect([world.value("M"), world.alarm("M"), world.value("M.RVAL"), world.value("N")]).toEqual([1, "1/7", 7, 1]);
  expect(() => world.put("M", "nothing")).toThrow("cannot hold");
  expect(world.read("X").enums).toEqual(["Off", "On"]);
});

it("processes what waits for an event", () => {
  const world = createWorld(
    'record(event, "E") { field(VAL, "go") } record(calc, "C") { field(SCAN, "Event") field(EVNT, "go") field(CALC, "VAL+1") }',
  );
  world.process("E");
  world.process("E");
  expect(world.value("C")).toBe(2);
});

it("disables, refuses puts, and serves fields with their types", () => {
  const world = createWorld(
    'record(ai, "X") { field(DESC, "text") field(DISA, 1) field(DISS, MINOR) field(EGU, "mm") field(PREC, 2) alias("OTHER") }',
  );
  world.put("X", 5);
  expect(world.alarm("X")).toBe("1/18");
  world.put("X.DISP", 1);
  expect(() => world.put("X.VAL", 6)).toThrow("DISP");
  expect(() => world.put("X.STAT", 6)).toThrow("read-only");
  expect([world.value("X.RTYP"), world.value("OTHER.NAME"), world.value("X.DESC"), world.value("X.SCAN")]).toEqual(["ai", "X", "text", 0]);
  expect(world.value("X.DESC$")).toEqual([...Buffer.from("text"), 0]);
  expect(world.read("X")).toMatchObject({ units: "mm", precision: 2 });
  for (const name of ["X.NOPE", "Y", "X.TIME", "X.RTYP.X", ""]) expect(() => world.value(name), name).toThrow("no channel");
});

it("reports a broken expression on put and in processing", () => {
  const world = createWorld('record(calc, "C") { field(CALC, "1") }');
  expect(() => world.put("C.CALC", "A+")).toThrow("cannot hold");
  world.process("C");
  expect(world.alarm("C")).toBe("3/12");
});

it("holds arrays to their type and length", () => {
  const world = createWorld(
    'record(waveform, "W") { field(FTVL, SHORT) field(NELM, 3) } record(waveform, "V") { field(FTVL, DOUBLE) field(NELM, 9) field(INP, "W") }',
  );
  world.put("W", [1.9, 70000, 3, 4]);
  expect([world.value("W"), world.value("W.NORD")]).toEqual([[1, 4464, 3], 3]);
  world.process("V");
  expect(world.value("V")).toEqual([1, 4464, 3]);
});
