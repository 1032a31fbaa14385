import { resolve } from "node:path";
import { type Diagnostic, diagnosticToJson, isEpicubeError } from "@epicube/core";
import { createSimulatedIoc, parseFault, type SimulatedIoc } from "@epicube/sim";
import { readInput, shownPath } from "../output/paths.js";
import { createSourceReader } from "../output/sources.js";
import { type CommandContext, type CommonOptions, createTerminal, Interrupted } from "../output/terminal.js";

/** Flags of `epicube sim`. */
export interface SimFlags extends CommonOptions {
  readonly port: number;
  readonly interface: string;
  readonly macros?: string;
  readonly fault?: readonly string[];
}

/** `epicube sim`: serves the records of .db files until SIGTERM (exit 0) or Ctrl-C (130). The first line says when it answers. */
export async function sim(args: readonly string[], flags: SimFlags, context: CommandContext): Promise<number> {
  const terminal = createTerminal(context, flags);
  const source = createSourceReader(context.cwd);
  const faults = (flags.fault ?? []).map(parseFault);
  const databases = await Promise.all(
    args.map(async (name) => {
      const path = resolve(context.cwd, name);
      const file = shownPath(context.cwd, path);
      const { text, diagnostics } = await readInput(path, file, "utf8", "warning");
      terminal.diagnostics(diagnostics, source);
      return { file, text };
    }),
  );
  let ioc: SimulatedIoc;
  try {
    ioc = await createSimulatedIoc({
      databases,
      port: flags.port,
      interface: flags.interface,
      faults,
      ...(flags.macros === undefined ? {} : { macros: flags.macros }),
    });
  } catch (error) {
    if (!isEpicubeError(error, "SIM_DATABASE")) throw error;
    const diagnostics = error.context.diagnostics as readonly Diagnostic[];
    if (flags.json) terminal.json({ event: "error", diagnostics: diagnostics.map(diagnosticToJson) });
    else terminal.diagnostics(diagnostics, source);
    return 1;
  }
  try {
    terminal.diagnostics(ioc.diagnostics, source);
    terminal.json({ event: "ready", tcpPort: ioc.tcpPort, udpPort: ioc.udpPort ?? null, pvs: ioc.records });
    await aborted(context.signal);
  } finally {
    await ioc.close();
  }
  const { reason } = context.signal;
  if (reason instanceof Interrupted && reason.signal === "SIGTERM") return 0;
  throw reason;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) done();
    else signal.addEventListener("abort", () => done(), { once: true });
  });
}
