import { describePeer } from "@epicube/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  type CaClient,
  type CaServer,
  type ChannelSnapshot,
  createClient,
  createServer,
  DBF_NAMES,
  DBR_CLASSES,
  type DbfName,
  type PvReading,
  readingToJson,
  SEVERITY_NAMES,
  type ServedChannel,
  STATUS_NAMES,
  severityCode,
  statusCode,
  timestampFromUnixMs,
  valueToJson,
} from "../src/index.js";
import { putMany, putPv } from "../src/put/index.js";
import { libcaGet, type RealIoc, runPython, startIoc } from "./peers.js";
import { variable } from "./rig.js";

const DOUBLES = [
  "0",
  "-0",
  "1.5",
  "-3.14159265358979",
  "0.125",
  "2.5",
  "0.0005",
  "123456.789",
  "9999999.9995",
  "10000001",
  "1e12",
  "-2e16",
  "1e17",
  "1e300",
  "-1e-300",
  "1e39",
  "3000000000",
  "-40000",
  "70000",
  "300",
  "nan",
  "inf",
  "-inf",
];
const PRECISIONS = [0, 1, 3, 7, 8, 9, 15];

const DATABASE = `
record(ai, "T:AI") { field(VAL, "1.5") field(PREC, "3") field(EGU, "mm/s") field(PINI, "YES") field(HOPR, "100") field(LOPR, "-100") field(HIHI, "90") field(HIGH, "80") field(LOW, "-80") field(LOLO, "-90") field(HHSV, "MAJOR") field(HSV, "MINOR") field(LSV, "MINOR") field(LLSV, "MAJOR") }
record(ao, "T:AO") { field(VAL, "85") field(PREC, "2") field(EGU, "fifteen letters") field(PINI, "YES") field(HIGH, "80") field(HSV, "MINOR") field(DRVH, "1e10") field(DRVL, "-1e10") }
record(longout, "T:LO") { field(VAL, "-100000") field(EGU, "V") field(PINI, "YES") field(HOPR, "70000") }
record(int64out, "T:I64") { field(VAL, "5000000000") field(PINI, "YES") }
record(bo, "T:BO") { field(VAL, "1") field(ZNAM, "Off") field(ONAM, "On") field(PINI, "YES") field(OSV, "MAJOR") }
record(bi, "T:BI:BARE") { field(PINI, "YES") }
record(mbbo, "T:MBBO") { field(VAL, "2") field(ZRST, "Zero") field(ONST, "One") field(TWST, "Two") field(PINI, "YES") }
record(mbbo, "T:MBBO:BARE") { field(PINI, "YES") }
record(stringout, "T:SO") { field(VAL, "a string") field(PINI, "YES") }
record(stringout, "T:SO:NUMBER") { field(VAL, "12.75") field(PINI, "YES") }
${["1e3", "0x1F", "010", "99999999999", " 7 V", "-3", "text", "300", "+5"].map((text, index) => `record(stringout, "T:SO:${index}") { field(VAL, "${text}") field(PINI, "YES") }`).join("\n")}
record(stringout, "T:SO:EMPTY") { field(PINI, "YES") }
record(calc, "T:CALC") { field(CALC, "VAL+1") field(SCAN, ".1 second") }
record(ai, "T:NEVER") { field(DESC, "never processed") }
${["STRING", "CHAR", "UCHAR", "SHORT", "USHORT", "LONG", "ULONG", "FLOAT", "DOUBLE", "ENUM"]
  .map((type) => {
    const values = type === "STRING" ? '["one", "", "three"]' : "[1, 2, 100]";
    return `record(waveform, "T:WF:${type}") { field(FTVL, "${type}") field(NELM, "8") field(PREC, "2") field(INP, ${JSON.stringify(values)}) field(PINI, "YES") }
