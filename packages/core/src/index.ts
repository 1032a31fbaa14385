/**
 * What every epicube package speaks: located diagnostics, errors with codes, digests, clocks, progress.
 *
 * @example
 * ```ts
 * import { createLineIndex, formatDiagnostic } from "@epicube/core";
 *
 * const text = "type: epics.EpicsEnvSett\n";
 * const range = createLineIndex(text).rangeOf("ioc.yaml", 6, 24);
 * const diagnostic = { code: "TYPE_UNKNOWN", severity: "error", message: 'no entity type "epics.EpicsEnvSett"', range } as const;
 * console.log(formatDiagnostic(diagnostic, { source: () => text }));
 * ```
 *
 * @packageDocumentation
 */
export { type Clock, createManualClock, type ManualClock, systemClock } from "./clock/clock.js";
export {
  type Checked,
  compareDiagnostics,
  type Diagnostic,
  type DiagnosticJson,
  diagnosticToJson,
  hasErrors,
  type Severity,
  type SourceRange,
} from "./diagnostics/diagnostic.js";
export { type FormatDiagnosticOptions, formatDiagnostic } from "./diagnostics/format.js";
export { createLineIndex, type LineIndex } from "./diagnostics/positions.js";
export { type Digest, digestOf, isDigest } from "./digest/digest.js";
export { EpicubeError, type EpicubeErrorOptions, isEpicubeError, messageOf } from "./errors/error.js";
export { mapLimit } from "./limits/limit.js";
export { type Logger, silentLogger } from "./logger/logger.js";
export { produceEvents } from "./progress/produce.js";
export type { ProgressEvent } from "./progress/progress.js";
export { type DecodeUtf8Options, decodeUtf8 } from "./text/decode.js";
export { escapeControl } from "./text/escape.js";
export { editDistance, nearest } from "./text/nearest.js";
