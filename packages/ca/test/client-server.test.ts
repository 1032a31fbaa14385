import { afterEach, describe, expect, it } from "vitest";
import {
  type CaClient,
  type CaServer,
  createClient,
  createServer,
  DBF_NAMES,
  DBR_CLASSES,
  type PvReading,
  readingToJson,
  type ServedChannel,
  timestampFromUnixMs,
} from "../src/index.js";
import { putMany, putPv } from "../src/put/index.js";
import { variable } from "./rig.js";

const TIME = timestampFromUnixMs(Date.UTC(2026, 0, 2, 3, 4, 5, 678));
const VALUES: Readonly<Record<string, readonly [number | string, readonly number[] | readonly string[]]>> = {
  STRING: ["hello", ["one", "two", "three"]],
  SHORT: [-7, [1, -2, 3]],
  FLOAT: [1.25, [0.5, -1.5, 2.5]],
  ENUM: [1, [0, 1, 2]],
  CHAR: [200, [1, 2, 255]],
  LONG: [-100_000, [1, -2, 3]],
  DOUBLE: [Math.PI, [0.1, Number.NaN, Number.NEGATIVE_INFINITY]],
};
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

function bank(): Map<string, ServedChannel> {
  const channels = new Map<string, ServedChannel>();
  for (const type of DBF_NAMES) {
    const [one, many] = VALUES[type]!;
    const state = {
      severity: "MINOR",
      status: "HIGH",
      timestamp: TIME,
      units: "mm",
      precision: 3,
      enums: ["Off", "On", "Broken"],
      limits: LIMITS,
    } as const;
    channels.set(`T:${type}`, { type, count: 1, read: () => ({ ...state, value: one }) });
    channels.set(`T:${type}:ARRAY`, { type, count: 10, read: async () => ({ ...state, value: many }) });
    channels.set(`T:${type}:EMPTY`, { type, count: 10, read: () => ({ ...state, value: [] }) });
  }
  return channels;
}

const cleanup: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of cleanup.splice(0)) await thing.close();
});
async function pair(
  channels: ReadonlyMap<string, ServedChannel>,
  how: "servers" | "nameServers" | "addressList" = "nameServers",
): Promise<{ server: CaServer; client: CaClient }> {
  const server = await createServer({ lookup: (name) => channels.get(name) });
  const client = createClient({ [how]: [{ host: "127.0.0.1", port: server.tcpPort }] });
  cleanup.push(client, server);
  return { server, client };
}
const list = (reading: PvReading) =>
  typeof reading.value === "object" && reading.value !== null ? Array.from(reading.value as ArrayLike<unknown>) : reading.value;

