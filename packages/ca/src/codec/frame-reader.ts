import { EpicubeError } from "@epicube/core";
import { COMMAND_NAMES } from "../tables/commands.js";
import { EXTENDED_HEADER_BYTES, type Header, type Message, parseHeader } from "./header.js";

/** Receives what a {@link FrameReader} finds. */
export interface FrameHandler {
  message(message: Message): void;
  /** A message whose payload is over the cap: its bytes are skipped, its header is here. Throw to end the circuit. */
  oversize(header: Header): void;
}

/** Cuts a TCP stream into messages, however the bytes arrive. No I/O, no timers. */
export interface FrameReader {
  /**
   * Takes the next bytes of the stream and hands every complete message to the handler.
   *
   * @throws EpicubeError CA_PROTOCOL_REMOTE where the stream cannot be followed: the circuit must be dropped
   */
  push(chunk: Uint8Array): void;
  /** True between the first and the last byte of a message: the peer owes the rest. */
  readonly midMessage: boolean;
}

/** Options of {@link createFrameReader}. */
export interface FrameReaderOptions {
  /** Largest payload kept, in bytes. Memory held never exceeds this plus one chunk. */
  readonly maxPayloadBytes: number;
}

const EMPTY: Uint8Array = new Uint8Array(0);

/** Makes a reader for one direction of one circuit. */
export function createFrameReader(handler: FrameHandler, options: FrameReaderOptions): FrameReader {
  const { maxPayloadBytes } = options;
  /** The beginning of an incomplete message. Grows by doubling as bytes come, never by what a header claims. */
  let held = EMPTY;
  let heldBytes = 0;
  /** Total bytes the held message needs, 0 while its header is incomplete. */
  let needed = 0;
  let skipping = 0;

  const take = (bytes: Uint8Array): void => {
    let offset = 0;
    while (offset < bytes.length) {
      if (skipping > 0) {
        const skipped = Math.min(skipping, bytes.length - offset);
        skipping -= skipped;
        offset += skipped;
        continue;
      }
      const header = parseHeader(bytes, offset);
      if (!header) {
        hold(bytes.subarray(offset), 0);
        return;
      }
      checkHeader(header);
      if (header.payloadBytes > maxPayloadBytes) {
        skipping = header.payloadBytes;
        offset += header.headerBytes;
        handler.oversize(header);
        continue;
      }
      const end = offset + header.headerBytes + header.payloadBytes;
      if (end > bytes.length) {
        hold(bytes.subarray(offset), header.headerBytes + header.payloadBytes);
        return;
      }
      const start = offset + header.headerBytes;
      offset = end;
      const { command, dataType, count, p1, p2 } = header;
      handler.message({ command, dataType, count, p1, p2, payload: header.payloadBytes === 0 ? EMPTY : bytes.subarray(start, end) });
    }
  };
  const hold = (bytes: Uint8Array, total: number): void => {
    // A copy: the caller may reuse its buffer, and a small rest must not keep a large chunk alive.
    held = new Uint8Array(bytes);
    heldBytes = bytes.length;
    needed = total;
  };
  const append = (bytes: Uint8Array, limit: number): void => {
    if (heldBytes + bytes.length > held.length) {
      const grown = new Uint8Array(Math.max(heldBytes + bytes.length, Math.min(limit, held.length * 2)));
      grown.set(held.subarray(0, heldBytes));
      held = grown;
    }
    held.set(bytes, heldBytes);
    heldBytes += bytes.length;
  };

  return {
    get midMessage() {
      return heldBytes > 0 || skipping > 0;
    },
    push(chunk) {
      if (chunk.length === 0) return;
      if (heldBytes === 0) {
        take(chunk);
        return;
      }
      if (needed === 0) {
        append(chunk, 0);
        retake();
        return;
      }
      // Only as much as the held message needs: the rest of the chunk is parsed in place.
      const missing = needed - heldBytes;
      append(chunk.subarray(0, missing), needed);
      if (heldBytes < needed) return;
      retake();
      if (chunk.length > missing) take(chunk.subarray(missing));
    },
  };

  function retake(): void {
    const bytes = held.subarray(0, heldBytes);
    held = EMPTY;
    heldBytes = 0;
    needed = 0;
    take(bytes);
  }
}

/** A TCP payload is always a multiple of 8: libca and rsrv drop a peer that sends another, since it has lost the framing. */
function checkHeader(header: Header): void {
  if (header.payloadBytes % 8 !== 0)
    throw new EpicubeError(
      "CA_PROTOCOL_REMOTE",
      `${commandName(header.command)} with a payload of ${header.payloadBytes} bytes, not a multiple of 8`,
    );
  if (COMMAND_NAMES[header.command] === undefined) throw new EpicubeError("CA_PROTOCOL_REMOTE", `unknown command ${header.command}`);
}

function commandName(command: number): string {
  return COMMAND_NAMES[command] ?? `command ${command}`;
}

/** Cuts a datagram into messages. What does not fit ends it silently: datagrams are strangers' and prove nothing. */
export function parseDatagram(bytes: Uint8Array): Message[] {
  const messages: Message[] = [];
  let offset = 0;
  while (bytes.length - offset >= 16) {
    const header = parseHeader(bytes, offset);
    // The extended form never travels by UDP.
    if (!header || header.headerBytes === EXTENDED_HEADER_BYTES) break;
    const start = offset + header.headerBytes;
    const end = start + header.payloadBytes;
    if (end > bytes.length) break;
    const { command, dataType, count, p1, p2 } = header;
    messages.push({ command, dataType, count, p1, p2, payload: bytes.subarray(start, end) });
    offset = end;
  }
  return messages;
}
