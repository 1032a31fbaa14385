import { isEpicubeError } from "@epicube/core";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { type CaClientOptions, COMMAND, createClient, encodeMessage, type Message, type MessageInit } from "../src/index.js";
import { type RawServer, rawServer } from "./rig.js";

const cleanup: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of cleanup.splice(0)) await thing.close();
});

const DOUBLE = 6;
const TIME_DOUBLE = 20;
type Send = (...messages: (MessageInit | Uint8Array)[]) => void;

/** A server that is sane until a read, which `evil` answers. */
async function serverWith(evil: (request: Message, send: Send) => void): Promise<RawServer> {
  const server = await rawServer((message, send) => {
    if (message.command === COMMAND.ECHO) send({ command: COMMAND.ECHO });
    if (message.command === COMMAND.CREATE_CHAN)
      send(
        { command: COMMAND.ACCESS_RIGHTS, p1: message.p1, p2: 3 },
        { command: COMMAND.CREATE_CHAN, dataType: DOUBLE, count: 1, p1: message.p1, p2: message.p1 },
      );
    if (message.command === COMMAND.READ_NOTIFY) evil(message, send);
  });
  cleanup.push(server);
  return server;
}

async function readFrom(server: RawServer, options: CaClientOptions = {}, timeoutMs = 5000) {
  const client = createClient({ servers: [{ host: "127.0.0.1", port: server.port }], ...options });
  cleanup.push(client);
  const [reading] = await client.getMany(["X"], { timeoutMs });
  return { client, reading: reading! };
}

/** Bytes of a header with any fields, also senseless ones. */
function header(
  command: number,
  size: number,
  dataType: number,
  count: number,
  p1: number,
  p2: number,
  rest: Uint8Array = new Uint8Array(0),
): Uint8Array {
  const bytes = Buffer.alloc(16);
  for (const [index, field] of [command, size, dataType, count].entries()) bytes.writeUInt16BE(field, index * 2);
  bytes.writeUInt32BE(p1, 8);
  bytes.writeUInt32BE(p2, 12);
  return Buffer.concat([bytes, rest]);
}
function extended(
  command: number,
  size: number,
  dataType: number,
  count: number,
  p1: number,
  p2: number,
  rest: Uint8Array = new Uint8Array(0),
): Uint8Array {
  const tail = Buffer.alloc(8);
  tail.writeUInt32BE(size, 0);
  tail.writeUInt32BE(count, 4);
  return header(command, 0xffff, dataType, 0, p1, p2, Buffer.concat([tail, rest]));
}

