import { EpicubeError } from "@epicube/core";

/** Bytes of a normal header. */
export const HEADER_BYTES = 16;
/** Bytes of an extended header, which carries 32-bit payload size and count. */
export const EXTENDED_HEADER_BYTES = 24;

/** A message of Channel Access. Fields hold what the command says they hold. */
export interface Message {
  readonly command: number;
  readonly dataType: number;
  readonly count: number;
  readonly p1: number;
  readonly p2: number;
  /** With its padding, a multiple of 8 over TCP. A view: valid until the next call into the reader. */
  readonly payload: Uint8Array;
}

/** A header as it stands on the wire. */
export interface Header {
  readonly command: number;
  readonly payloadBytes: number;
  readonly dataType: number;
  readonly count: number;
  readonly p1: number;
  readonly p2: number;
  /** 16 or 24. */
  readonly headerBytes: number;
}

/** A length rounded up to the next multiple of 8. */
export function padded(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}

/**
 * Reads the header at `offset`, or returns undefined where it is not complete. A size of 0xFFFF announces the extended form, whatever the
 * count field holds (libca decides so; caproto also asks for count 0, which every server writes).
 */
export function parseHeader(bytes: Uint8Array, offset: number, end: number = bytes.length): Header | undefined {
  if (end - offset < HEADER_BYTES) return undefined;
  const u16 = (at: number) => (bytes[offset + at]! << 8) | bytes[offset + at + 1]!;
  const u32 = (at: number) => u16(at) * 0x10000 + u16(at + 2);
  const size = u16(2);
  const base = { command: u16(0), dataType: u16(4), p1: u32(8), p2: u32(12) };
  if (size !== 0xffff) return { ...base, payloadBytes: size, count: u16(6), headerBytes: HEADER_BYTES };
  if (end - offset < EXTENDED_HEADER_BYTES) return undefined;
  return { ...base, payloadBytes: u32(16), count: u32(20), headerBytes: EXTENDED_HEADER_BYTES };
}

/** What {@link encodeMessage} takes: absent fields are 0, an absent payload is empty. */
export interface MessageInit {
  readonly command: number;
  readonly dataType?: number;
  readonly count?: number;
  readonly p1?: number;
  readonly p2?: number;
  readonly payload?: Uint8Array;
}

/**
 * Writes a message: zero-padded payload, the extended header exactly where libca and rsrv use it (padded size or count from 0xFFFF).
 *
 * @throws EpicubeError CA_PROTOCOL_LOCAL for a field out of its range
 */
export function encodeMessage(init: MessageInit): Uint8Array {
  const { command, dataType = 0, count = 0, p1 = 0, p2 = 0, payload } = init;
  const payloadBytes = payload === undefined ? 0 : padded(payload.length);
  const extended = payloadBytes >= 0xffff || count >= 0xffff;
  if (!isUnsigned(command, 16) || !isUnsigned(dataType, 16) || !isUnsigned(count, 32) || !isUnsigned(p1, 32) || !isUnsigned(p2, 32))
    throw new EpicubeError("CA_PROTOCOL_LOCAL", `message field out of range: ${JSON.stringify({ command, dataType, count, p1, p2 })}`);
  const headerBytes = extended ? EXTENDED_HEADER_BYTES : HEADER_BYTES;
  const bytes = new Uint8Array(headerBytes + payloadBytes);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, command);
  view.setUint16(2, extended ? 0xffff : payloadBytes);
  view.setUint16(4, dataType);
  view.setUint16(6, extended ? 0 : count);
  view.setUint32(8, p1);
  view.setUint32(12, p2);
  if (extended) {
    view.setUint32(16, payloadBytes);
    view.setUint32(20, count);
  }
  if (payload !== undefined) bytes.set(payload, headerBytes);
  return bytes;
}

function isUnsigned(value: number, bits: 16 | 32): boolean {
  return Number.isInteger(value) && value >= 0 && value < 2 ** bits;
}
