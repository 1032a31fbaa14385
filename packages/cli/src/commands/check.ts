import { resolve } from "node:path";
import { type BeamlineCheck, checkRepository, findBeamlineRoot } from "@epicube/beamline";
import { diagnosticToJson, formatDiagnostic } from "@epicube/core";
import { formatGithub, formatSarif } from "../output/sarif.js";
import { createSourceReader } from "../output/sources.js";
import { type CommandContext, type CommonOptions, createTerminal } from "../output/terminal.js";
import { packageVersion } from "../version.js";

/** Flags of `epicube check`. */
export interface CheckFlags extends CommonOptions {
  readonly support?: readonly string[];
  readonly dbPath?: readonly string[];
  readonly strict?: boolean;
  readonly format: "pretty" | "plain" | "json" | "sarif" | "github";
}

/** `epicube check`: every finding of a services repository; exit 1 on errors, with `--strict` on warnings too. */
export async function check(args: readonly string[], flags: CheckFlags, context: CommandContext): Promise<number> {
  const terminal = createTerminal(context, flags);
  const root = await findBeamlineRoot(resolve(context.cwd, args[0] ?? "."));
  const absolute = (paths: readonly string[] | undefined) => paths?.map((path) => resolve(context.cwd, path));
  const support = absolute(flags.support);
  const dbPath = absolute(flags.dbPath);
  const result = await checkRepository(root, {
    mode: flags.strict ? "strict" : "compat",
    signal: context.signal,
    ...(support ? { support } : {}),
    ...(dbPath ? { dbPath } : {}),
  });
  const format = flags.json ? "json" : flags.format;
  if (format === "json") terminal.json(jsonOf(result));
  else if (format === "sarif") terminal.json(formatSarif(result.all, packageVersion()));
  else if (format === "github") for (const diagnostic of result.all) terminal.line(formatGithub(diagnostic));
  else {
    const source = format === "pretty" ? createSourceReader(root) : undefined;
    for (const diagnostic of result.all) {
      const text = formatDiagnostic(diagnostic, source ? { source } : {});
      terminal.line(format === "plain" ? text.split("\n")[0] : terminal.paint(diagnostic, text));
    }
    const { errors, warnings, iocs, pvs } = result.summary;
    terminal.line(`${plural(iocs, "IOC")}, ${plural(pvs, "PV")}, ${plural(errors, "error")}, ${plural(warnings, "warning")}`);
  }
  return result.summary.errors > 0 || (flags.strict && result.summary.warnings > 0) ? 1 : 0;
}

/** The document of `check --json`. */
function jsonOf(result: BeamlineCheck) {
  return {
    iocs: result.iocs.map((ioc) => ({ name: ioc.name, path: ioc.instance.folder, diagnostics: ioc.diagnostics.map(diagnosticToJson) })),
    diagnostics: result.diagnostics.map(diagnosticToJson),
    summary: result.summary,
  };
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}
