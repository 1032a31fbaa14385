const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * The text of a file as templates hold it. A byte that is no UTF-8 becomes the lone surrogate U+DC00 + byte, which is how
 * `@epicube/gotemplate` keeps Go strings.
 */
export function decodeText(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    let text = "";
    for (let at = 0; at < bytes.length; ) {
      const width = Math.min(runeWidth(bytes, at), bytes.length - at);
      const rune = width > 0 ? tryDecode(bytes.subarray(at, at + width)) : undefined;
      text += rune ?? String.fromCharCode(0xdc00 + bytes[at]!);
      at += rune === undefined ? 1 : width;
    }
    return text;
  }
}

function runeWidth(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!;
  return first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
}

function tryDecode(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}
