import { describePeer } from "@epicube/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createClient, valueToJson } from "../src/index.js";
import { putPv } from "../src/put/index.js";
import { type RealIoc, startCaproto } from "./peers.js";

const VALUES = { "C:DOUBLE": 2.5, "C:LONG": [1, 2, 3], "C:STRING": "hello", "C:ENUM": 1, "C:CHAR": [...Buffer.from("text")] };
const NAMES = Object.keys(VALUES);

describePeer(["epics"], "a caproto server and our client", ({ epics }) => {
  let server: RealIoc;
  beforeAll(async () => {
    server = await startCaproto(epics);
  });
  afterAll(() => server?.close());

  for (const how of ["servers", "nameServers", "addressList"] as const)
    it(`agree on every type and class, found by ${how}`, async () => {
      await using client = createClient({ [how]: [{ host: "127.0.0.1", port: server.port }] });
      for (const dbrClass of ["plain", "sts", "time", "gr", "ctrl"] as const) {
        const readings = await client.getMany(NAMES, { class: dbrClass, timeoutMs: 10_000 });
        expect(Object.fromEntries(readings.map((reading) => [reading.pv, valueToJson(reading.value)]))).toEqual(VALUES);
      }
      const [number, state] = await client.getMany(["C:DOUBLE", "C:ENUM"], { class: "ctrl", timeoutMs: 10_000 });
      expect(number).toMatchObject({ units: "mm", precision: 3, limits: { displayHigh: 10 } });
      expect(state!.enums).toEqual(["Off", "On"]);
    });

  it("name what is missing, write and monitor", async () => {
    await using client = createClient({ servers: [{ host: "127.0.0.1", port: server.port }] });
    await expect(client.get("C:NONE", { timeoutMs: 10_000 })).rejects.toMatchObject({ code: "CA_NOT_FOUND" });
    const seen: unknown[] = [];
    for await (const event of client.monitor("C:DOUBLE")) {
      if (event.event !== "update") continue;
      seen.push(event.reading.value);
      if (seen.length === 1) await putPv(client, "C:DOUBLE", 7.5, { timeoutMs: 10_000 });
      if (seen.at(-1) === 7.5) break;
    }
    await putPv(client, "C:DOUBLE", 2.5, { timeoutMs: 10_000 });
    expect(seen[0]).toBe(2.5);
  });
});
