import { GoError } from "../errors/template-error.js";

const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

const isNewline = (byte: number | undefined): boolean => byte === 10 || byte === 13;
const PADDING = 61;

function corrupt(base: 32 | 64, at: number): GoError {
  return new GoError(`illegal base${base} data at input byte ${at}`);
}

/** Go's `base64.StdEncoding.DecodeString`: line ends are skipped, padding is required. @throws GoError with the offset Go names */
export function decodeBase64(bytes: Uint8Array): Uint8Array {
  const out: number[] = [];
  let at = 0;
  for (;;) {
    const quantum: number[] = [];
    let ended = false;
    while (quantum.length < 4) {
      if (at === bytes.length) {
        if (quantum.length === 0) return Uint8Array.from(out);
        throw corrupt(64, at - quantum.length);
      }
      const byte = bytes[at++]!;
      const value = byte < 128 ? BASE64.indexOf(String.fromCharCode(byte)) : -1;
      if (value !== -1) {
        quantum.push(value);
        continue;
      }
      if (isNewline(byte)) continue;
      if (byte !== PADDING || quantum.length < 2) throw corrupt(64, at - 1);
      if (quantum.length === 2) {
        while (isNewline(bytes[at])) at++;
        if (at === bytes.length) throw corrupt(64, bytes.length);
        if (bytes[at] !== PADDING) throw corrupt(64, at - 1);
        at++;
      }
      while (isNewline(bytes[at])) at++;
      if (at < bytes.length) throw corrupt(64, at);
      ended = true;
      break;
    }
    const [a = 0, b = 0, c = 0, d = 0] = quantum;
    const three = [(a << 2) | (b >> 4), ((b & 15) << 4) | (c >> 2), ((c & 3) << 6) | d];
    out.push(...three.slice(0, quantum.length - 1));
    if (ended) return Uint8Array.from(out);
  }
}

/** Go's `base32.StdEncoding.EncodeToString`. */
export function encodeBase32(bytes: Uint8Array): string {
  let out = "";
  for (let i = 0; i < bytes.length; i += 5) {
    let bits = 0n;
    const part = bytes.subarray(i, i + 5);
    for (let j = 0; j < 5; j++) bits = (bits << 8n) | BigInt(part[j] ?? 0);
    let text = "";
    for (let j = 35n; j >= 0n; j -= 5n) text += BASE32[Number((bits >> j) & 31n)];
    out += part.length === 5 ? text : text.slice(0, Math.ceil((part.length * 8) / 5)).padEnd(8, "=");
  }
  return out;
}

/** Go's `base32.StdEncoding.DecodeString`. @throws GoError with the offset Go names */
export function decodeBase32(input: Uint8Array): Uint8Array {
  const bytes = input.filter((byte) => !isNewline(byte));
  const total = bytes.length;
  const out: number[] = [];
  let at = 0;
  let ended = false;
  while (at < total && !ended) {
    const group: number[] = [];
    while (group.length < 8) {
      if (at === total) throw corrupt(32, at - group.length);
      const byte = bytes[at++]!;
      const left = total - at;
      const j = group.length;
      if (byte === PADDING && j >= 2 && left < 8) {
        if (left + j < 7) throw corrupt(32, total);
        for (let k = 0; k < 7 - j; k++) if (left > k && bytes[at + k] !== PADDING) throw corrupt(32, at + k - 1);
        if (j === 3 || j === 6) throw corrupt(32, at - 1);
        ended = true;
        break;
      }
      const value = byte < 128 ? BASE32.indexOf(String.fromCharCode(byte)) : -1;
      if (value === -1) throw corrupt(32, at - 1);
      group.push(value);
    }
    let bits = 0n;
    for (let k = 0; k < 8; k++) bits = (bits << 5n) | BigInt(group[k] ?? 0);
    const size = Math.floor((group.length * 5) / 8);
    for (let k = 0; k < size; k++) out.push(Number((bits >> BigInt(32 - k * 8)) & 255n));
  }
  return Uint8Array.from(out);
}
