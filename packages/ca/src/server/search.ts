import { parseDatagram } from "../codec/frame-reader.js";
import { encodeMessage } from "../codec/header.js";
import { decodeText } from "../codec/text.js";
import { ADDRESS_OF_SENDER, COMMAND, MINOR_VERSION } from "../tables/commands.js";
import type { ServerShared } from "./context.js";

/** Largest datagram sent, as libca expects. */
const MAX_DATAGRAM_BYTES = 1024;
const SEARCH_REPLY_BYTES = 24;
const VERSION_BYTES = 16;

/**
 * Answers a search datagram: the datagrams to send back, none where no name is ours. Each begins with a VERSION that carries the
 * request's sequence number, so that the client knows which request is answered.
 */
export function answerSearch(shared: ServerShared, datagram: Uint8Array): Uint8Array[] {
  const faults = shared.faults();
  if (faults.find("half-open", undefined)) return [];
  let sequence: { readonly dataType: number; readonly p1: number } = { dataType: 0, p1: 0 };
  const replies: Uint8Array[] = [];
  for (const message of parseDatagram(datagram)) {
    if (message.command === COMMAND.VERSION) sequence = { dataType: message.dataType & 1, p1: message.dataType & 1 ? message.p1 : 0 };
    if (message.command !== COMMAND.SEARCH || message.count < 4) continue;
    const name = decodeText(message.payload);
    if (name === "" || !shared.lookup(name)) continue;
    const drop = faults.find("drop", name);
    if (drop && shared.random() < (drop.argument ?? 1)) continue;
    const payload = new Uint8Array([0, MINOR_VERSION, 0, 0, 0, 0, 0, 0]);
    replies.push(encodeMessage({ command: COMMAND.SEARCH, dataType: shared.tcpPort(), p1: ADDRESS_OF_SENDER, p2: message.p1, payload }));
  }
  const perDatagram = Math.floor((MAX_DATAGRAM_BYTES - VERSION_BYTES) / SEARCH_REPLY_BYTES);
  const datagrams: Uint8Array[] = [];
  for (let start = 0; start < replies.length; start += perDatagram) {
    const version = encodeMessage({ command: COMMAND.VERSION, ...sequence, count: MINOR_VERSION });
    datagrams.push(Buffer.concat([version, ...replies.slice(start, start + perDatagram)]));
  }
  return datagrams;
}
