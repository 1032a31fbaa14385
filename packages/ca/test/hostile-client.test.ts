import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import {
  type CaServer,
  type CaServerOptions,
  COMMAND,
  createClient,
  createServer,
  ECA,
  encodeMessage,
  type MessageInit,
} from "../src/index.js";
import { type RawClient, rawClient, variable } from "./rig.js";

const cleanup: { close(): unknown }[] = [];
afterEach(async () => {
  for (const thing of cleanup.splice(0)) await thing.close();
});

async function serve(options: Partial<CaServerOptions> = {}) {
  const number = variable("DOUBLE", { value: 1 });
  const array = variable("LONG", { value: [1, 2, 3] }, 10);
  const server = await createServer({ lookup: (name) => ({ D: number.channel, A: array.channel })[name], ...options });
  cleanup.push(server);
  return { server, number, array };
}
async function join(server: CaServer): Promise<RawClient> {
  const client = await rawClient(server.tcpPort);
  cleanup.push(client);
  client.send({ command: COMMAND.VERSION, count: 13 });
  await client.next(COMMAND.VERSION);
  return client;
}
async function open(client: RawClient, name: string): Promise<number> {
  client.send({ command: COMMAND.CREATE_CHAN, p1: 7, p2: 13, payload: Buffer.from(`${name}\0`) });
  return (await client.next(COMMAND.CREATE_CHAN)).p2;
}
async function stillServes(server: CaServer): Promise<void> {
  await using client = createClient({ servers: [{ host: "127.0.0.1", port: server.tcpPort }] });
  expect((await client.get("D", { timeoutMs: 5000 })).ok).toBe(true);
}