describe("client and server over sockets", () => {
  for (const how of ["servers", "nameServers", "addressList"] as const)
    it(`find each other by ${how}`, async () => {
      const { client, server } = await pair(bank(), how);
      const readings = await client.getMany(["T:LONG", "T:DOUBLE", "T:STRING"], { timeoutMs: 5000 });
      expect(readings.map((reading) => reading.value)).toEqual([-100_000, Math.PI, "hello"]);
      expect(readings.map((reading) => reading.server)).toEqual(Array(3).fill(`127.0.0.1:${server.tcpPort}`));
      expect(server.report()).toMatchObject({ circuits: 1, channels: 3 });
    });

  for (const dbrClass of DBR_CLASSES)
    it(`carry every type, scalar, array and empty, with class ${dbrClass}`, async () => {
      const { client } = await pair(bank());
      for (const type of DBF_NAMES) {
        const [one, many] = VALUES[type]!;
        const [scalar, array, empty] = await client.getMany([`T:${type}`, `T:${type}:ARRAY`, `T:${type}:EMPTY`], {
          class: dbrClass,
          timeoutMs: 5000,
        });
        expect(scalar).toMatchObject({ ok: true, value: one, type, count: 1, nativeCount: 1 });
        expect(list(array!)).toEqual(many);
        expect(array).toMatchObject({ ok: true, type, count: 3, nativeCount: 10 });
        expect(list(empty!)).toEqual([]);
        const alarm = dbrClass === "plain" ? { severity: null, status: null } : { severity: "MINOR", status: "HIGH" };
        expect(scalar).toMatchObject(alarm);
        expect(scalar!.timestamp).toEqual(dbrClass === "time" ? TIME : null);
        const display = dbrClass === "gr" || dbrClass === "ctrl";
        expect(scalar!.enums).toEqual(display && type === "ENUM" ? ["Off", "On", "Broken"] : undefined);
        expect(scalar!.units).toBe(display && type !== "ENUM" && type !== "STRING" ? "mm" : undefined);
      }
    });

  it("asks for as many elements as wanted, zeros beyond the value", async () => {
    const { client } = await pair(bank());
    expect(list(await client.get("T:LONG:ARRAY", { count: 2 }))).toEqual([1, -2]);
    expect(list(await client.get("T:LONG:ARRAY", { count: 5 }))).toEqual([1, -2, 3, 0, 0]);
  });

  it("converts to the type asked for", async () => {
    const { client } = await pair(bank());
    expect((await client.get("T:DOUBLE", { type: "STRING" })).value).toBe("3.142");
    expect((await client.get("T:DOUBLE", { type: "LONG" })).value).toBe(3);
    expect((await client.get("T:ENUM", { type: "STRING" })).value).toBe("On");
    expect((await client.get("T:LONG", { type: "SHORT" })).value).toBe(31072);
    await expect(client.get("T:STRING", { type: "DOUBLE" })).rejects.toMatchObject({ code: "CA_STATUS", context: { eca: 152 } });
  });

  it("name a PV that does not exist at once, and read the others", async () => {
    const { client, server } = await pair(bank());
    const [missing, present] = await client.getMany(["T:NONE", "T:LONG"], { timeoutMs: 30_000 });
    expect(missing).toMatchObject({
      ok: false,
      error: { code: "CA_NOT_FOUND", message: `PV T:NONE does not exist on 127.0.0.1:${server.tcpPort}` },
    });
    expect(present!.ok).toBe(true);
    await expect(client.info("T:NONE")).rejects.toMatchObject({ code: "CA_NOT_FOUND" });
    expect(await client.info("T:ENUM")).toMatchObject({ type: "ENUM", nativeCount: 1, access: { read: true, write: false } });
  });

  it("share one circuit for thousands of names under one deadline", async () => {
    const server = await createServer({ lookup: (name) => ({ type: "LONG", count: 1, read: () => ({ value: Number(name.slice(2)) }) }) });
    const client = createClient({ nameServers: [{ host: "127.0.0.1", port: server.tcpPort }] });
    cleanup.push(client, server);
    const names = Array.from({ length: 5000 }, (_, index) => `N:${index}`);
    const readings = await client.getMany(names, { timeoutMs: 30_000 });
    expect(readings.map((reading) => reading.value)).toEqual(names.map((_, index) => index));
    expect(server.report()).toMatchObject({ circuits: 1, channels: 5000 });
  });

  it("find thousands of names by UDP", async () => {
    const server = await createServer({ lookup: (name) => ({ type: "LONG", count: 1, read: () => ({ value: Number(name.slice(2)) }) }) });
    const client = createClient({ addressList: [{ host: "127.0.0.1", port: server.tcpPort }] });
    cleanup.push(client, server);
    const names = Array.from({ length: 3000 }, (_, index) => `N:${index}`);
    expect((await client.getMany(names, { timeoutMs: 30_000 })).filter((reading) => reading.ok)).toHaveLength(3000);
  });

  it("say who has a name, also when two have it", async () => {
    const channels = bank();
    const { client: _client, server } = await pair(channels);
    const { server: other } = await pair(channels);
    const addresses = [server, other].map(({ tcpPort }) => ({ host: "127.0.0.1", port: tcpPort }));
    for (const places of [{ nameServers: addresses }, { addressList: addresses }]) {
      await using both = createClient(places);
      const [found, missing] = await both.searchMany(["T:LONG", "T:NONE"], { timeoutMs: 500 });
      expect([...found!.servers].sort()).toEqual(addresses.map(({ port }) => `127.0.0.1:${port}`).sort());
      expect(missing!.servers).toEqual([]);
    }
  });

  it("write with and without waiting, and refuse what cannot be written", async () => {
    const number = variable("DOUBLE", { value: 1, precision: 2 });
    const state = variable("ENUM", { value: 0, enums: ["Off", "On"] });
    const text = variable("CHAR", { value: [] }, 20);
    const { client } = await pair(
      new Map([
        ["W:D", number.channel],
        ["W:E", state.channel],
        ["W:C", text.channel],
        ["W:R", bank().get("T:LONG")!],
      ]),
    );
    await putPv(client, "W:D", 2.5);
    await putPv(client, "W:D", "7.25 mm");
    await putPv(client, "W:E", "On");
    await putPv(client, "W:C", "text");
    expect([number.writes, state.writes]).toEqual([[2.5, 7.25], [1]]);
    expect(list(await client.get("W:C"))).toEqual([...Buffer.from("text\0")]);
    await putPv(client, "W:D", 3, { wait: false });
    expect((await client.get("W:D")).value).toBe(3);
    const results = await putMany(client, [
      { pv: "W:E", value: "Nowhere" },
      { pv: "W:R", value: 1 },
      { pv: "W:D", value: [1, 2] },
      { pv: "W:D", value: "x".repeat(40) },
      { pv: "W:E", value: 70_000 },
      { pv: "W:NONE", value: 1 },
      { pv: "W:D", value: 4 },
    ]);
    expect(results.map(({ ok, error }) => (ok ? "ok" : (error!.eca?.name ?? error!.code)))).toEqual([
      "ECA_PUTFAIL",
      "ECA_NOWTACCESS",
      "CA_VALUE_INVALID",
      "CA_VALUE_INVALID",
      "CA_VALUE_INVALID",
      "CA_NOT_FOUND",
      "ok",
    ]);
  });

  it("serialise waiting writes of a channel", async () => {
    const order: string[] = [];
    const channel: ServedChannel = {
      type: "LONG",
      count: 1,
      read: () => ({ value: 0 }),
      async write({ value }) {
        order.push(`begin ${value}`);
        await new Promise((resolve) => setTimeout(resolve, 5));
        order.push(`end ${value}`);
      },
    };
    const { client } = await pair(new Map([["W", channel]]));
    await putMany(
      client,
      [1, 2, 3].map((value) => ({ pv: "W", value })),
    );
    expect(order).toEqual(["begin 1", "end 1", "begin 2", "end 2", "begin 3", "end 3"]);
  });

  it("monitor: the value now, each change, the loss and the return of the server", async () => {
    const number = variable("LONG", { value: 1 });
    const channels = new Map([["M", number.channel]]);
    const first = await createServer({ lookup: (name) => channels.get(name) });
    const client = createClient({ servers: [{ host: "127.0.0.1", port: first.tcpPort }] });
    cleanup.push(client);
    const seen: unknown[] = [];
    let second: CaServer | undefined;
    for await (const event of client.monitor("M")) {
      seen.push(event.event === "update" ? event.reading.value : event.event);
      if (seen.length === 1) number.set({ value: 2 });
      if (seen.length === 2) number.set({ value: 3 }, 8);
      if (seen.length === 2) number.set({ value: 4 }, 4);
      if (seen.length === 3) await first.close();
      if (seen.length === 4) second = await createServer({ lookup: (name) => channels.get(name), port: first.tcpPort });
      if (seen.at(-1) === 5) break;
      if (seen.length > 4 && event.event === "update") number.set({ value: 5 });
    }
    cleanup.push(second!);
    expect(seen.filter((entry, index) => entry !== seen[index - 1])).toEqual([1, 2, 4, "disconnect", 4, 5]);
    expect(number.listeners.size).toBeLessThanOrEqual(1);
    // Leaving the loop ends the subscription on the server.
    await client.get("M");
    expect(second!.report().subscriptions).toBe(0);
  });

  it("end a monitor by signal and by close", async () => {
    const { client } = await pair(bank());
    const controller = new AbortController();
    const watch = async (signal?: AbortSignal) => {
      for await (const _event of client.monitor("T:LONG", signal ? { signal } : {})) if (signal) controller.abort(new Error("enough"));
    };
    await expect(watch(controller.signal)).rejects.toThrow("enough");
    const running = watch();
    await client.get("T:LONG");
    await client.close();
    await expect(running).rejects.toMatchObject({ code: "CA_CLOSED" });
    await expect(client.get("T:LONG")).rejects.toMatchObject({ code: "CA_CLOSED" });
  });

  it("abort a read by signal, and say how far a read came at its deadline", async () => {
    const { client, server } = await pair(bank());
    server.setFaults([{ kind: "hang-reads", pv: "T:LONG" }]);
    const reason = new Error("stop");
    await expect(client.get("T:LONG", { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await expect(client.get("T:LONG", { signal: AbortSignal.timeout(30) })).rejects.toMatchObject({ name: "TimeoutError" });
    const [hung, read] = await client.getMany(["T:LONG", "T:SHORT"], { timeoutMs: 200 });
    expect(hung).toMatchObject({
      ok: false,
      type: "LONG",
      error: { code: "CA_TIMEOUT", stage: "read", message: "connected, but the read of T:LONG was not answered in 0.2 s" },
    });
    expect(read!.ok).toBe(true);
  });

  it("print a reading as the command line does", async () => {
    const { client, server } = await pair(bank());
    const [reading, array, missing] = await client.getMany(["T:DOUBLE", "T:DOUBLE:ARRAY", "T:\u009bNONE"]);
    expect(JSON.parse(JSON.stringify(readingToJson(reading!)))).toEqual({
      pv: "T:DOUBLE",
      ok: true,
      value: Math.PI,
      type: "DOUBLE",
      count: 1,
      severity: "MINOR",
      status: "HIGH",
      timestamp: "2026-01-02T03:04:05.678000000Z",
      server: `127.0.0.1:${server.tcpPort}`,
    });
    expect(readingToJson(array!).value).toEqual([0.1, "NaN", "-Infinity"]);
    expect(readingToJson(missing!).error).not.toContain("\u009b");
  });

  it("need an address, a name that can be one, and a live server", async () => {
    await using nowhere = createClient({});
    await expect(nowhere.get("X")).rejects.toMatchObject({ code: "CA_NO_ADDRESS" });
    const { client, server } = await pair(bank());
    for (const name of ["", "A\nB", "x".repeat(1008)]) await expect(client.get(name)).rejects.toMatchObject({ code: "CA_NAME_INVALID" });
    await client.get("T:LONG");
    await server.close();
    const [gone] = await client.getMany(["T:LONG"], { timeoutMs: 5000 });
    expect(gone).toMatchObject({ ok: false });
    expect(["CA_CONNECT", "CA_DISCONNECTED"]).toContain(gone!.error!.code);
  });
});
