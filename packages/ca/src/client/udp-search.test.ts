import { describe, expect, it } from "vitest";
import { parseDatagram } from "../codec/frame-reader.js";
import { encodeMessage } from "../codec/header.js";
import { decodeText } from "../codec/text.js";
import { COMMAND } from "../tables/commands.js";
import { createUdpSearch } from "./udp-search.js";

const names = (datagrams: readonly Uint8Array[]) =>
  datagrams.flatMap((datagram) =>
    parseDatagram(datagram).flatMap((message) => (message.command === COMMAND.SEARCH ? [decodeText(message.payload)] : [])),
  );
const sequenceOf = (datagram: Uint8Array) => parseDatagram(datagram)[0]!.p1;
const answer = (sequence: number, ...cids: number[]) =>
  Buffer.concat([
    encodeMessage({ command: COMMAND.VERSION, dataType: 1, count: 13, p1: sequence }),
    ...cids.map((p2) => encodeMessage({ command: COMMAND.SEARCH, dataType: 5064, p1: 0xffffffff, p2, payload: new Uint8Array(8) })),
  ]);

describe("searching by UDP", () => {
  it("asks at once, in datagrams of at most 1024 bytes that begin with a numbered VERSION", () => {
    const search = createUdpSearch(0xffffffff);
    for (let cid = 0; cid < 60; cid++) search.add(cid, `SOME:RECORD:${cid}`);
    const datagrams = search.poll(0);
    expect(names(datagrams)).toHaveLength(60);
    expect(datagrams.every((datagram) => datagram.length <= 1024)).toBe(true);
    expect(datagrams.map(sequenceOf)).toEqual([0xffffffff, 0, 1].slice(0, datagrams.length));
    expect(parseDatagram(datagrams[0]!)[0]).toMatchObject({ command: COMMAND.VERSION, dataType: 1, count: 13 });
  });

  it("asks again ever more seldom, until it is answered", () => {
    const search = createUdpSearch(7);
    search.add(1, "A");
    const asked: number[] = [];
    for (let now = 0; now < 5000; now = Math.max(now + 1, search.nextMs() ?? now)) if (search.poll(now).length > 0) asked.push(now);
    const pauses = asked.slice(1).map((at, index) => at - asked[index]!);
    expect(pauses.length).toBeGreaterThan(4);
    expect(pauses.every((pause, index) => index === 0 || pause > pauses[index - 1]!)).toBe(true);
    expect(search.receive(answer(7 + asked.length - 1, 1))).toEqual([{ cid: 1, address: 0xffffffff, port: 5064 }]);
    expect(search.nextMs() === undefined || search.poll(1e9).length === 0).toBe(true);
  });

  it("widens its window while all is answered, and narrows it when most is lost", () => {
    const sent = (isAnswered: boolean) => {
      const search = createUdpSearch(0);
      for (let cid = 0; cid < 20_000; cid++) search.add(cid, `SOME:RECORD:${cid}`);
      const sizes: number[] = [];
      for (let round = 0; round < 6; round++) {
        const datagrams = search.poll(round * 1000);
        sizes.push(datagrams.length);
        if (isAnswered)
          for (const datagram of datagrams)
            search.receive(
              answer(
                sequenceOf(datagram),
                ...parseDatagram(datagram)
                  .slice(1)
                  .map((message) => message.p2),
              ),
            );
      }
      return sizes;
    };
    expect(sent(true)).toEqual([4, 8, 16, 32, 64, 64]);
    expect(sent(false)).toEqual([4, 2, 1, 1, 1, 1]);
  });

  it("takes no answer to a question it did not ask", () => {
    const search = createUdpSearch(100);
    search.add(1, "A");
    search.poll(0);
    expect(search.receive(answer(99, 1))).toEqual([]);
    expect(search.receive(answer(101, 1))).toEqual([]);
    expect(search.receive(answer(100, 2))).toEqual([]);
    expect(search.receive(new Uint8Array(40).fill(255))).toEqual([]);
    expect(search.receive(answer(100, 1))).toHaveLength(1);
    expect(search.receive(answer(100, 1))).toEqual([{ cid: 1, address: 0xffffffff, port: 5064 }]);
    search.remove(1);
    expect(search.receive(answer(100, 1))).toEqual([]);
  });
});