describe("a client of a hostile server", () => {
  const lies: [string, (request: Message) => Uint8Array][] = [
    [
      "a count of 100,000,000 in the extended header and 24 bytes",
      ({ p2 }) => extended(15, 24, TIME_DOUBLE, 100_000_000, 1, p2, new Uint8Array(24)),
    ],
    ["a count of 65,535 in the short header and 24 bytes", ({ p2 }) => header(15, 24, TIME_DOUBLE, 65_535, 1, p2, new Uint8Array(24))],
    ["a count of 1000 in the short header and 24 bytes", ({ p2 }) => header(15, 24, TIME_DOUBLE, 1000, 1, p2, new Uint8Array(24))],
    ["status NORMAL and no payload", ({ p2 }) => header(15, 0, TIME_DOUBLE, 1, 1, p2)],
    ["status NORMAL and a payload too short", ({ p2 }) => header(15, 16, TIME_DOUBLE, 1, 1, p2, new Uint8Array(16))],
    ["type 99", ({ p2 }) => header(15, 24, 99, 1, 1, p2, new Uint8Array(24))],
    ["type 0xffff", ({ p2 }) => header(15, 24, 0xffff, 1, 1, p2, new Uint8Array(24))],
    ["another type than asked for", ({ p2 }) => header(15, 24, DOUBLE, 1, 1, p2, new Uint8Array(24))],
  ];
  for (const [title, lie] of lies)
    it(`fails that one read for ${title}, and goes on`, async () => {
      let lying = true;
      const server = await serverWith((request, send) =>
        send(lying ? lie(request) : header(15, 24, TIME_DOUBLE, 1, 1, request.p2, new Uint8Array(24))),
      );
      const { client, reading } = await readFrom(server);
      expect(reading).toMatchObject({ ok: false, value: null, error: { code: "CA_PROTOCOL_REMOTE" } });
      lying = false;
      expect((await client.get("X")).value).toBe(0);
      expect(client.report()).toHaveLength(1);
    });

  it("skips an answer over the limit and fails that one read with ECA_TOLARGE", async () => {
    let large = true;
    const server = await serverWith(({ p2 }, send) =>
      send(
        large
          ? encodeMessage({ command: 15, dataType: TIME_DOUBLE, count: 100_000, p1: 1, p2, payload: new Uint8Array(800_016) })
          : header(15, 24, TIME_DOUBLE, 1, 1, p2, new Uint8Array(24)),
      ),
    );
    const { client, reading } = await readFrom(server, { maxPayloadBytes: 65_536 });
    expect(reading.error).toMatchObject({ code: "CA_STATUS", eca: { name: "ECA_TOLARGE" } });
    large = false;
    expect((await client.get("X")).ok).toBe(true);
  });

  it("holds no memory for a size that is only claimed", async () => {
    const server = await serverWith(({ p2 }, send) => send(extended(15, 0xfffffff8, TIME_DOUBLE, 0x1fffffff, 1, p2)));
    const before = process.memoryUsage();
    const { reading } = await readFrom(server, {}, 500);
    expect(reading.ok).toBe(false);
    const after = process.memoryUsage();
    expect(after.arrayBuffers + after.external - before.arrayBuffers - before.external).toBeLessThan(8 << 20);
  });

  const endings: [string, Uint8Array][] = [
    ["an unknown command", header(60_000, 0, 0, 0, 0, 0)],
    ["a payload that is not a multiple of 8", header(15, 7, DOUBLE, 1, 1, 1, new Uint8Array(7))],
    ["a command of clients", header(COMMAND.CLIENT_NAME, 8, 0, 0, 0, 0, new Uint8Array(8))],
    ["a version older than 4.4", header(COMMAND.VERSION, 0, 0, 3, 0, 0)],
  ];
  for (const [title, bytes] of endings)
    it(`leaves a server that sends ${title}, with the reason`, async () => {
      const { reading } = await readFrom(await serverWith((_request, send) => send(bytes)));
      expect(reading.error).toMatchObject({ code: "CA_PROTOCOL_REMOTE" });
    });

  it("refuses a channel of a type that does not exist", async () => {
    for (const type of [7, 99, 0xffff]) {
      const server = await rawServer(
        ({ command, p1 }, send) =>
          command === COMMAND.CREATE_CHAN && send({ command: COMMAND.CREATE_CHAN, dataType: type, count: 1, p1, p2: 1 }),
      );
      cleanup.push(server);
      expect((await readFrom(server)).reading.error).toMatchObject({ code: "CA_PROTOCOL_REMOTE" });
    }
  });

  const errors: [string, Uint8Array][] = [
    ["with an embedded command of 60000", header(COMMAND.ERROR, 24, 0, 0, 1, 142, header(60_000, 0, 0, 0, 0, 0, new Uint8Array(8)))],
    ["without a body", header(COMMAND.ERROR, 0, 0, 0, 0xffffffff, 142)],
    ["with half a header", header(COMMAND.ERROR, 8, 0, 0, 1, 142, new Uint8Array(8).fill(255))],
    ["with a text without end", header(COMMAND.ERROR, 2000, 0, 0, 1, 9999, new Uint8Array(2000).fill(0x41))],
    [
      "with terminal controls",
      header(
        COMMAND.ERROR,
        32,
        0,
        0,
        1,
        142,
        Buffer.concat([new Uint8Array(16), Buffer.from("\u001b[2J\u009b31m"), new Uint8Array(16)]).subarray(0, 32),
      ),
    ],
  ];
  for (const [title, bytes] of errors)
    it(`survives an ERROR ${title}`, async () => {
      const said: string[] = [];
      const note = (text: string) => void said.push(text);
      const server = await serverWith(({ p2 }, send) => send(bytes, header(15, 24, TIME_DOUBLE, 1, 1, p2, new Uint8Array(24))));
      const { reading } = await readFrom(server, { logger: { debug: note, info: note, warn: note, error: note } });
      expect(reading.ok).toBe(true);
      expect(said.join("")).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
      expect(said.join("").length).toBeLessThan(700);
    });

  it("takes an ERROR about its own request as the answer", async () => {
    const server = await serverWith((request, send) => {
      const { payload: _payload, ...fields } = request;
      send({ command: COMMAND.ERROR, p1: request.p1, p2: 152, payload: Buffer.concat([encodeMessage(fields), Buffer.from("no luck\0")]) });
    });
    expect((await readFrom(server)).reading.error).toMatchObject({
      code: "CA_STATUS",
      eca: { name: "ECA_GETFAIL" },
      message: expect.stringContaining("no luck"),
    });
  });

  it("ignores answers to nothing, twice, and for channels of nobody", async () => {
    const server = await serverWith(({ p2 }, send) => {
      const good = header(15, 24, TIME_DOUBLE, 1, 1, p2, new Uint8Array(24));
      send(
        header(15, 24, TIME_DOUBLE, 1, 1, (p2 + 77) >>> 0, new Uint8Array(24)),
        { command: COMMAND.EVENT_ADD, dataType: TIME_DOUBLE, count: 1, p1: 1, p2, payload: new Uint8Array(24) },
        { command: COMMAND.WRITE_NOTIFY, p1: 1, p2 },
        { command: COMMAND.CREATE_CHAN, dataType: 6, count: 1, p1: 12345, p2: 6 },
        { command: COMMAND.CREATE_CH_FAIL, p1: 999 },
        { command: COMMAND.SERVER_DISCONN, p1: 999 },
        { command: COMMAND.ACCESS_RIGHTS, p1: 999, p2: 0 },
        { command: COMMAND.SEARCH, dataType: 5064, p1: 0, p2: 999 },
        { command: COMMAND.NOT_FOUND, p1: 999, p2: 999 },
        good,
        good,
      );
    });
    expect((await readFrom(server)).reading.ok).toBe(true);
  });

  it("does not wait for ever: silence after accept, no channel, no answer, drops of one byte", async () => {
    const silent = await rawServer(() => {});
    const nameless = await rawServer(({ command }, send) => command === COMMAND.ECHO && send({ command: COMMAND.ECHO }));
    const mute = await serverWith(() => {});
    const dripping = await serverWith((_request, send) => send(new Uint8Array([0, 15, 0])));
    cleanup.push(silent, nameless);
    const stages = [];
    for (const server of [silent, nameless, mute]) stages.push((await readFrom(server, {}, 500)).reading.error);
    expect(stages).toMatchObject([
      {
        code: "CA_TIMEOUT",
        stage: "version",
        message: expect.stringMatching(/^connected to .*, but the server does not answer \(0\.5 s\)$/),
      },
      { code: "CA_TIMEOUT", stage: "create" },
      { code: "CA_TIMEOUT", stage: "read" },
    ]);
    expect((await readFrom(dripping, { progressTimeoutMs: 50 })).reading.error).toMatchObject({
      code: "CA_PROTOCOL_REMOTE",
      message: expect.stringContaining("not finished"),
    });
    expect((await readFrom(silent, { echoTimeoutMs: 50 })).reading.error).toMatchObject({ code: "CA_UNRESPONSIVE" });
  });

  it("tells a silent server from a lost one, keeps its circuit, and sees it recover", async () => {
    let answering = true;
    const server = await rawServer(({ command, p1 }, send) => {
      if (!answering) return;
      if (command === COMMAND.ECHO) send({ command: COMMAND.ECHO });
      if (command === COMMAND.CREATE_CHAN) send({ command: COMMAND.CREATE_CHAN, dataType: DOUBLE, count: 1, p1, p2: 1 });
    });
    cleanup.push(server);
    const client = createClient({ servers: [{ host: "127.0.0.1", port: server.port }], connectionTimeoutMs: 50, echoTimeoutMs: 1000 });
    cleanup.push(client);
    await client.info("X");
    answering = false;
    const state = async (wanted: string) => {
      while (client.report()[0]?.state !== wanted) await new Promise((resolve) => setTimeout(resolve, 5));
    };
    await state("unresponsive");
    answering = true;
    await client.info("Y");
    await state("open");
    expect(client.report()).toHaveLength(1);
  });

  it("does not follow a name server to addresses where no server can be", async () => {
    for (const address of [0, 0xe0000001, 0xfffffffe]) {
      const server = await rawServer(({ command, p1 }, send) => {
        if (command === COMMAND.ECHO) send({ command: COMMAND.ECHO });
        if (command === COMMAND.SEARCH) send({ command: COMMAND.SEARCH, dataType: 5064, p1: address, p2: p1 });
      });
      cleanup.push(server);
      const client = createClient({ nameServers: [{ host: "127.0.0.1", port: server.port }] });
      cleanup.push(client);
      const [reading] = await client.getMany(["X"], { timeoutMs: 5000 });
      expect(reading!.error).toMatchObject({ code: "CA_PROTOCOL_REMOTE" });
    }
  });

  it("reads from a server that does not search by TCP: it is asked for the channel itself", async () => {
    const server = await serverWith(({ p2 }, send) => send(header(15, 24, TIME_DOUBLE, 1, 1, p2, new Uint8Array(24))));
    const client = createClient({ nameServers: [{ host: "127.0.0.1", port: server.port }] });
    cleanup.push(client);
    expect((await client.get("X", { timeoutMs: 5000 })).ok).toBe(true);
  });

  it("stays whole whatever bytes come: a reading or a typed error, never a throw", async () => {
    let answer: Uint8Array = new Uint8Array(0);
    const server = await rawServer((message, send) => {
      if (message.command === COMMAND.ECHO) send({ command: COMMAND.ECHO });
      if (message.command === COMMAND.CREATE_CHAN)
        send({ command: COMMAND.CREATE_CHAN, dataType: DOUBLE, count: 1, p1: message.p1, p2: 1 });
      if (message.command === COMMAND.READ_NOTIFY) send(answer);
    });
    cleanup.push(server);
    const commands = fc.constantFrom(...Object.values(COMMAND));
    const frame = fc.record({
      command: commands,
      size: fc.integer({ min: 0, max: 12 }).map((words) => words * 8),
      type: fc.integer({ min: 0, max: 60 }),
      count: fc.integer({ min: 0, max: 65535 }),
      p1: fc.integer({ min: 0, max: 4 }),
      p2: fc.integer({ min: 0, max: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(frame, { minLength: 1, maxLength: 5 }), fc.uint8Array({ maxLength: 96 }), async (frames, noise) => {
        answer = Buffer.concat(
          frames.map(({ command, size, type, count, p1, p2 }) =>
            header(command, size, type, count, p1, p2, Buffer.alloc(size, Buffer.from([...noise, 1]))),
          ),
        );
        await using client = createClient({ servers: [{ host: "127.0.0.1", port: server.port }], random: () => 0 });
        try {
          await client.get("X", { timeoutMs: 15 });
        } catch (error) {
          expect(isEpicubeError(error)).toBe(true);
        }
      }),
      { numRuns: 100 },
    );
  });
});
