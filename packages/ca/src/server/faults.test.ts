import { describe, expect, it } from "vitest";
import { createFaultTable, parseFault } from "./faults.js";

describe("faults", () => {
  it("are written KIND[=ARG][@PV]", () => {
    expect(parseFault("hang-reads")).toEqual({ kind: "hang-reads" });
    expect(parseFault("delay=500@X:A{}=@B")).toEqual({ kind: "delay", argument: 500, pv: "X:A{}=@B" });
    expect(parseFault("drop=0.25")).toEqual({ kind: "drop", argument: 0.25 });
    expect(() => parseFault("burn")).toThrow(expect.objectContaining({ code: "CA_FAULT_UNKNOWN" }));
    for (const text of ["delay=", "delay=soon", "drop=2", "freeze=1", "freeze@", "half-open@X", "delay=-1"])
      expect(() => parseFault(text)).toThrow(expect.objectContaining({ code: "CA_FAULT_ARGUMENT" }));
  });

  it("hold for one PV or for all", () => {
    const table = createFaultTable([
      { kind: "freeze", pv: "A" },
      { kind: "delay", argument: 1 },
      { kind: "delay", argument: 2, pv: "A" },
    ]);
    expect([table.find("freeze", "A")?.pv, table.find("freeze", "B"), table.find("freeze", undefined)]).toEqual([
      "A",
      undefined,
      undefined,
    ]);
    expect([table.find("delay", "A")?.argument, table.find("delay", "B")?.argument]).toEqual([2, 1]);
  });
});
