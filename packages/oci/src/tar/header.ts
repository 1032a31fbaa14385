import { EpicubeError } from "@epicube/core";
import type { TarEntryType } from "./entry.js";

/** Size of a header and of the unit that content is padded to. */
export const BLOCK = 512;

/** Largest value of an octal field of 12 bytes, as for size and mtime. */
export const MAX_OCTAL_12 = 0o77777777777;
/** Largest value of an octal field of 8 bytes, as for uid and gid. */
export const MAX_OCTAL_8 = 0o7777777;

/** typeflag of each entry that is written. @see POSIX.1-2017 pax, "ustar Interchange Format" */
export const TYPE_FLAGS = { file: "0", hardlink: "1", symlink: "2", directory: "5", pax: "x" } as const;

/** Meaning of each typeflag that is read. `\0` is a file of the format before ustar; 7 is a contiguous file. */
export const FLAG_TYPES: Readonly<Record<string, TarEntryType>> = {
  "0": "file",
  "\u0000": "file",
  "7": "file",
  "1": "hardlink",
  "2": "symlink",
  "3": "character-device",
  "4": "block-device",
  "5": "directory",
  "6": "fifo",
};

/** The fields of one ustar header. Texts are ASCII and fit. */
export interface UstarFields {
  readonly name: string;
  readonly prefix: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtime: number;
  readonly flag: string;
  readonly linkName: string;
}

function putOctal(block: Buffer, value: number, offset: number, width: number): void {
  block.write(value.toString(8).padStart(width - 1, "0"), offset, "latin1");
}

/** Writes one header block. uname and gname stay empty, device numbers zero. */
export function encodeHeader(fields: UstarFields): Buffer {
  const block = Buffer.alloc(BLOCK);
  block.write(fields.name, 0, 100, "latin1");
  putOctal(block, fields.mode, 100, 8);
  putOctal(block, fields.uid, 108, 8);
  putOctal(block, fields.gid, 116, 8);
  putOctal(block, fields.size, 124, 12);
  putOctal(block, fields.mtime, 136, 12);
  block.fill(0x20, 148, 156);
  block.write(fields.flag, 156, "latin1");
  block.write(fields.linkName, 157, 100, "latin1");
  block.write("ustar\u000000", 257, "latin1");
  putOctal(block, 0, 329, 8);
  putOctal(block, 0, 337, 8);
  block.write(fields.prefix, 345, 155, "latin1");
  let sum = 0;
  for (const byte of block) sum += byte;
  block.write(`${sum.toString(8).padStart(6, "0")}\u0000 `, 148, "latin1");
  return block;
}

/** A header as it was read. */
export interface DecodedHeader {
  readonly flag: string;
  /** Raw bytes: the encoding is only known once a pax header has been seen. */
  readonly name: Uint8Array;
  readonly linkName: Uint8Array;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtime: number;
}

function field(block: Uint8Array, offset: number, length: number): Uint8Array {
  const slice = block.subarray(offset, offset + length);
  const end = slice.indexOf(0);
  return end === -1 ? slice : slice.subarray(0, end);
}

function broken(message: string): EpicubeError {
  return new EpicubeError("TAR_HEADER", message);
}

function number(block: Uint8Array, offset: number, length: number, what: string): number {
  const first = block[offset]!;
  if (first & 0x80) {
    // GNU's base-256: two's complement, the first bit only a mark.
    let value = BigInt(first & 0x7f);
    for (let at = offset + 1; at < offset + length; at++) value = (value << 8n) | BigInt(block[at]!);
    const bits = BigInt(length * 8 - 1);
    if (first & 0x40) value -= 1n << bits;
    if (value > BigInt(Number.MAX_SAFE_INTEGER) || value < BigInt(Number.MIN_SAFE_INTEGER))
      throw broken(`the ${what} of an entry is out of range`);
    return Number(value);
  }
  const text = Buffer.from(block.subarray(offset, offset + length))
    .toString("latin1")
    .replace(/\0.*$/s, "")
    .trim();
  if (text === "") return 0;
  if (!/^[0-7]+$/.test(text)) throw broken(`the ${what} of an entry is no octal number`);
  return Number.parseInt(text, 8);
}

/** Reads one header block; undefined where it is all zero. @throws EpicubeError TAR_HEADER */
export function decodeHeader(block: Uint8Array): DecodedHeader | undefined {
  let sum = 0;
  let signed = 0;
  let any = 0;
  for (let at = 0; at < BLOCK; at++) {
    const byte = block[at]!;
    any |= byte;
    const counted = at >= 148 && at < 156 ? 0x20 : byte;
    sum += counted;
    // Some old writers summed signed characters.
    signed += counted > 127 ? counted - 256 : counted;
  }
  if (any === 0) return undefined;
  const stated = number(block, 148, 8, "checksum");
  if (stated !== sum && stated !== signed) throw broken("the checksum of a header is wrong: this is no tar archive, or it is damaged");
  const magic = Buffer.from(block.subarray(257, 265)).toString("latin1");
  const name = field(block, 0, 100);
  const prefix = magic.startsWith("ustar\u0000") ? field(block, 345, 155) : new Uint8Array();
  return {
    flag: String.fromCharCode(block[156]!),
    name: prefix.length === 0 ? name : Buffer.concat([prefix, Buffer.from("/"), name]),
    linkName: field(block, 157, 100),
    mode: number(block, 100, 8, "mode"),
    uid: number(block, 108, 8, "uid"),
    gid: number(block, 116, 8, "gid"),
    size: number(block, 124, 12, "size"),
    mtime: number(block, 136, 12, "mtime"),
  };
}
