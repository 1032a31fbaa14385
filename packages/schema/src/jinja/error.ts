import type { PyErrorType } from "../python/value.js";

/** A stretch of a template's text, in UTF-16 units. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Why a template could not be parsed or rendered: `TemplateSyntax`, `Unsupported`, `UndefinedError`, or an error of Python's. */
export type TemplateErrorKind = PyErrorType | "TemplateSyntax";

/** A located failure of a template. */
export class TemplateError extends Error {
  readonly kind: TemplateErrorKind;
  readonly span: Span;

  constructor(kind: TemplateErrorKind, message: string, span: Span) {
    super(message);
    this.kind = kind;
    this.span = span;
  }
}
