import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createLineIndex } from "./positions.js";

describe("createLineIndex", () => {
  it("counts lines and columns from 1, columns in UTF-16 units", () => {
    const index = createLineIndex("a\n\u{1f600}b\n");
    expect(index.positionAt(0)).toEqual({ line: 1, column: 1 });
    expect(index.positionAt(4)).toEqual({ line: 2, column: 3 });
    expect(index.positionAt(6)).toEqual({ line: 3, column: 1 });
  });

  it("agrees with counting newlines by hand", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("a", "\n", "\r", "é") }), fc.nat(), (text, at) => {
        const offset = Math.min(at, text.length);
        const before = text.slice(0, offset).split("\n");
        expect(createLineIndex(text).positionAt(offset)).toEqual({ line: before.length, column: before.at(-1)!.length + 1 });
      }),
    );
  });
});
