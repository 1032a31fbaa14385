import { parseDatagram } from "../codec/frame-reader.js";
import { encodeMessage } from "../codec/header.js";
import { encodeTerminated } from "../codec/text.js";
import { COMMAND, DONT_REPLY, MINOR_VERSION } from "../tables/commands.js";

/** A server that answered a search by UDP. */
export interface SearchAnswer {
  readonly cid: number;
  /** 0xFFFFFFFF: the sender's address. */
  readonly address: number;
  readonly port: number;
}

/**
 * Searching by UDP, without a socket: what to send when, and what answers mean. Names are asked for in rounds of as many datagrams as the
 * servers proved to answer; a round ends with its last answer or after {@link ROUND_MS}. Unanswered names wait twice as long each time.
 */
export interface UdpSearch {
  add(cid: number, name: string): void;
  remove(cid: number): void;
  /** Understands an answer. Datagrams that do not carry a sequence number of ours are nobody's. */
  receive(datagram: Uint8Array): SearchAnswer[];
  /** The datagrams to send now. */
  poll(nowMs: number): Uint8Array[];
  /** When to poll next; undefined while nothing is searched. */
  nextMs(): number | undefined;
}

const MAX_DATAGRAM_BYTES = 1024;
const ROUND_MS = 32;
const FIRST_WINDOW = 4;
const MAX_WINDOW = 64;
/** Period of the slowest names: EPICS_CA_MAX_SEARCH_PERIOD's default. */
const MAX_PERIOD_MS = 300_000;
/** caproto's server says it echoes the sequence number and sends this one; such an answer is known by its random channel identifier alone. */
const CAPROTO_SEQUENCE = 1;
/** How many datagrams back an answer may refer to. */
const SEQUENCE_WINDOW = 4096;

interface Wanted {
  readonly cid: number;
  readonly request: Uint8Array;
  tries: number;
  dueMs: number;
}

/** Makes the search machine. `firstSequence` is any 32-bit number. */
export function createUdpSearch(firstSequence: number): UdpSearch {
  const wanted = new Map<number, Wanted>();
  const fresh = new Set<Wanted>();
  /** Names that wait, by the number of tries: within a lane they fall due in order. */
  const lanes: Set<Wanted>[] = [];
  let round: { readonly unanswered: Set<Wanted>; readonly sent: number; readonly endMs: number } | undefined;
  let window = FIRST_WINDOW;
  const start = firstSequence >>> 0;
  let sequence = start;

  const forget = (name: Wanted) => {
    fresh.delete(name);
    lanes[name.tries]?.delete(name);
    round?.unanswered.delete(name);
  };
  const endRound = (nowMs: number) => {
    if (!round) return;
    const lost = round.unanswered.size;
    // Names that nobody has look like loss, so only a mostly lost round shrinks the window.
    window = lost === 0 ? Math.min(MAX_WINDOW, window * 2) : lost * 2 > round.sent ? Math.max(1, window >> 1) : window;
    for (const name of round.unanswered) {
      name.tries += 1;
      name.dueMs = nowMs + Math.min(MAX_PERIOD_MS, ROUND_MS * 2 ** name.tries);
      lanes[name.tries] ??= new Set();
      lanes[name.tries]!.add(name);
    }
    round = undefined;
  };
  function* due(nowMs: number): Generator<Wanted> {
    yield* fresh;
    for (const lane of lanes) {
      if (!lane) continue;
      for (const name of lane) {
        if (name.dueMs > nowMs) break;
        yield name;
      }
    }
  }

  return {
    add(cid, name) {
      const request = encodeMessage({
        command: COMMAND.SEARCH,
        dataType: DONT_REPLY,
        count: MINOR_VERSION,
        p1: cid,
        p2: cid,
        payload: encodeTerminated(name),
      });
      const entry = { cid, request, tries: 0, dueMs: 0 };
      wanted.set(cid, entry);
      fresh.add(entry);
    },
    remove(cid) {
      const name = wanted.get(cid);
      if (!name) return;
      wanted.delete(cid);
      forget(name);
    },
    receive(datagram) {
      const answers: SearchAnswer[] = [];
      for (const message of parseDatagram(datagram)) {
        if (message.command === COMMAND.VERSION && (message.dataType & 1) !== 0 && message.p1 !== CAPROTO_SEQUENCE) {
          const age = (sequence - message.p1) >>> 0;
          if (age === 0 || age > SEQUENCE_WINDOW || age > (sequence - start) >>> 0) return [];
        }
        if (message.command !== COMMAND.SEARCH) continue;
        const name = wanted.get(message.p2);
        if (!name) continue;
        forget(name);
        answers.push({ cid: message.p2, address: message.p1, port: message.dataType });
      }
      return answers;
    },
    poll(nowMs) {
      if (round && (round.unanswered.size === 0 || nowMs >= round.endMs)) endRound(nowMs);
      if (round) return [];
      const datagrams: Uint8Array[] = [];
      const unanswered = new Set<Wanted>();
      let parts: Uint8Array[] = [];
      let bytes = 0;
      const ship = () => {
        datagrams.push(Buffer.concat(parts));
        parts = [];
      };
      for (const name of due(nowMs)) {
        if (parts.length > 0 && bytes + name.request.length > MAX_DATAGRAM_BYTES) {
          ship();
          if (datagrams.length >= window) break;
        }
        if (parts.length === 0) {
          const version = encodeMessage({ command: COMMAND.VERSION, dataType: 1, count: MINOR_VERSION, p1: sequence });
          sequence = (sequence + 1) >>> 0;
          parts.push(version);
          bytes = version.length;
        }
        parts.push(name.request);
        bytes += name.request.length;
        unanswered.add(name);
      }
      if (parts.length > 1) ship();
      if (unanswered.size === 0) return [];
      for (const name of unanswered) forget(name);
      round = { unanswered, sent: unanswered.size, endMs: nowMs + ROUND_MS };
      return datagrams;
    },
    nextMs() {
      if (round) return round.unanswered.size === 0 ? 0 : round.endMs;
      if (fresh.size > 0) return 0;
      let next: number | undefined;
      for (const lane of lanes)
        for (const name of lane ?? []) {
          next = Math.min(next ?? name.dueMs, name.dueMs);
          break;
        }
      return next;
    },
  };
}
