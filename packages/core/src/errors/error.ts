const BRAND = Symbol.for("@epicube/core/EpicubeError");

/** Options of {@link EpicubeError}. */
export interface EpicubeErrorOptions {
  readonly cause?: unknown;
  /** The next step for the user. */
  readonly help?: string;
  /** Plain data about the failure. Never secrets. */
  readonly context?: Readonly<Record<string, unknown>>;
}

/**
 * A failure (not a finding on user input, which is a diagnostic) with a stable code. The message says where, what and why.
 * Recognise it with {@link isEpicubeError}, which holds across duplicate copies of this package.
 */
export class EpicubeError<Code extends string = string> extends Error {
  readonly code: Code;
  readonly help: string | undefined;
  readonly context: Readonly<Record<string, unknown>>;

  constructor(code: Code, message: string, options: EpicubeErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "EpicubeError";
    this.code = code;
    this.help = options.help;
    this.context = options.context ?? {};
    Object.defineProperty(this, BRAND, { value: true });
  }
}

/** True for an {@link EpicubeError} of any copy of this package; with `code`, only of that code. */
export function isEpicubeError(value: unknown, code?: string): value is EpicubeError {
  return (
    typeof value === "object" &&
    value !== null &&
    (value as Record<symbol, unknown>)[BRAND] === true &&
    (code === undefined || (value as EpicubeError).code === code)
  );
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
