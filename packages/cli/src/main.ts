/**
 * The `epicube` command: parses flags and calls `beamline` or one package.
 *
 * @packageDocumentation
 */
import { resolve } from "node:path";
import { isEpicubeError, messageOf } from "@epicube/core";
import { CommanderError } from "commander";
import { shownPath } from "./output/paths.js";
import { type CommandContext, Interrupted } from "./output/terminal.js";
import { COMMON_FLAGS, createProgram } from "./program.js";

/** Exit codes of the command-line contract. */
export const EXIT = { done: 0, findings: 1, usage: 2, unknown: 3, interrupted: 130 } as const;

/** Runs `epicube` with arguments (without node and script) and gives its exit code. */
export async function main(argv: readonly string[], context: CommandContext): Promise<number> {
  let exitCode: number = EXIT.done;
  const program = createProgram(context, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(commonFlagsLast(argv), { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    if (error instanceof Interrupted) {
      context.stderr.write(`${error.message}\n`);
      return EXIT.interrupted;
    }
    if (isEpicubeError(error)) {
      context.stderr.write(`error ${error.code}: ${error.message}\n${error.help === undefined ? "" : `  help: ${error.help}\n`}`);
      return USAGE_CODES.has(error.code) ? EXIT.usage : EXIT.findings;
    }
    if (isSystemError(error)) {
      const path = error.path === undefined ? "" : `${shownPath(context.cwd, error.path)}: `;
      context.stderr.write(`error FILE_UNREADABLE: ${path}${SYSTEM_ERRORS[error.code ?? ""] ?? messageOf(error)}\n`);
      return EXIT.usage;
    }
    throw error;
  }
}

/** The usual failures of the file system, in words. */
const SYSTEM_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: "no such file or folder",
  EACCES: "permission denied",
  EISDIR: "is a folder, not a file",
  ENOTDIR: "a part of the path is a file, not a folder",
  EEXIST: "is there already and is no folder",
  ENOSPC: "no space left on the disk",
};

/** Failures that are bad usage or unreadable input. */
const USAGE_CODES = new Set([
  "CA_FAULT_UNKNOWN",
  "CA_FAULT_ARGUMENT",
  "CA_ADDRESS_INVALID",
  "CA_ENVIRONMENT",
  "USAGE",
  "FILE_UNREADABLE",
  "NOT_A_BEAMLINE",
  "IOC_COMMAND_NOT_FOUND",
  "IOC_COMMAND_NO_DBD",
  "STATE_UNREADABLE",
]);

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "code" in error && typeof error.code === "string" && "syscall" in error;
}

/** Commands that take another tool's arguments as they stand: flags of ours in front of them are dropped. */
const FOREIGN_ARGUMENTS = new Set(["chart", "db"]);

/** Flags that every command has may stand before it: they are moved behind it. */
function commonFlagsLast(argv: readonly string[]): string[] {
  const at = argv.findIndex((word) => !COMMON_FLAGS.includes(word));
  if (at <= 0) return [...argv];
  const command = argv.slice(at);
  if (FOREIGN_ARGUMENTS.has(command[0]!)) return command;
  const end = command.indexOf("--");
  const flags = argv.slice(0, at);
  return end === -1 ? [...command, ...flags] : [...command.slice(0, end), ...flags, ...command.slice(end)];
}

/** Runs {@link main} on this process: its streams, environment, signals and exit code. */
export async function runProcess(): Promise<void> {
  const stop = new AbortController();
  let interrupts = 0;
  const onSignal = (signal: "SIGINT" | "SIGTERM") => {
    // The first asks everything to stop and report; the second leaves at once.
    if (++interrupts > 1) process.exit(EXIT.interrupted);
    stop.abort(new Interrupted(signal));
  };
  process.on("SIGINT", () => onSignal("SIGINT"));
  process.on("SIGTERM", () => onSignal("SIGTERM"));
  // A closed terminal must not orphan what was started.
  process.on("SIGHUP", () => onSignal("SIGTERM"));
  // A reader that went away (`| head`) is no failure of ours.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? EXIT.done : EXIT.findings));
  const { argv, cwd } = takeCwd(process.argv.slice(2));
  process.exitCode = await main(argv, {
    stdout: process.stdout,
    stderr: process.stderr,
    stdin: process.stdin,
    env: process.env,
    cwd: resolve(process.cwd(), cwd),
    signal: stop.signal,
  });
}

/** `--cwd DIR` may stand anywhere before `--`; it is taken out first, since every path depends on it. */
function takeCwd(argv: readonly string[]): { argv: string[]; cwd: string } {
  const rest: string[] = [];
  let cwd = ".";
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index]!;
    if (word === "--") return { argv: [...rest, ...argv.slice(index)], cwd };
    if (word === "--cwd" && index + 1 < argv.length) cwd = argv[++index]!;
    else if (word.startsWith("--cwd=")) cwd = word.slice("--cwd=".length);
    else rest.push(word);
  }
  return { argv: rest, cwd };
}
