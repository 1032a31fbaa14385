import fc from "fast-check";
import { expect, it } from "vitest";
import { parseChallenges } from "./challenge.js";

it.each([
  ["", []],
  ["Basic", [{ scheme: "basic", parameters: {} }]],
  [
    'Bearer realm="https://auth.example/token",service="a, b",scope="repository:x:pull,push"',
    [{ scheme: "bearer", parameters: { realm: "https://auth.example/token", service: "a, b", scope: "repository:x:pull,push" } }],
  ],
  [
    'Negotiate, Basic realm="with \\"quotes\\"", BEARER Realm = token , x=1',
    [
      { scheme: "negotiate", parameters: {} },
      { scheme: "basic", parameters: { realm: 'with "quotes"' } },
      { scheme: "bearer", parameters: { realm: "token", x: "1" } },
    ],
  ],
  ["=broken", []],
])("parseChallenges(%j)", (header, expected) => {
  expect(parseChallenges(header)).toEqual(expected);
});

it("comes to an end on any header", () => {
  fc.assert(fc.property(fc.string({ maxLength: 300 }), (header) => Array.isArray(parseChallenges(header))));
});
