import type { Checked, Severity } from "../diagnostics/diagnostic.js";
import { createLineIndex } from "../diagnostics/positions.js";

/** How {@link decodeUtf8} reports. */
export interface DecodeUtf8Options {
  /** Of the finding. Default `error`; a warning says what becomes of the bytes. */
  readonly severity?: Severity;
}

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * The text of a file. Bytes that are not UTF-8 become U+FFFD and give one finding FILE_ENCODING at the first of them; there is always a value.
 * A byte order mark stays.
 */
export function decodeUtf8(bytes: Uint8Array, file: string, options: DecodeUtf8Options = {}): Checked<string> & { readonly value: string } {
  try {
    return { value: strict.decode(bytes), diagnostics: [] };
  } catch {
    const { severity = "error" } = options;
    const value = lenient.decode(bytes);
    const bad = findReplaced(bytes, value);
    const byte = `0x${(bytes[bad.byte] ?? 0).toString(16).padStart(2, "0")}`;
    const message =
      severity === "error"
        ? `the file is not UTF-8: the byte ${byte} stands for no character`
        : `the file is not UTF-8: the byte ${byte} is replaced by U+FFFD${bad.more ? ", and so are others after it" : ""}`;
    const range = createLineIndex(value).rangeOf(file, bad.offset, bad.offset + 1);
    return { value, diagnostics: [{ code: "FILE_ENCODING", severity, message, range, help: "save it as UTF-8" }] };
  }
}

/** The first character that was put in place of bytes; one that was written as U+FFFD is none. */
function findReplaced(bytes: Uint8Array, text: string): { byte: number; offset: number; more: boolean } {
  let byte = 0;
  let offset = 0;
  let first: { byte: number; offset: number } | undefined;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    if (code === 0xfffd && !(bytes[byte] === 0xef && bytes[byte + 1] === 0xbf && bytes[byte + 2] === 0xbd)) {
      if (first) return { ...first, more: true };
      first = { byte, offset };
      byte += replacedLength(bytes, byte);
    } else byte += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    offset += character.length;
  }
  return { ...(first ?? { byte: 0, offset: 0 }), more: false };
}

/** How many bytes one U+FFFD stands for: the lead byte of a cut-off sequence takes those that go on from it along. */
function replacedLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!;
  const wanted = lead >= 0xc2 && lead <= 0xdf ? 1 : lead >= 0xe0 && lead <= 0xef ? 2 : lead >= 0xf0 && lead <= 0xf4 ? 3 : 0;
  let low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  let high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  let length = 1;
  while (length <= wanted) {
    const next = bytes[at + length];
    if (next === undefined || next < low || next > high) break;
    low = 0x80;
    high = 0xbf;
    length++;
  }
  return length;
}