record(waveform, "T:WF1:${type}") { field(FTVL, "${type}") field(NELM, "1") }
record(waveform, "T:WF0:${type}") { field(FTVL, "${type}") field(NELM, "8") }`;
  })
  .join("\n")}
${DOUBLES.map((value, index) => `record(ai, "D:${index}") { field(VAL, "${value}") }`).join("\n")}
`;
const NAMES = [...DATABASE.matchAll(/record\(\w+, "(T:[^"]+)"\)/g)].map((match) => match[1]!);
const FIELDS = [
  "T:AI.DESC",
  "T:AI.RTYP",
  "T:AI.SCAN",
  "T:AI.PREC",
  "T:AI.SEVR",
  "T:AI.VAL",
  "T:AI.HIHI",
  "T:NEVER.DESC",
  "T:AI.TPRO",
  "T:BO.OSV",
];

/** Everything but what can differ between two reads of a record that is alive. */
function essence(reading: PvReading) {
  const { timingsMs: _timings, server: _server, error, value, ...rest } = reading;
  return { ...rest, value: valueToJson(value), error: error && (error.eca?.name ?? error.code) };
}

describePeer(["epics"], "a real IOC and our client", ({ epics }) => {
  let ioc: RealIoc;
  let client: CaClient;
  beforeAll(async () => {
    ioc = await startIoc(epics, DATABASE);
    client = createClient({ nameServers: [{ host: "127.0.0.1", port: ioc.port }] });
  });
  afterAll(async () => {
    await client?.close();
    await ioc?.close();
  });

  it("agree with libca's caget on the text of every record", async () => {
    const still = NAMES.filter((name) => name !== "T:CALC" && !name.includes(":WF"));
    const texts = await libcaGet(epics, ioc.port, still, "tcp");
    const readings = await client.getMany(still, { type: "STRING", class: "plain", timeoutMs: 10_000 });
    expect(texts.size).toBeGreaterThan(10);
    for (const reading of readings) expect([reading.pv, String(reading.value)]).toEqual([reading.pv, texts.get(reading.pv) ?? "no text"]);
  });

  it("agree with libca on value, alarm, time, units, precision, limits and states of every record and type", async () => {
    // aioca itself fails on a scalar that holds nothing.
    const still = [...NAMES, ...FIELDS].filter((name) => name !== "T:CALC" && !name.includes(":WF1:"));
    const requests = still.flatMap((name) => ["plain", "time", "ctrl"].map((kind) => [name, kind, null] as const));
    const answers = (await runPython(epics, "read_libca.py", ioc.port, requests, "tcp")) as Record<string, unknown>[];
    for (const kind of ["plain", "time", "ctrl"] as const) {
      const readings = await client.getMany(still, { class: kind, timeoutMs: 10_000 });
      for (const reading of readings) {
        const theirs = answers[requests.findIndex(([name, other]) => name === reading.pv && other === kind)]!;
        expect([reading.pv, kind, asLibca(reading)]).toEqual([reading.pv, kind, sameClass(theirs, kind)]);
      }
    }
  });

  it("find each other by UDP", async () => {
    await using byUdp = createClient({ addressList: [{ host: "127.0.0.1", port: ioc.port }] });
    const readings = await byUdp.getMany(NAMES, { timeoutMs: 10_000 });
    expect(readings.filter((reading) => !reading.ok)).toEqual([]);
    expect((await byUdp.searchMany(["T:AI", "T:NONE"], { timeoutMs: 300 })).map((result) => result.servers.length)).toEqual([1, 0]);
  });

  it("name what is missing at once", async () => {
    const reading = (await client.getMany(["T:NONE"], { timeoutMs: 20_000 }))[0]!;
    expect(reading.error).toMatchObject({ code: "CA_NOT_FOUND", message: `PV T:NONE does not exist on 127.0.0.1:${ioc.port}` });
    await using direct = createClient({ servers: [{ host: "127.0.0.1", port: ioc.port }] });
    await expect(direct.get("T:NONE", { timeoutMs: 20_000 })).rejects.toMatchObject({ code: "CA_NOT_FOUND" });
  });

  it("monitor: every count of a calc at 10 Hz, and alarms", async () => {
    const values: number[] = [];
    for await (const event of client.monitor("T:CALC")) {
      if (event.event === "update") values.push(event.reading.value as number);
      if (values.length === 8) break;
    }
    expect(values).toEqual(values.map((_, index) => values[0]! + index));
  });

  it("write every kind of value, and hear why a write is refused", async () => {
    await putPv(client, "T:AO", 12.5);
    expect((await client.get("T:AO")).value).toBe(12.5);
    await putPv(client, "T:AO", "13.25");
    await putPv(client, "T:MBBO", "One");
    await putPv(client, "T:SO", "ünï");
    await putPv(client, "T:WF:DOUBLE", [4, 5]);
    await putPv(client, "T:WF:CHAR", "text");
    await putPv(client, "T:LO", 7, { wait: false });
    const readings = await client.getMany(["T:AO", "T:MBBO", "T:SO", "T:WF:DOUBLE", "T:WF:CHAR", "T:LO"]);
    expect(readings.map((reading) => valueToJson(reading.value))).toEqual([13.25, 1, "ünï", [4, 5], [...Buffer.from("text\0")], 7]);
    const results = await putMany(client, [
      { pv: "T:MBBO", value: "Nowhere" },
      { pv: "T:AI.RTYP", value: "ao" },
      { pv: "T:LO", value: 8 },
    ]);
    expect(results.map(({ ok, error }) => error?.eca?.name ?? ok)).toEqual(["ECA_PUTFAIL", "ECA_PUTFAIL", true]);
  });

  it("survive that it stops answering, and tell so", async () => {
    await using own = createClient({ servers: [{ host: "127.0.0.1", port: ioc.port }] });
    await own.get("T:AI");
    process.kill(ioc.pid, "SIGSTOP");
    await new Promise((resolve) => setTimeout(resolve, 100));
    try {
      const [read] = await own.getMany(["T:AI"], { timeoutMs: 300 });
      expect(read!.error).toMatchObject({ code: "CA_TIMEOUT", stage: "read" });
      await using late = createClient({ nameServers: [{ host: "127.0.0.1", port: ioc.port }] });
      const [silent] = await late.getMany(["T:AI"], { timeoutMs: 300 });
      expect(silent!.error).toMatchObject({ code: "CA_TIMEOUT", stage: "version" });
    } finally {
      process.kill(ioc.pid, "SIGCONT");
    }
    expect((await own.get("T:AI", { timeoutMs: 10_000 })).ok).toBe(true);
  });

  it("and our server with the same channels answer alike: every type asked of every type, every class, several counts", async () => {
    // Channel Access shows INT64, USHORT and ULONG as wider types than they are: the IOC converts from what our server cannot know.
    const hidden = ["T:CALC", "T:I64", ...["USHORT", "ULONG"].flatMap((type) => [`T:WF:${type}`, `T:WF0:${type}`, `T:WF1:${type}`])];
    const mirrored = [...NAMES.filter((name) => !hidden.includes(name)), ...DOUBLES.map((_, index) => `D:${index}`)];
    const mirror = await mirrorOf(client, mirrored);
    const server = await createServer({ lookup: (name) => mirror.get(name) });
    await using ours = createClient({ servers: [{ host: "127.0.0.1", port: server.tcpPort }] });
    try {
      let compared = 0;
      const differences: string[] = [];
      const compare = async (names: readonly string[]) => {
        const describe = (reading: ReturnType<typeof essence>) =>
          JSON.stringify(reading, (key, value) => (key === "error" && value === undefined ? null : value));
        for (const dbrClass of DBR_CLASSES)
          for (const type of DBF_NAMES)
            for (const count of [0, 1, 3]) {
              const options = { class: dbrClass, type, count, timeoutMs: 20_000 };
              const [real, served] = await Promise.all([client.getMany(names, options), ours.getMany(names, options)]);
              for (const [index, reading] of real.entries()) {
                compared += 1;
                const [left, right] = [essence(reading), essence(served[index]!)];
                if (JSON.stringify(left) !== JSON.stringify(right))
                  differences.push(`${dbrClass} ${type} ${count} ${describe(left)} ≠ ${describe(right)}`);
              }
            }
      };
      await compare(mirrored);
      // The text of numbers, for every precision.
      for (const precision of PRECISIONS) {
        await putMany(
          client,
          DOUBLES.map((_, index) => ({ pv: `D:${index}.PREC`, value: precision })),
        );
        for (const [name, channel] of await mirrorOf(
          client,
          DOUBLES.map((_, index) => `D:${index}`),
        ))
          mirror.set(name, channel);
        const names = DOUBLES.map((_, index) => `D:${index}`);
        const options = { class: "plain", type: "STRING", timeoutMs: 10_000 } as const;
        await using again = createClient({ servers: [{ host: "127.0.0.1", port: server.tcpPort }] });
        const [real, served] = await Promise.all([client.getMany(names, options), again.getMany(names, options)]);
        for (const [index, reading] of real.entries()) {
          compared += 1;
          if (reading.value !== served[index]!.value)
            differences.push(`${DOUBLES[index]} ${precision}: ${JSON.stringify(reading.value)} ≠ ${JSON.stringify(served[index]!.value)}`);
        }
      }
      expect(differences.slice(0, 20)).toEqual([]);
      expect(compared).toBeGreaterThan(5000);
    } finally {
      await server.close();
    }
  });
});

/** For DBR_CTRL_STRING, which has no more than DBR_STS_STRING, aioca asks for the time instead. */
function sameClass(theirs: Record<string, unknown>, kind: string): Record<string, unknown> {
  const { stamp: _stamp, ...rest } = theirs;
  return kind === "ctrl" ? rest : theirs;
}

/** A reading as the Python program prints libca's. */
function asLibca(reading: PvReading): Record<string, unknown> {
  const json = readingToJson(reading);
  if (!reading.ok) return { error: reading.error!.eca?.code };
  const result: Record<string, unknown> = { value: reading.nativeCount === 1 && json.value === null ? [] : json.value };
  if (reading.severity !== null) Object.assign(result, { severity: severityCode(reading.severity), status: statusCode(reading.status!) });
  if (reading.timestamp) {
    const { secondsPastEpoch, nanoseconds } = reading.timestamp;
    result.stamp = [secondsPastEpoch + 631_152_000, nanoseconds];
  }
  if (json.units !== undefined) result.units = json.units;
  if (json.precision !== undefined) result.precision = json.precision;
  if (json.enums !== undefined) result.enums = json.enums;
  if (json.limits !== undefined) result.limits = Object.values(json.limits);
  return result;
}

/** Channels for our server that hold what the IOC's hold. */
async function mirrorOf(client: CaClient, names: readonly string[]): Promise<Map<string, ServedChannel>> {
  const [control, wide, timed, types] = await Promise.all([
    client.getMany(names, { class: "ctrl", timeoutMs: 10_000 }),
    client.getMany(names, { class: "ctrl", type: "DOUBLE", timeoutMs: 10_000 }),
    client.getMany(names, { class: "time", timeoutMs: 10_000 }),
    client.getMany(
      names.map((name) => `${name}.RTYP`),
      { class: "plain", timeoutMs: 10_000 },
    ),
  ]);
  return new Map(
    control.map((reading, index) => {
      const { value, nativeCount, type, enums, ...rest } = reading;
      const snapshot: ChannelSnapshot = {
        ...rest,
        // No names on the wire is a record without any (a waveform), which has no text for a state either.
        ...(enums && enums.length > 0 ? { enums } : {}),
        // As DOUBLE limits are what the record has; as integers they are cut, and 0 where there are none.
        ...(wide[index]!.limits ? { limits: wide[index]!.limits } : {}),
        value: value ?? [],
        severity: reading.severity!,
        status: reading.status!,
        timestamp: timed[index]!.timestamp!,
        recordType: String(types[index]!.value),
      };
      return [reading.pv, { type: type!, count: nativeCount, read: () => snapshot }];
    }),
  );
}

describePeer(["epics"], "our server and real clients", ({ epics }) => {
  const TIME = timestampFromUnixMs(Date.UTC(2026, 0, 2, 3, 4, 5));
  const VALUES: Readonly<Record<DbfName, readonly [number | string, readonly number[] | readonly string[]]>> = {
    STRING: ["hello", ["one", "two", "three"]],
    SHORT: [-7, [1, -2, 3]],
    FLOAT: [1.25, [0.5, -1.5, 2.5]],
    ENUM: [1, [0, 1, 2]],
    CHAR: [100, [1, 2, 127]],
    LONG: [-100_000, [1, -2, 3]],
    DOUBLE: [2.75, [0.1, 1e300, -5]],
  };
  const STATE = { severity: "MINOR", status: "HIGH", timestamp: TIME, units: "mm", precision: 3, enums: ["Off", "On", "Broken"] } as const;
  const LIMITS = {
    displayHigh: 100,
    displayLow: -100,
    alarmHigh: 90,
    warningHigh: 80,
    warningLow: -80,
    alarmLow: -90,
    controlHigh: 99,
    controlLow: -99,
  };
  const written = variable("DOUBLE", { value: 0, timestamp: TIME });
  let server: CaServer;
  const channels = new Map<string, ServedChannel>([["S:WRITE", written.channel]]);
  for (const type of DBF_NAMES) {
    const limits = type === "CHAR" ? { ...LIMITS, displayLow: 0, warningLow: 0, alarmLow: 0, controlLow: 0 } : LIMITS;
    channels.set(`S:${type}`, { type, count: 1, read: () => ({ ...STATE, limits, value: VALUES[type][0] }) });
    channels.set(`S:${type}:ARRAY`, { type, count: 8, read: () => ({ ...STATE, limits, value: VALUES[type][1] }) });
  }
  beforeAll(async () => {
    server = await createServer({ lookup: (name) => channels.get(name) });
  });
  afterAll(() => server?.close());

  for (const how of ["udp", "tcp"] as const)
    it(`libca's caget reads every type, found by ${how}`, async () => {
      const texts = await libcaGet(epics, server.tcpPort, [...channels.keys()], how);
      const expected = { STRING: "hello", SHORT: "-7", FLOAT: "1.250", ENUM: "On", CHAR: "100", LONG: "-100000", DOUBLE: "2.750" };
      for (const type of DBF_NAMES) expect([type, texts.get(`S:${type}`)]).toEqual([type, expected[type]]);
      expect(texts.get("S:LONG:ARRAY")).toBe("1");
    });

  it("libca reads scalars and arrays with alarm, time, units, precision, limits and states, as our own client does", async () => {
    await using client = createClient({ servers: [{ host: "127.0.0.1", port: server.tcpPort }] });
    const names = [...channels.keys()];
    const requests = names.flatMap((name) => ["plain", "time", "ctrl"].map((kind) => [name, kind, null] as const));
    const answers = (await runPython(epics, "read_libca.py", server.tcpPort, requests)) as Record<string, unknown>[];
    for (const kind of ["plain", "time", "ctrl"] as const)
      for (const reading of await client.getMany(names, { class: kind }))
        expect([
          reading.pv,
          kind,
          sameClass(answers[requests.findIndex(([name, other]) => name === reading.pv && other === kind)]!, kind),
        ]).toEqual([reading.pv, kind, asLibca(reading)]);
  });

  it("libca writes with and without waiting, and monitors every change", async () => {
    const puts = [
      ["S:WRITE", 1.5, true],
      ["S:WRITE", "2.5", true],
      ["S:WRITE", 3.5, false],
      ["S:LONG", 1, true],
      ["S:WRITE", 4.5, true],
    ];
    const answer = await runPython(epics, "use_libca.py", server.tcpPort, { monitor: "S:WRITE", puts });
    expect(answer).toEqual({ seen: [0, 1.5, 2.5, 3.5, 4.5], results: [true, true, true, false, true], info: [1, true, true] });
    expect(written.writes).toEqual([1.5, 2.5, 3.5, 4.5]);
    await expect.poll(() => written.listeners.size).toBe(0);
  });

  it("caproto's client reads every type in every class", async () => {
    // DBR_CTRL_STRING is left out: caproto takes it for DBR_TIME_STRING.
    const requests = DBF_NAMES.flatMap((type) =>
      ["", "STS_", "TIME_", "GR_", "CTRL_"].flatMap((prefix) =>
        ["", ":ARRAY"].map(
          (suffix) => [`S:${type}${suffix}`, `${prefix}${type === "LONG" ? "LONG" : type === "SHORT" ? "INT" : type}`] as const,
        ),
      ),
    );
    const answers = (await runPython(epics, "read_caproto.py", server.tcpPort, requests)) as Record<string, unknown>[];
    for (const [index, [name, dbr]] of requests.entries()) {
      if (dbr === "CTRL_STRING") continue;
      const type = name.split(":")[1] as DbfName;
      const wanted = name.endsWith("ARRAY") ? VALUES[type][1] : [VALUES[type][0]];
      const answer = answers[index]!;
      expect([name, dbr, answer.value, answer.type]).toEqual([name, dbr, wanted, dbr]);
      if (dbr.includes("_"))
        expect([name, dbr, answer.severity, answer.status]).toEqual([
          name,
          dbr,
          SEVERITY_NAMES.indexOf("MINOR"),
          STATUS_NAMES.indexOf("HIGH"),
        ]);
      if (dbr.startsWith("TIME_")) expect(answer.stamp).toEqual([TIME.secondsPastEpoch, 0]);
      if (dbr.startsWith("CTRL_") && type !== "CHAR" && answer.limits) expect((answer.limits as number[])[0]).toBe(100);
      if (dbr.startsWith("CTRL_ENUM")) expect(answer.enums).toEqual(STATE.enums);
    }
  });
});
