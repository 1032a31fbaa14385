import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LocalState } from "../state/state.js";
import { assignPorts, checkPortBase, PORT_COUNT } from "./ports.js";

function state(ports: Record<string, number>, portBase = 20000): LocalState {
  const record = (port: number) => ({ port, portBase, desired: "running" as const, revision: 1, digest: "", version: "1", deployedAt: "" });
  return { version: 1, iocs: Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, record(port)])) };
}

const portsOf = (assigned: ReturnType<typeof assignPorts>) => Object.fromEntries([...assigned].map(([name, { port }]) => [name, port]));

describe("assignPorts", () => {
  it("begins at 20000, keeps what is recorded and fills gaps", () => {
    expect(portsOf(assignPorts(state({}), ["a", "b"], undefined))).toEqual({ a: 20000, b: 20001 });
    expect(portsOf(assignPorts(state({ a: 20000, c: 20002 }), ["b", "c", "d"], undefined))).toEqual({ b: 20001, c: 20002, d: 20003 });
  });

  it("goes on from the recorded base, and moves when another is asked for", () => {
    expect(portsOf(assignPorts(state({ a: 30000 }, 30000), ["a", "b"], undefined))).toEqual({ a: 30000, b: 30001 });
    expect(portsOf(assignPorts(state({ a: 30000 }, 30000), ["a", "b"], 20000))).toEqual({ a: 20000, b: 20001 });
  });

  it("says when the range is used up", () => {
    const full = Object.fromEntries(Array.from({ length: PORT_COUNT }, (_, index) => [`i${index}`, 20000 + index]));
    expect(() => assignPorts(state(full), ["more"], undefined)).toThrowError(expect.objectContaining({ code: "PORTS_EXHAUSTED" }));
  });

  it("never gives one port twice, and always gives an IOC the same one", () => {
    const names = fc.uniqueArray(fc.constantFrom(..."abcdefghij"), { maxLength: 10 });
    fc.assert(
      fc.property(names, names, fc.option(fc.constantFrom(20000, 20003, 30000), { nil: undefined }), (first, second, base) => {
        const recorded = state(portsOf(assignPorts(state({}), first, 20000)));
        const assigned = portsOf(assignPorts(recorded, second, base));
        const kept = Object.fromEntries(Object.entries(recorded.iocs).map(([name, { port }]) => [name, port]));
        const all = Object.values({ ...kept, ...assigned });
        expect(new Set(all).size).toBe(all.length);
        if (base === undefined || base === 20000) for (const name of second) if (kept[name]) expect(assigned[name]).toBe(kept[name]);
      }),
    );
  });
});

describe("checkPortBase", () => {
  it.each([0, 80, 1023, 64_537, 20000.5, Number.NaN])("refuses %d", (base) => {
    expect(() => checkPortBase(base)).toThrowError(expect.objectContaining({ code: "PORT_BASE_INVALID" }));
  });
});
