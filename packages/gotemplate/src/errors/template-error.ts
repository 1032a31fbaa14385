import { type Diagnostic, EpicubeError } from "@epicube/core";

/** Where in a template something stands. Lines and columns count from 1, columns in UTF-16 units. */
export interface TemplatePosition {
  /** Name of the file, as it was given to `parse`. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One level of the way into the failure, outermost first. */
export interface TemplateFrame {
  /** Name of the template that was executing. */
  readonly template: string;
  readonly position?: TemplatePosition;
  /** The expression, as Go prints it. */
  readonly expression?: string;
}

export type TemplateErrorCode = "TEMPLATE_PARSE" | "TEMPLATE_EXECUTE" | "TEMPLATE_LIMIT";

/** Options of {@link TemplateError}. */
export interface TemplateErrorOptions {
  readonly cause?: unknown;
  readonly position?: TemplatePosition;
  readonly frames?: readonly TemplateFrame[];
  /** The last part of the message, without positions. */
  readonly reason?: string;
}

/**
 * A template that cannot be parsed or executed. `message` is Go's own text
 * (`template: a.yaml:1:3: executing "a.yaml" at <.x.y>: nil pointer evaluating interface {}.y`).
 */
export class TemplateError extends EpicubeError<TemplateErrorCode> {
  readonly position: TemplatePosition | undefined;
  /** The include stack, outermost first; the last is where it failed. */
  readonly frames: readonly TemplateFrame[];
  readonly reason: string;

  constructor(code: TemplateErrorCode, message: string, options: TemplateErrorOptions = {}) {
    super(code, message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = "TemplateError";
    this.position = options.position;
    this.frames = options.frames ?? [];
    this.reason = options.reason ?? message;
  }
}

/** An error that a template function returns: only its text, as Go's `errors.New`. The executor wraps it with position and function name. */
export class GoError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "GoError";
  }
}

/** Helm's marks around what `required` and `fail` say; only helm's own text makes use of them. */
const HELM_MARKS = /HELM_ERR_(?:START|END)/g;

/** A {@link TemplateError} as a diagnostic: the innermost position is the range, the outer ones are labels. */
export function templateErrorToDiagnostic(error: TemplateError): Diagnostic {
  const positions = error.frames.flatMap((frame) => (frame.position ? [{ ...frame, position: frame.position }] : []));
  const inner = positions.at(-1)?.position ?? error.position;
  return {
    code: error.code,
    severity: "error",
    message: error.reason.replaceAll(HELM_MARKS, ""),
    ...(inner ? { range: rangeOf(inner, positions.at(-1)?.expression) } : {}),
    ...(positions.length > 1
      ? {
          labels: distinct(positions.slice(0, -1)).map((frame) => ({
            range: rangeOf(frame.position, frame.expression),
            message: `called from here, in template ${JSON.stringify(frame.template)}`,
          })),
        }
      : {}),
  };
}

/** A template that includes itself is called from one place, however often. */
function distinct<T extends { readonly position: TemplatePosition }>(frames: readonly T[]): T[] {
  return [...new Map(frames.map((frame) => [`${frame.position.file}:${frame.position.line}:${frame.position.column}`, frame])).values()];
}

function rangeOf(position: TemplatePosition, expression: string | undefined) {
  const width = expression === undefined || expression.includes("\n") ? 1 : Math.max(1, expression.length);
  return {
    file: position.file,
    startLine: position.line,
    startColumn: position.column,
    endLine: position.line,
    endColumn: position.column + width,
  };
}
