import { Command, InvalidArgumentError, Option } from "commander";
import type { CommandContext, CommonOptions } from "./output/terminal.js";
import { packageVersion } from "./version.js";

/** Flags that every command has; they may stand before the command too. */
export const COMMON_FLAGS: readonly string[] = ["--json", "--quiet", "--verbose", "--no-color", "--yes"];

/** A command's work: its options and arguments to an exit code. */
type Action<Options> = (args: readonly string[], options: Options & CommonOptions, context: CommandContext) => Promise<number>;

/** Repeats of a flag, one value each time. */
const collect = (value: string, previous: readonly string[] = []): string[] => [...previous, value];

/** A whole number from `least`. */
const whole =
  (least: number, most = Number.MAX_SAFE_INTEGER) =>
  (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most)
      throw new InvalidArgumentError(`must be a whole number from ${least}${most === Number.MAX_SAFE_INTEGER ? "" : ` to ${most}`}`);
    return value;
  };

/** The command tree. Each command's code is loaded when it runs, so that start-up stays short. */
export function createProgram(context: CommandContext, exit: (code: number) => void): Command {
  const program = new Command("epicube")
    .description("From ioc.yaml to healthy PVs: check, generate, build, render, deploy and probe EPICS IOCs.")
    .version(packageVersion(), "-V, --version")
    .enablePositionalOptions()
    .addHelpText(
      "after",
      "\nEvery command has --json, --quiet, --verbose, --no-color, --yes and --cwd DIR.\nExit: 0 done, healthy; 1 findings, unhealthy, failed; 2 bad usage or unreadable input; 3 unknown; 130 interrupted.",
    )
    .showHelpAfterError("(add --help for usage)")
    .showSuggestionAfterError(true);
  configure(program);

  function configure(command: Command): Command {
    return command.exitOverride().configureOutput({
      writeOut: (text) => void context.stdout.write(text),
      writeErr: (text) => void context.stderr.write(text),
      outputError: (text, write) => write(text),
    });
  }

  /** Adds a command with the options that all have; `load` gives its action when it runs. */
  function add<Options>(parent: Command, usage: string, description: string, load: () => Promise<Action<Options>>): Command {
    const command = configure(parent.command(usage))
      .description(description)
      .option("--json", "print one JSON document (streams: one a line) on stdout and nothing else")
      .option("--quiet", "no progress")
      .option("--verbose", "more progress")
      .option("--no-color", "no colours")
      .option("--yes", "ask nothing")
      .addOption(new Option("--cwd <dir>", "folder that relative paths are relative to"));
    return command.action(async () => {
      const action = await load();
      exit(await action(command.args, command.opts() as Options & CommonOptions, context));
    });
  }

  add(
    program,
    "up [dir]",
    "check, build, render, deploy and wait until every IOC is healthy",
    async () => (await import("./commands/up.js")).up,
  )
    .option("--target <target>", "where to deploy: local", "local")
    .option("--images <file>", "images file instead of the beamline's own")
    .option("--ioc-command <program>", "run PROGRAM st.cmd as the IOC; `sim` forces the simulated IOC")
    .option("--only <ioc>", "only this IOC (repeat)", collect)
    .option("--support <path>", "support definitions: file or folder (repeat)", collect)
    .option("--db-path <dir>", "folder of templates (repeat)", collect)
    .option("--keep", "stay in the foreground after the verdict, until Ctrl-C")
    .option("--port-base <n>", "first of the 1000 ports that IOCs may take", whole(1024, 64535))
    .option("--timeout-ms <n>", "milliseconds until every IOC must be healthy", whole(1))
    .option("--fail-fast", "stop at the first IOC that fails");

  add(program, "check [dir]", "every finding in a services repository", async () => (await import("./commands/check.js")).check)
    .option("--support <path>", "support definitions: file or folder (repeat)", collect)
    .option("--db-path <dir>", "folder of templates (repeat)", collect)
    .option("--strict", "warnings fail too; quirks that lose data are errors")
    .addOption(
      new Option("--format <format>", "how findings are printed").choices(["pretty", "plain", "json", "sarif", "github"]).default("pretty"),
    );

  add(
    program,
    "generate <ioc.yaml...>",
    "st.cmd and ioc.subst of one IOC (and ioc.db with --expand)",
    async () => (await import("./commands/generate.js")).generate,
  )
    .option("--support <path>", "support definitions: file or folder (repeat)", collect)
    .requiredOption("--out <dir>", "folder the files are written to")
    .option("--env <K=V>", "variable of the IOC's environment (repeat)", collect)
    .option("--no-pvi", "leave out the PVI databases")
    .option("--strict", "refuse ibek's quirks that lose data")
    .option("--expand", "write ioc.db too")
    .option("--db-path <dir>", "folder of templates (repeat)", collect);

  add(program, "pvs [path]", "PV inventory of a beamline, a .db or a .subst file", async () => (await import("./commands/pvs.js")).pvs)
    .option("--db-path <dir>", "folder of templates (repeat)", collect)
    .option("--support <path>", "support definitions: file or folder (repeat)", collect);

  const schema = configure(program.command("schema")).description("JSON Schemas for editors");
  add(schema, "ioc", "schema of ioc.yaml for given support definitions", async () => (await import("./commands/schema.js")).schemaIoc)
    .requiredOption("--support <path>", "support definitions: file or folder (repeat)", collect)
    .option("--editor", "flavour for language servers");
  add(schema, "support", "schema of support definitions", async () => (await import("./commands/schema.js")).schemaSupport);
  add(schema, "beamline", "schema of epicube.yaml", async () => (await import("./commands/schema.js")).schemaBeamline);

  const image = configure(program.command("image")).description("image families and layouts");
  add(
    image,
    "build [images.yaml]",
    "build what is stale of a family into a layout",
    async () => (await import("./commands/image.js")).imageBuild,
  )
    .requiredOption("--layout <dir>", "OCI image layout")
    .option("--only <node>", "only this node and its parents (repeat)", collect);
  add(
    image,
    "tree <layout>",
    "images of a layout, their layers and what they share",
    async () => (await import("./commands/image.js")).imageTree,
  );

  const ca = configure(program.command("ca")).description("Channel Access");
  for (const [usage, description] of [
    ["get <pv...>", "read PVs"],
    ["info <pv...>", "what is known of PVs"],
  ] as const) {
    add(ca, usage, description, async () => (await import("./commands/ca.js"))[usage.startsWith("get") ? "caGet" : "caInfo"])
      .option("--timeout-ms <n>", "one deadline for the whole command", whole(1), 2000)
      .option("--count <n>", "most elements to read", whole(0))
      .addOption(new Option("--class <class>", "DBR class").choices(["plain", "sts", "time", "gr", "ctrl"]).default("time"));
  }

  add(program, "sim <file.db...>", "simulated IOC over Channel Access", async () => (await import("./commands/sim.js")).sim)
    .option("--port <n>", "TCP and UDP port; 0 takes a free one", whole(0, 65535), 5064)
    .option("--interface <ip>", "address to listen on", "0.0.0.0")
    .option("--macros <macros>", "macros of the databases: A=1,B=2")
    .option("--fault <kind>", "KIND[=ARG][@PV] (repeat)", collect);

  // helm's, msi's and epicube-probe's own flags: taken as they stand.
  const chart = configure(program.command("chart")).description("Helm charts in process").enablePositionalOptions();
  raw(chart, "template", "helm template's output and flags", async () => (await import("./commands/chart.js")).chartTemplate);
  const db = configure(program.command("db")).description("EPICS databases").enablePositionalOptions();
  raw(
    program,
    "probe",
    "health of PVs over Channel Access: exit 0 healthy, 1 unhealthy, 3 unknown",
    async () => (await import("./commands/probe.js")).probe,
  );
  raw(db, "expand", "what msi prints, with msi's options", async () => (await import("./commands/db.js")).dbExpand);

  function raw(
    parent: Command,
    name: string,
    description: string,
    load: () => Promise<(argv: readonly string[], context: CommandContext) => Promise<number>>,
  ): void {
    const command = configure(parent.command(name))
      .description(description)
      .usage("[args…]")
      .argument("[args...]")
      .allowUnknownOption()
      .passThroughOptions()
      .helpOption(false)
      .action(async () => {
        exit(await (await load())(command.args, context));
      });
  }

  return program;
}
