/** Writer and reader of DER, as far as X.509 certificates and DSA keys need it. */

const SEQUENCE = 0x30;
const INTEGER = 0x02;

function concat(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

function lengthOf(size: number): Uint8Array {
  if (size < 0x80) return Uint8Array.of(size);
  const bytes: number[] = [];
  for (let rest = size; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return Uint8Array.of(0x80 | bytes.length, ...bytes);
}

/** One element: tag, length, content. */
export function element(tag: number, ...content: readonly Uint8Array[]): Uint8Array {
  const body = concat(content);
  return concat([Uint8Array.of(tag), lengthOf(body.length), body]);
}

export function sequence(...items: readonly Uint8Array[]): Uint8Array {
  return element(SEQUENCE, ...items);
}

/** A non-negative integer. */
export function integer(value: bigint): Uint8Array {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : "0" + hex, "hex");
  return element(INTEGER, bytes[0]! >= 0x80 ? Uint8Array.of(0) : new Uint8Array(), bytes);
}

export function objectId(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  const bytes: number[] = [];
  for (const arc of [first * 40 + second, ...rest]) {
    const groups = [arc & 0x7f];
    for (let left = arc >>> 7; left > 0; left >>>= 7) groups.unshift((left & 0x7f) | 0x80);
    bytes.push(...groups);
  }
  return element(0x06, Uint8Array.from(bytes));
}

export function bitString(bytes: Uint8Array, unusedBits = 0): Uint8Array {
  return element(0x03, Uint8Array.of(unusedBits), bytes);
}

export function octetString(bytes: Uint8Array): Uint8Array {
  return element(0x04, bytes);
}

export const TRUE = Uint8Array.of(0x01, 0x01, 0xff);
export const NULL = Uint8Array.of(0x05, 0x00);

/** PrintableString where the characters allow it, else UTF8String. */
export function directoryString(text: string): Uint8Array {
  const tag = /^[A-Za-z0-9 '()+,\-./:=?]*$/.test(text) ? 0x13 : 0x0c;
  return element(tag, Buffer.from(text, "utf8"));
}

/** UTCTime until 2049, GeneralizedTime after. */
export function time(seconds: number): Uint8Array {
  const digits = new Date(seconds * 1000).toISOString().replace(/\.\d+/, "").replace(/[-:T]/g, "");
  return digits >= "1950" && digits < "2050" ? element(0x17, Buffer.from(digits.slice(2))) : element(0x18, Buffer.from(digits));
}

/** One element that was read. */
export interface DerElement {
  readonly tag: number;
  readonly content: Uint8Array;
  /** Tag and length included. */
  readonly whole: Uint8Array;
}

/** The elements that stand one after another. Every length is checked against what is there. */
export function readElements(bytes: Uint8Array): DerElement[] {
  const elements: DerElement[] = [];
  for (let at = 0; at < bytes.length; ) {
    const start = at;
    const tag = bytes[at++]!;
    let size = bytes[at++];
    if (size === undefined) throw new RangeError("truncated DER");
    if (size >= 0x80) {
      const count = size & 0x7f;
      if (count === 0 || count > 4 || at + count > bytes.length) throw new RangeError("bad DER length");
      size = 0;
      for (let i = 0; i < count; i++) size = size * 256 + bytes[at++]!;
    }
    if (at + size > bytes.length) throw new RangeError("truncated DER");
    elements.push({ tag, content: bytes.subarray(at, at + size), whole: bytes.subarray(start, at + size) });
    at += size;
  }
  return elements;
}

/** The value of an INTEGER that is not negative. */
export function integerValue(item: DerElement | undefined): bigint {
  if (!item || item.tag !== INTEGER || item.content.length === 0) throw new RangeError("not a DER integer");
  return BigInt("0x" + Buffer.from(item.content).toString("hex"));
}
