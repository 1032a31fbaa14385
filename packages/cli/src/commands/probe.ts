import { runProbeCommand } from "@epicube/probe";
import type { CommandContext } from "../output/terminal.js";

/** `epicube probe`: the flags, output and exit status of `epicube-probe`. */
export async function probe(argv: readonly string[], context: CommandContext): Promise<number> {
  return runProbeCommand(
    argv.filter((word) => word !== "--yes"),
    {
      env: context.env,
      stdout: (text) => context.stdout.write(text),
      stderr: (text) => context.stderr.write(text),
      signal: context.signal,
    },
  );
}
