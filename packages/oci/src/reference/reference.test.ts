import { isEpicubeError } from "@epicube/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatReference, parseReference } from "./reference.js";

const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}` as const;

describe("parseReference", () => {
  it.each([
    ["registry.example/a", { registry: "registry.example", repository: "a" }],
    ["localhost:5000/a/b__c-d.e:1.0", { registry: "localhost:5000", repository: "a/b__c-d.e", tag: "1.0" }],
    ["localhost/x", { registry: "localhost", repository: "x" }],
    [`[::1]:5000/a/b:T@${DIGEST}`, { registry: "[::1]:5000", repository: "a/b", tag: "T", digest: DIGEST }],
    [`r.example/a@${DIGEST}`, { registry: "r.example", repository: "a", digest: DIGEST }],
    ["127.0.0.1:5000/a--b:_x", { registry: "127.0.0.1:5000", repository: "a--b", tag: "_x" }],
  ])("reads %s", (text, expected) => {
    expect(parseReference(text)).toEqual(expected);
    expect(formatReference(parseReference(text))).toBe(text);
  });

  it.each([
    ["", "no registry"],
    ["alpine", "no registry"],
    ["library/alpine", "no registry"],
    ["r.example/A", "lower-case"],
    ["r.example/a//b", "lower-case"],
    ["r.example/a..b", "lower-case"],
    ["r.example/../etc", "lower-case"],
    ["r.example/a:", "tag"],
    [`r.example/a:${"x".repeat(129)}`, "tag"],
    ["r.example/a:b:c", "tag"],
    ["r.example/a@sha256:12", "64 hex digits"],
    [`r.example/a@${DIGEST.toUpperCase()}`, "64 hex digits"],
    ["r.example:99999/a", "host name"],
    ["-r.example/a", "host name"],
    ["user@r.example/a", "64 hex digits"],
    [`r.example/${"a".repeat(256)}`, "255"],
    ["r.example/a\n", "lower-case"],
  ])("refuses %j", (text, why) => {
    try {
      parseReference(text);
      expect.unreachable();
    } catch (error) {
      expect(isEpicubeError(error, "OCI_REFERENCE")).toBe(true);
      expect((error as Error).message).toContain(why);
    }
  });

  it("is the inverse of formatReference", () => {
    const part = fc.stringMatching(/^[a-z0-9]{1,8}((\.|_|__|-{1,3})[a-z0-9]{1,5}){0,2}$/);
    fc.assert(
      fc.property(
        fc.constantFrom("a.example", "localhost", "h:5000", "[::1]:1"),
        fc.array(part, { minLength: 1, maxLength: 4 }),
        fc.option(fc.stringMatching(/^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,20}$/), { nil: undefined }),
        fc.boolean(),
        (registry, parts, tag, pinned) => {
          const reference = {
            registry,
            repository: parts.join("/"),
            ...(tag === undefined ? {} : { tag }),
            ...(pinned ? { digest: DIGEST } : {}),
          };
          expect(parseReference(formatReference(reference))).toEqual(reference);
        },
      ),
    );
  });

  it("never fails with anything but its own error", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          expect(formatReference(parseReference(text))).toBe(text);
        } catch (error) {
          expect(isEpicubeError(error, "OCI_REFERENCE")).toBe(true);
        }
      }),
    );
  });
});
