import { describe, expect, it } from "vitest";
import { SEVERITY_NAMES, STATUS_NAMES, severityName, statusCode, statusName } from "./alarms.js";
import { describeEca, ECA, listEca } from "./eca.js";

describe("tables", () => {
  it("has the 61 ECA codes, and the codes in use agree with them", () => {
    const codes = listEca();
    expect(codes).toHaveLength(61);
    expect(new Set(codes.map((entry) => entry.code)).size).toBe(61);
    for (const [name, code] of Object.entries(ECA)) expect(describeEca(code).name).toBe(`ECA_${name}`);
  });

  it("names a code outside the table by its number", () => {
    expect(describeEca(4_000_000_000).name).toBe("ECA_?4000000000");
    expect(describeEca(2).name).toBe("ECA_?2");
    expect(severityName(9)).toBe(9);
    expect(statusName(22)).toBe(22);
  });

  it("has 4 severities and 22 statuses", () => {
    expect(SEVERITY_NAMES).toHaveLength(4);
    expect(STATUS_NAMES).toHaveLength(22);
    expect(statusCode("UDF")).toBe(17);
  });
});
