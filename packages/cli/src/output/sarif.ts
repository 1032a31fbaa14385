import type { Diagnostic, SourceRange } from "@epicube/core";

const LEVEL = { error: "error", warning: "warning", info: "note" } as const;

function location(range: SourceRange, message?: string) {
  return {
    physicalLocation: {
      artifactLocation: { uri: range.file.split("/").map(encodeURIComponent).join("/"), uriBaseId: "%SRCROOT%" },
      region: { startLine: range.startLine, startColumn: range.startColumn, endLine: range.endLine, endColumn: range.endColumn },
    },
    ...(message === undefined ? {} : { message: { text: message } }),
  };
}

/** Findings as a SARIF 2.1.0 log; columns are UTF-16 units. */
export function formatSarif(diagnostics: readonly Diagnostic[], version: string): Record<string, unknown> {
  const codes = [...new Set(diagnostics.map((diagnostic) => diagnostic.code))].sort();
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "epicube", version, rules: codes.map((id) => ({ id })) } },
        columnKind: "utf16CodeUnits",
        results: diagnostics.map((diagnostic) => ({
          ruleId: diagnostic.code,
          level: LEVEL[diagnostic.severity],
          message: { text: diagnostic.help === undefined ? diagnostic.message : `${diagnostic.message} (${diagnostic.help})` },
          locations: diagnostic.range ? [location(diagnostic.range)] : [],
          ...(diagnostic.labels ? { relatedLocations: diagnostic.labels.map((label) => location(label.range, label.message)) } : {}),
        })),
      },
    ],
  };
}

/** One finding as a GitHub workflow command. */
export function formatGithub(diagnostic: Diagnostic): string {
  const level = diagnostic.severity === "info" ? "notice" : diagnostic.severity;
  const { range } = diagnostic;
  const properties = range
    ? [
        `file=${escapeProperty(range.file)}`,
        `line=${range.startLine}`,
        `col=${range.startColumn}`,
        `endLine=${range.endLine}`,
        `endColumn=${range.endColumn}`,
        `title=${diagnostic.code}`,
      ]
    : [`title=${diagnostic.code}`];
  return `::${level} ${properties.join(",")}::${escapeData(diagnostic.help === undefined ? diagnostic.message : `${diagnostic.message} (${diagnostic.help})`)}`;
}

function escapeData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
