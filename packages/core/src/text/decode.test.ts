import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeUtf8 } from "./decode.js";

const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

describe("decodeUtf8", () => {
  it("gives the text of UTF-8, a byte order mark and a written U+FFFD included", () => {
    const text = "\ufeffa: é °C 😀 \ufffd\n";
    expect(decodeUtf8(new TextEncoder().encode(text), "x")).toEqual({ value: text, diagnostics: [] });
  });

  it.each([
    ["one byte of Latin-1", 'field(EGU, "\xb0C")\n', "1:13", "0xb0"],
    ["a later line, after characters of several bytes", "a: \xc3\xa9\nb: \xf0\x9f\x98\x80 caf\xe9\n", "2:10", "0xe9"],
    ["a written U+FFFD before it", "\xef\xbf\xbd \xef\xbf x", "1:3", "0xef"],
    ["the end within a character", "a\xe2\x82", "1:2", "0xe2"],
    ["UTF-16", "\xff\xfea\0", "1:1", "0xff"],
  ])("says where the first bad byte stands: %s", (_name, text, place, byte) => {
    const { value, diagnostics } = decodeUtf8(bytes(text), "x.db");
    expect(value).toContain("\ufffd");
    expect(diagnostics).toHaveLength(1);
    expect(diagnostics[0]).toMatchObject({ code: "FILE_ENCODING", severity: "error", help: "save it as UTF-8" });
    expect(`${diagnostics[0]!.range!.startLine}:${diagnostics[0]!.range!.startColumn}`).toBe(place);
    expect(diagnostics[0]!.message).toContain(byte);
  });

  it("a warning says what becomes of the bytes", () => {
    const message = (text: string) => decodeUtf8(bytes(text), "x.db", { severity: "warning" }).diagnostics[0]?.message;
    expect(message("\xb0C")).toBe("the file is not UTF-8: the byte 0xb0 is replaced by U+FFFD");
    expect(message("\xb0C \xb0F")).toBe("the file is not UTF-8: the byte 0xb0 is replaced by U+FFFD, and so are others after it");
    expect(message("\xe2\x82 x \xef\xbf\xbd")).toBe("the file is not UTF-8: the byte 0xe2 is replaced by U+FFFD");
  });

  it("finds a bad byte exactly where the bytes before it are UTF-8", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 24 }), fc.string({ unit: "binary", maxLength: 6 }), (tail, head) => {
        const before = new TextEncoder().encode(head);
        const all = new Uint8Array([...before, ...tail]);
        const { value, diagnostics } = decodeUtf8(all, "x");
        expect(value).toBe(new TextDecoder("utf-8", { ignoreBOM: true }).decode(all));
        if (diagnostics.length === 0) expect(new TextEncoder().encode(value)).toEqual(all);
        else expect(Number(/0x(..)/.exec(diagnostics[0]!.message)?.[0])).toBeGreaterThanOrEqual(0x80);
      }),
    );
  });
});