describe("a server of hostile clients", () => {
  it("greets, grants rights before the channel, and refuses a missing name", async () => {
    const { server } = await serve();
    const client = await join(server);
    client.send({ command: COMMAND.CREATE_CHAN, p1: 1, p2: 13, payload: Buffer.from("NONE\0") });
    expect(await client.next(COMMAND.CREATE_CH_FAIL)).toMatchObject({ p1: 1 });
    await open(client, "D");
    expect(await client.next(COMMAND.ACCESS_RIGHTS)).toMatchObject({ p1: 7, p2: 3 });
  });

  const refusals: [string, (sid: number) => MessageInit, number][] = [
    ["a sid of nobody", () => ({ command: COMMAND.READ_NOTIFY, dataType: 6, count: 1, p1: 4_000_000_000, p2: 1 }), ECA.INTERNAL],
    ["DBR type 99", (sid) => ({ command: COMMAND.READ_NOTIFY, dataType: 99, count: 1, p1: sid, p2: 1 }), ECA.BADTYPE],
    ["a read of PUT_ACKT", (sid) => ({ command: COMMAND.READ_NOTIFY, dataType: 35, count: 1, p1: sid, p2: 1 }), ECA.BADTYPE],
    [
      "the end of a subscription of nobody",
      (sid) => ({ command: COMMAND.EVENT_CANCEL, dataType: 6, count: 1, p1: sid, p2: 99 }),
      ECA.BADMONID,
    ],
    ["a command of servers", () => ({ command: COMMAND.ACCESS_RIGHTS }), ECA.INTERNAL],
    ["a version before 4.4", () => ({ command: COMMAND.VERSION, count: 3 }), ECA.DEFUNCT],
    [
      "a write of a type that does not exist",
      (sid) => ({ command: COMMAND.WRITE, dataType: 99, count: 1, p1: sid, p2: 1, payload: new Uint8Array(8) }),
      ECA.BADTYPE,
    ],
  ];
  for (const [title, request, eca] of refusals)
    it(`ends the circuit for ${title}, and serves the others`, async () => {
      const { server } = await serve();
      const client = await join(server);
      client.send(request(await open(client, "D")));
      expect(await client.next(COMMAND.ERROR)).toMatchObject({ p2: eca });
      await client.closed;
      await stillServes(server);
    });

  it("ends the circuit for bytes that are no messages", async () => {
    for (const bytes of [
      encodeMessage({ command: 60_000 }),
      new Uint8Array([0, 15, 0, 7, ...new Uint8Array(19)]),
      new Uint8Array(64).fill(255),
    ]) {
      const { server } = await serve();
      const client = await join(server);
      client.send(bytes);
      await client.closed;
      await stillServes(server);
    }
  });

  it("does not believe the count of a write: nothing is read past the payload, nothing is written", async () => {
    const { server, array, number } = await serve();
    const client = await join(server);
    const sid = await open(client, "A");
    for (const count of [9, 65_534, 65_535, 100_000_000, 0xffffffff]) {
      client.send({ command: COMMAND.WRITE_NOTIFY, dataType: 5, count, p1: sid, p2: 5, payload: new Uint8Array(8) });
      expect(await client.next(COMMAND.WRITE_NOTIFY)).toMatchObject({ p1: ECA.PUTFAIL, p2: 5 });
      client.send({ command: COMMAND.WRITE, dataType: 5, count, p1: sid, p2: 7, payload: new Uint8Array(8) });
      expect(await client.next(COMMAND.ERROR)).toMatchObject({ p1: 7, p2: ECA.PUTFAIL });
    }
    expect([...array.writes, ...number.writes]).toEqual([]);
  });

  it("does not make what a read asks for beyond the limit", async () => {
    const { server } = await serve({ maxPayloadBytes: 1 << 20 });
    const client = await join(server);
    const sid = await open(client, "D");
    for (const command of [COMMAND.READ_NOTIFY, COMMAND.EVENT_ADD]) {
      client.send({ command, dataType: 6, count: 0xffffffff, p1: sid, p2: 1, payload: new Uint8Array(16) });
      expect(await client.next(COMMAND.ERROR)).toMatchObject({ p1: 7, p2: ECA.TOLARGE });
    }
    await stillServes(server);
  });

  it("ends a circuit whose payload is over the limit, and one that does not finish its message", async () => {
    const { server } = await serve({ maxPayloadBytes: 1024, progressTimeoutMs: 50 });
    const large = await join(server);
    large.send(encodeMessage({ command: COMMAND.WRITE, payload: new Uint8Array(2048) }).subarray(0, 32));
    await large.closed;
    const slow = await join(server);
    slow.send(new Uint8Array([0, 18, 0]));
    await slow.closed;
    await stillServes(server);
  });

  it("bounds circuits and channels", async () => {
    const { server } = await serve({ maxCircuits: 2, maxChannelsPerCircuit: 1 });
    const first = await join(server);
    await open(first, "D");
    first.send({ command: COMMAND.CREATE_CHAN, p1: 8, p2: 13, payload: Buffer.from("A\0") });
    expect(await first.next(COMMAND.CREATE_CH_FAIL)).toMatchObject({ p1: 8 });
    await join(server);
    const third = await rawClient(server.tcpPort);
    await third.closed;
  });

  it("holds only the latest value for a monitor whose client does not read, and no more memory", async () => {
    const wide = variable("DOUBLE", { value: new Float64Array(10_000) }, 10_000);
    const server = await createServer({ lookup: () => wide.channel, maxQueuedBytes: 200_000 });
    cleanup.push(server);
    const client = await join(server);
    const sid = await open(client, "W");
    client.send(
      { command: COMMAND.EVENTS_OFF },
      { command: COMMAND.EVENT_ADD, dataType: 6, count: 1, p1: sid, p2: 3, payload: Buffer.from([...new Uint8Array(12), 0, 1, 0, 0]) },
    );
    client.send({ command: COMMAND.ECHO });
    await client.next(COMMAND.ECHO);
    for (let value = 1; value <= 1000; value++) wide.set({ value: [value] });
    client.send({ command: COMMAND.EVENTS_ON }, { command: COMMAND.ECHO });
    const update = await client.next(COMMAND.EVENT_ADD);
    expect(Buffer.from(update.payload).readDoubleBE(0)).toBe(1000);
    await client.next(COMMAND.ECHO);
  });

  it("confirms the end of a subscription with an empty update, and clears a channel with its subscriptions", async () => {
    const { server, number } = await serve();
    const client = await join(server);
    const sid = await open(client, "D");
    const add = (p2: number) => ({
      command: COMMAND.EVENT_ADD,
      dataType: 6,
      count: 1,
      p1: sid,
      p2,
      payload: Buffer.from([...new Uint8Array(12), 0, 1, 0, 0]),
    });
    client.send(add(1), add(2));
    await client.next(COMMAND.EVENT_ADD);
    await client.next(COMMAND.EVENT_ADD);
    client.send({ command: COMMAND.EVENT_CANCEL, dataType: 6, count: 1, p1: sid, p2: 1 });
    expect(await client.next(COMMAND.EVENT_ADD)).toMatchObject({ p1: sid, p2: 1, payload: new Uint8Array(0) });
    expect(number.listeners.size).toBe(1);
    client.send({ command: COMMAND.CLEAR_CHANNEL, p1: sid, p2: 7 });
    expect(await client.next(COMMAND.CLEAR_CHANNEL)).toMatchObject({ p1: sid, p2: 7 });
    expect(number.listeners.size).toBe(0);
    expect(server.report()).toMatchObject({ channels: 0, subscriptions: 0 });
  });

  it("forgets everything of a client that leaves", async () => {
    const { server, number } = await serve();
    const client = await join(server);
    const sid = await open(client, "D");
    client.send({
      command: COMMAND.EVENT_ADD,
      dataType: 6,
      count: 1,
      p1: sid,
      p2: 1,
      payload: Buffer.from([...new Uint8Array(12), 0, 1, 0, 0]),
    });
    await client.next(COMMAND.EVENT_ADD);
    client.close();
    while (server.report().circuits > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(number.listeners.size).toBe(0);
  });

  it("serves on after any mutated frames", async () => {
    const { server } = await serve({ progressTimeoutMs: 50 });
    const frame = fc.record({
      command: fc.integer({ min: 0, max: 28 }),
      dataType: fc.integer({ min: 0, max: 45 }),
      count: fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 0xffffffff })),
      p1: fc.integer({ min: 0, max: 3 }),
      p2: fc.integer({ min: 0, max: 3 }),
      payload: fc.uint8Array({ maxLength: 64 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(frame, { minLength: 1, maxLength: 10 }), fc.option(fc.nat(200)), async (frames, flip) => {
        const client = await rawClient(server.tcpPort);
        client.send({ command: COMMAND.CREATE_CHAN, p1: 1, p2: 13, payload: Buffer.from("D\0") });
        const { p2: sid } = await client.next(COMMAND.CREATE_CHAN);
        const bytes = Buffer.concat(frames.map((init) => encodeMessage(init.p1 === 1 ? { ...init, p1: sid } : init)));
        if (flip !== null && bytes.length > 0) bytes[flip % bytes.length]! ^= 0xff;
        client.send(bytes, { command: COMMAND.ECHO });
        await Promise.race([client.closed, client.next(COMMAND.ECHO).catch(() => {})]);
        client.close();
      }),
      { numRuns: 200 },
    );
    await stillServes(server);
  });
});
