/**
 * Go strings are bytes, JavaScript strings are UTF-16. A byte that is not part of valid UTF-8 is kept as the lone surrogate U+DC00 + byte,
 * so that a string cut in the middle of a character gives its bytes back when it is joined or written.
 */

const encoder = new TextEncoder();
const strictDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const NOT_ASCII = /[^\0-\x7f]/;
const LONE_SURROGATE = /[\ud800-\udfff]/u;
const ESCAPED_BYTE = /[\udc80-\udcff]/u;

/** True when every character is below U+0080, so that UTF-16 units and bytes are the same. */
export function isAscii(text: string): boolean {
  return !NOT_ASCII.test(text);
}

/** The bytes of a Go string. Lone surrogates that stand for no byte become U+FFFD. */
export function encodeGo(text: string): Uint8Array {
  if (!LONE_SURROGATE.test(text)) return encoder.encode(text);
  const parts: number[] = [];
  for (const char of text) {
    const code = char.codePointAt(0)!;
    if (code >= 0xdc80 && code <= 0xdcff) parts.push(code - 0xdc00);
    else for (const byte of encoder.encode(char)) parts.push(byte);
  }
  return Uint8Array.from(parts);
}

/** The Go string of bytes: the inverse of {@link encodeGo}. */
export function decodeGo(bytes: Uint8Array): string {
  try {
    return strictDecoder.decode(bytes);
  } catch {
    return decodeLoose(bytes);
  }
}

function decodeLoose(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; ) {
    const width = runeWidth(bytes, i);
    if (width === 0) {
      text += String.fromCharCode(0xdc00 + bytes[i]!);
      i++;
    } else {
      text += strictDecoder.decode(bytes.subarray(i, i + width));
      i += width;
    }
  }
  return text;
}

/** Number of bytes of the valid UTF-8 character at `at`, 0 when there is none. */
function runeWidth(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!;
  if (first < 0x80) return 1;
  const width = first >= 0xc2 && first <= 0xdf ? 2 : first >= 0xe0 && first <= 0xef ? 3 : first >= 0xf0 && first <= 0xf4 ? 4 : 0;
  if (width === 0 || at + width > bytes.length) return 0;
  const second = bytes[at + 1]!;
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (second < low || second > high) return 0;
  for (let i = 2; i < width; i++) if ((bytes[at + i]! & 0xc0) !== 0x80) return 0;
  return width;
}

/** Joins byte escapes that together are valid UTF-8 again. Call it on text that was concatenated of cut strings. */
export function normalizeGo(text: string): string {
  return ESCAPED_BYTE.test(text) ? decodeGo(encodeGo(text)) : text;
}

/** `len` of a Go string. */
export function byteLength(text: string): number {
  return isAscii(text) ? text.length : encodeGo(text).length;
}

/** `text[from:to]` of a Go string; the caller has checked the bounds. */
export function sliceBytes(text: string, from: number, to?: number): string {
  return isAscii(text) ? text.slice(from, to) : decodeGo(encodeGo(text).subarray(from, to));
}

/** Code points as Go's `range` sees them: a byte that is not UTF-8 is U+FFFD. */
export function runesOf(text: string): number[] {
  const runes: number[] = [];
  for (const char of text) {
    const code = char.codePointAt(0)!;
    runes.push(code >= 0xd800 && code <= 0xdfff ? 0xfffd : code);
  }
  return runes;
}

/** Number of runes. */
export function runeCount(text: string): number {
  if (isAscii(text)) return text.length;
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** Bytewise order of Go strings: by code point, not by UTF-16 unit. */
export function compareGo(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    let x = a.charCodeAt(i);
    let y = b.charCodeAt(i);
    if (x !== y) {
      // Surrogates sort above the rest of the basic plane in UTF-8, below U+E000 in UTF-16.
      if (x >= 0xd800 && y >= 0xd800) {
        if (ESCAPED_BYTE.test(a) || ESCAPED_BYTE.test(b)) return Buffer.compare(encodeGo(a), encodeGo(b));
        if (x >= 0xe000) x -= 0x800;
        else x += 0x2000;
        if (y >= 0xe000) y -= 0x800;
        else y += 0x2000;
      }
      return x < y ? -1 : 1;
    }
  }
  return a.length < b.length ? -1 : 1;
}
