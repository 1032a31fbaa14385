import { main } from "../src/main.js";

/** What a command printed and its exit code. */
export interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command in this process, from source, with nothing of this machine's environment. */
export async function run(
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string>; stdin?: string; signal?: AbortSignal } = {},
): Promise<Ran> {
  const out: Uint8Array[] = [];
  const err: Uint8Array[] = [];
  const sink = (chunks: Uint8Array[]) => ({
    write(text: string | Uint8Array) {
      chunks.push(typeof text === "string" ? Buffer.from(text) : text);
    },
  });
  const exitCode = await main(args, {
    stdout: sink(out),
    stderr: sink(err),
    stdin: (async function* () {
      if (options.stdin !== undefined) yield Buffer.from(options.stdin);
    })(),
    env: options.env ?? {},
    cwd: options.cwd ?? process.cwd(),
    signal: options.signal ?? new AbortController().signal,
  });
  return { exitCode, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() };
}
