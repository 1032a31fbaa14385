import { runTemplateCommand } from "@epicube/chart";
import type { CommandContext } from "../output/terminal.js";

/** `epicube chart template`: helm's own arguments, bytes and exit status. */
export async function chartTemplate(argv: readonly string[], context: CommandContext): Promise<number> {
  const result = await runTemplateCommand(argv, { cwd: context.cwd, signal: context.signal, readStdin: () => readAll(context.stdin) });
  context.stdout.write(result.stdout);
  context.stderr.write(result.stderr);
  return result.exitCode;
}

async function readAll(input: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of input) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
