import type { Diagnostic } from "@epicube/core";
import { describe, expect, it } from "vitest";
import { formatGithub, formatSarif } from "./sarif.js";

const finding: Diagnostic = {
  code: "PV_DUPLICATE",
  severity: "error",
  message: "two records\nserve A,B: 100%",
  range: { file: "services/a b/ioc.yaml", startLine: 2, startColumn: 3, endLine: 2, endColumn: 9 },
  labels: [{ range: { file: "x.yaml", startLine: 1, startColumn: 1, endLine: 1, endColumn: 2 }, message: "the other" }],
  help: "rename one",
};

describe("SARIF", () => {
  it("carries place, level and related places", () => {
    const log = formatSarif([finding, { code: "A", severity: "info", message: "m" }], "1.2.3") as {
      runs: { tool: { driver: { rules: unknown } }; results: Record<string, unknown>[] }[];
    };
    expect(log.runs[0]!.tool.driver.rules).toEqual([{ id: "A" }, { id: "PV_DUPLICATE" }]);
    expect(log.runs[0]!.results[0]).toMatchObject({
      level: "error",
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: "services/a%20b/ioc.yaml" },
            region: { startLine: 2, startColumn: 3, endLine: 2, endColumn: 9 },
          },
        },
      ],
      relatedLocations: [{ message: { text: "the other" } }],
    });
    expect(log.runs[0]!.results[1]).toMatchObject({ level: "note", locations: [] });
  });
});

describe("GitHub annotations", () => {
  it("escape what would end the command", () => {
    expect(formatGithub(finding)).toBe(
      "::error file=services/a b/ioc.yaml,line=2,col=3,endLine=2,endColumn=9,title=PV_DUPLICATE::two records%0Aserve A,B: 100%25 (rename one)",
    );
    expect(formatGithub({ code: "A", severity: "info", message: "m" })).toBe("::notice title=A::m");
  });
});
