import { describe, expect, it } from "vitest";
import { compareDiagnostics, type Diagnostic, diagnosticToJson, hasErrors } from "./diagnostic.js";
import { formatDiagnostic } from "./format.js";
import { createLineIndex } from "./positions.js";

const text = "ioc_name: demo\nentities:\n  - type: epics.Heartbeet\n";
const range = createLineIndex(text).rangeOf("ioc.yaml", 35, 50);
const error: Diagnostic = {
  code: "TYPE_UNKNOWN",
  severity: "error",
  message: "no entity type",
  range,
  help: "did you mean epics.Heartbeat?",
};

describe("formatDiagnostic", () => {
  it("puts place, severity and code on the first line and marks the stretch", () => {
    expect(formatDiagnostic(error, { source: () => text })).toBe(
      [
        "ioc.yaml:3:11: error TYPE_UNKNOWN: no entity type",
        "  3 |   - type: epics.Heartbeet",
        "    |           ^^^^^^^^^^^^^^^",
        "  help: did you mean epics.Heartbeat?",
      ].join("\n"),
    );
  });

  it("keeps tabs in front of the mark so that it stands under its text", () => {
    const tabbed = "\tname: x";
    const place = createLineIndex(tabbed).rangeOf("a", 1, 5);
    expect(formatDiagnostic({ code: "C", severity: "warning", message: "m", range: place }, { source: () => tabbed }).split("\n")[2]).toBe(
      "    | \t^^^^",
    );
  });

  it("shows labels with their own frame", () => {
    const shown = formatDiagnostic(
      { ...error, labels: [{ range: { ...range, startLine: 1, startColumn: 1, endLine: 1, endColumn: 9 }, message: "first here" }] },
      { source: () => text },
    );
    expect(shown).toContain("  ioc.yaml:1:1: first here\n    1 | ioc_name: demo\n      | ^^^^^^^^\n");
  });

  it("escapes control characters of the message and of the source line", () => {
    const nasty = "a\u001b[31mb";
    const shown = formatDiagnostic(
      { code: "C", severity: "error", message: nasty, range: createLineIndex(nasty).rangeOf("f", 0, 1) },
      { source: () => nasty },
    );
    expect(shown).not.toContain("\u001b");
    expect(shown).toContain("a\\x1b[31mb");
  });

  it("prints a finding without a place, and without a known source, on one line", () => {
    expect(formatDiagnostic({ code: "C", severity: "info", message: "m" })).toBe("info C: m");
    expect(formatDiagnostic(error, { source: () => undefined }).split("\n")).toHaveLength(2);
  });

  it("cuts a very long line around the mark", () => {
    const long = `${"x".repeat(5000)}!`;
    const shown = formatDiagnostic(
      { code: "C", severity: "error", message: "m", range: createLineIndex(long).rangeOf("f", 5000, 5001) },
      { source: () => long },
    );
    expect(Math.max(...shown.split("\n").map((line) => line.length))).toBeLessThan(200);
    expect(shown).toContain("!");
  });
});

describe("diagnosticToJson", () => {
  it("is the flat shape of the command-line contract", () => {
    expect(diagnosticToJson(error)).toEqual({
      code: "TYPE_UNKNOWN",
      severity: "error",
      message: "no entity type",
      file: "ioc.yaml",
      line: 3,
      column: 11,
      endLine: 3,
      endColumn: 26,
      help: "did you mean epics.Heartbeat?",
    });
  });
});

describe("order and severity", () => {
  it("sorts by file, line, column, code; findings without a place last", () => {
    const at = (file: string, line: number, code = "A"): Diagnostic => ({
      code,
      severity: "error",
      message: "",
      range: { file, startLine: line, startColumn: 1, endLine: line, endColumn: 2 },
    });
    const sorted = [{ code: "Z", severity: "error", message: "" } as Diagnostic, at("b", 1), at("a", 2), at("a", 1, "B"), at("a", 1)].sort(
      compareDiagnostics,
    );
    expect(sorted.map((item) => `${item.range?.file}${item.range?.startLine}${item.code}`)).toEqual([
      "a1A",
      "a1B",
      "a2A",
      "b1A",
      "undefinedundefinedZ",
    ]);
  });

  it("only errors are errors", () => {
    expect(hasErrors([{ ...error, severity: "warning" }])).toBe(false);
    expect(hasErrors([{ ...error, severity: "warning" }, error])).toBe(true);
  });
});
