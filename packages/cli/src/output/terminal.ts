import { type Diagnostic, escapeControl, formatDiagnostic, type ProgressEvent } from "@epicube/core";
import { createColors } from "picocolors";

/** A writable end of the process, as little as the command line needs. */
export interface TextSink {
  write(text: string | Uint8Array): unknown;
  readonly isTTY?: boolean;
}

/** What a command works with: never the process's own globals. */
export interface CommandContext {
  readonly stdout: TextSink;
  readonly stderr: TextSink;
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder that relative paths are relative to: `--cwd`, else the process's. */
  readonly cwd: string;
  /** Aborted by the first Ctrl-C (with {@link Interrupted}) or SIGTERM. */
  readonly signal: AbortSignal;
}

/** The options every command has. */
export interface CommonOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly color?: boolean;
}

/** Reason of the abort on Ctrl-C or SIGTERM. Exit 130 either way. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
  readonly signal: "SIGINT" | "SIGTERM";
  constructor(signal: "SIGINT" | "SIGTERM") {
    super(signal === "SIGINT" ? "interrupted" : "terminated");
    this.signal = signal;
  }
}

/** Writes what a command says: results to stdout, progress and findings to stderr. */
export interface Terminal {
  readonly colors: ReturnType<typeof createColors>;
  /** A line of the result. */
  line(text?: string): void;
  /** One JSON document or one line of a stream, on stdout. */
  json(value: unknown): void;
  /** Progress of work, on stderr: live on a terminal, a line at each end otherwise, nothing with `--quiet`. */
  progress(event: ProgressEvent): void;
  /** A remark on stderr; nothing with `--quiet`. */
  note(text: string): void;
  /** An error or finding on stderr, whatever the options. */
  error(text: string): void;
  /** A formatted diagnostic with its first line in the colour of its severity. */
  paint(diagnostic: Diagnostic, text: string): string;
  diagnostics(diagnostics: readonly Diagnostic[], source?: (file: string) => string | undefined): void;
}

/** Makes the terminal of one command. */
export function createTerminal(context: CommandContext, options: CommonOptions): Terminal {
  const noColor = Boolean(context.env.NO_COLOR) || options.color === false;
  const colors = createColors(!noColor && context.stdout.isTTY === true);
  const live = context.stderr.isTTY === true && !options.quiet;
  let shown = false;
  const clear = () => {
    if (shown) context.stderr.write("\r\u001b[K");
    shown = false;
  };
  const paint = (diagnostic: Diagnostic, text: string) => {
    const [head, ...rest] = text.split("\n");
    const { severity } = diagnostic;
    const colour = severity === "error" ? colors.red : severity === "warning" ? colors.yellow : (plain: string) => plain;
    return [colour(head!), ...rest].join("\n");
  };
  return {
    colors,
    paint,
    line(text = "") {
      clear();
      context.stdout.write(`${text}\n`);
    },
    json(value) {
      clear();
      context.stdout.write(`${JSON.stringify(value)}\n`);
    },
    progress(event) {
      if (options.quiet) return;
      // What a failed step had done of all it had to do says nothing when it is all.
      const told = event.total !== undefined && !(event.outcome === "failed" && event.done === event.total);
      const count = !told ? "" : ` ${event.done ?? 0}/${event.total}${event.unit ? ` ${event.unit}` : ""}`;
      const label = escapeControl(event.label);
      if (event.at === "end") {
        if (event.parent !== undefined && !options.verbose) return;
        clear();
        const mark = event.outcome === "failed" ? colors.red("✗") : colors.green("✓");
        const time = event.durationMs === undefined ? "" : colors.dim(` ${formatDuration(event.durationMs)}`);
        context.stderr.write(
          `${event.parent === undefined ? "" : "  "}${mark} ${label}${count}${event.outcome === "cached" ? " (cached)" : ""}${time}\n`,
        );
      } else if (live) {
        clear();
        context.stderr.write(`  ${label}${count} …`);
        shown = true;
      }
    },
    note(text) {
      if (options.quiet) return;
      clear();
      context.stderr.write(`${escapeControl(text)}\n`);
    },
    error(text) {
      clear();
      context.stderr.write(`${text}\n`);
    },
    diagnostics(diagnostics, source) {
      clear();
      for (const diagnostic of diagnostics) {
        context.stderr.write(`${paint(diagnostic, formatDiagnostic(diagnostic, source ? { source } : {}))}\n`);
      }
    },
  };
}

/** `0.4 s`, `12 s`, `3 min 05 s`. */
export function formatDuration(ms: number): string {
  if (ms < 9950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
}
