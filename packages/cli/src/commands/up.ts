import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type DoneEvent, findBeamlineRoot, findIocProgram, stateFolderOf, up as takeUp, type UpEvent } from "@epicube/beamline";
import { diagnosticToJson, EpicubeError, escapeControl, isEpicubeError, messageOf, systemClock } from "@epicube/core";
import { readInput } from "../output/paths.js";
import { createSourceReader } from "../output/sources.js";
import { formatTable } from "../output/table.js";
import { type CommandContext, type CommonOptions, createTerminal, formatDuration, type Terminal } from "../output/terminal.js";

/** Flags of `epicube up`. */
export interface UpFlags extends CommonOptions {
  readonly target: string;
  readonly images?: string;
  readonly iocCommand?: string;
  readonly only?: readonly string[];
  readonly support?: readonly string[];
  readonly dbPath?: readonly string[];
  readonly keep?: boolean;
  readonly portBase?: number;
  readonly timeoutMs?: number;
  readonly failFast?: boolean;
}

/** The command's own file, which `sim` children are started from. */
const BIN = join(dirname(fileURLToPath(import.meta.url)), "..", "bin", "epicube.js");

/** `epicube up`: exit 0 when every IOC is healthy, else 1. */
export async function up(args: readonly string[], flags: UpFlags, context: CommandContext): Promise<number> {
  if (flags.target !== "local") {
    throw new EpicubeError("USAGE", `--target ${flags.target}: only the target local is known`, {
      help: "leave --target out, or give local",
    });
  }
  const terminal = createTerminal(context, flags);
  const root = await findBeamlineRoot(resolve(context.cwd, args[0] ?? "."));
  const absolute = (paths: readonly string[] | undefined) => paths?.map((path) => resolve(context.cwd, path));
  const program = await findIocProgram({
    env: context.env,
    cwd: context.cwd,
    simulatedArgv: [process.execPath, BIN, "sim", "{runtime}/ioc.db", "--port", "{port}", "--interface", "{host}", "--quiet"],
    ...(flags.iocCommand === undefined ? {} : { iocCommand: flags.iocCommand }),
  });
  const support = absolute(flags.support);
  const dbPath = absolute(flags.dbPath);
  const epoch = Number(context.env.SOURCE_DATE_EPOCH);
  const stateFolder = stateFolderOf(root, context.env);
  if (!relative(root, stateFolder).startsWith("..")) {
    throw new EpicubeError("USAGE", `the state folder ${stateFolder} is inside the repository, which is never written`, {
      help: "set EPICUBE_STATE or XDG_STATE_HOME to a folder elsewhere",
    });
  }
  const imagesFile = flags.images === undefined ? undefined : resolve(context.cwd, flags.images);
  if (imagesFile !== undefined) await readInput(imagesFile, flags.images!);
  const events = takeUp(root, {
    stateFolder,
    program,
    signal: context.signal,
    ...(imagesFile === undefined ? {} : { imagesFile }),
    ...(flags.only ? { only: flags.only } : {}),
    ...(support ? { support } : {}),
    ...(dbPath ? { dbPath } : {}),
    ...(flags.keep ? { keep: true } : {}),
    ...(flags.portBase === undefined ? {} : { portBase: flags.portBase }),
    ...(flags.timeoutMs === undefined ? {} : { timeoutMs: flags.timeoutMs }),
    ...(flags.failFast ? { failFast: true } : {}),
    ...(Number.isSafeInteger(epoch) && context.env.SOURCE_DATE_EPOCH ? { sourceDateEpoch: epoch } : {}),
  });
  let last: DoneEvent | undefined;
  let errors = 0;
  const startedMs = systemClock.monotonicMs();
  const source = createSourceReader(root);
  try {
    for await (const event of events) {
      if (event.event === "diagnostic" && event.diagnostic.severity === "error") errors++;
      if (flags.json) terminal.json(event.event === "diagnostic" ? { event: "diagnostic", ...diagnosticToJson(event.diagnostic) } : event);
      else show(event, terminal, source, { errors, kept: last !== undefined });
      if (event.event === "done") {
        last = event;
        if (flags.keep && event.ok) terminal.note("IOCs stay up; Ctrl-C stops them");
      }
    }
  } catch (error) {
    // The stream ends with `done` whatever happens; what happened is told on stderr as for every command.
    if (flags.json && !last) {
      const known = isEpicubeError(error);
      terminal.json({
        event: "diagnostic",
        code: known ? error.code : "INTERRUPTED",
        severity: "error",
        message: messageOf(error),
        ...(known && error.help !== undefined ? { help: error.help } : {}),
      });
      terminal.json({
        event: "done",
        ok: false,
        iocs: [],
        wallMs: Math.round(systemClock.monotonicMs() - startedMs),
        stagesMs: {},
      } satisfies DoneEvent);
    }
    throw error;
  }
  return last?.ok ? 0 : 1;
}

function show(
  event: UpEvent,
  terminal: Terminal,
  source: (file: string) => string | undefined,
  so: { readonly errors: number; readonly kept: boolean },
): void {
  switch (event.event) {
    case "progress":
      terminal.progress(event);
      break;
    case "diagnostic":
      terminal.diagnostics([event.diagnostic], source);
      break;
    case "note":
      terminal.note(event.message);
      break;
    case "released":
      if (!event.ok) terminal.note(`✗ ${event.release}: ${event.cause ?? "failed"}`);
      break;
    case "pod":
      // Before the verdict, `released` tells it.
      if (so.kept && event.state === "failing") terminal.note(`${event.release}: ${event.reason ?? "failing"}`);
      break;
    case "done":
      showDone(event, terminal, so.errors);
      break;
    default:
      break;
  }
}

function showDone(event: DoneEvent, terminal: Terminal, errors: number): void {
  const { colors } = terminal;
  if (event.iocs.length === 0) {
    terminal.line(`${colors.red("nothing was deployed")}: ${errors} error${errors === 1 ? "" : "s"}`);
    return;
  }
  const rows = event.iocs.map((ioc) => [
    ioc.name,
    ioc.state === "healthy" ? colors.green(ioc.state) : colors.red(ioc.state),
    shortImage(ioc.image),
    `${ioc.pvs.ok}/${ioc.pvs.total}`,
    formatDuration(ioc.wallMs),
    escapeControl(ioc.cause ?? ""),
  ]);
  terminal.line(formatTable([["IOC", "STATE", "IMAGE DIGEST", "PVS", "TIME", ""], ...rows]));
  const healthy = event.iocs.filter((ioc) => ioc.state === "healthy").length;
  const verdict = event.ok ? colors.green("healthy") : colors.red("not healthy");
  terminal.line(`${verdict}: ${healthy} of ${event.iocs.length} IOCs in ${formatDuration(event.wallMs)}`);
}

/** The first 12 digits of the digest, as people compare them. */
function shortImage(image: string): string {
  const digest = /@(sha256:[0-9a-f]{12})/.exec(image);
  return digest ? digest[1]! : "-";
}
