import { resolve } from "node:path";
import { beamlineSettingsSchema } from "@epicube/beamline/schemas";
import { hasErrors } from "@epicube/core";
import { findSupportFiles, iocJsonSchema, loadSupport, supportJsonSchema } from "@epicube/schema";
import { z } from "zod";
import { createSourceReader } from "../output/sources.js";
import { type CommandContext, type CommonOptions, createTerminal } from "../output/terminal.js";

/** `epicube schema ioc`: JSON Schema of ioc.yaml for the support definitions given. */
export async function schemaIoc(
  _args: readonly string[],
  flags: CommonOptions & { readonly support: readonly string[]; readonly editor?: boolean },
  context: CommandContext,
): Promise<number> {
  const terminal = createTerminal(context, flags);
  const files = await findSupportFiles(
    flags.support.map((path) => resolve(context.cwd, path)),
    { base: context.cwd },
  );
  const support = files.value ? loadSupport(files.value) : undefined;
  const diagnostics = [...files.diagnostics, ...(support?.diagnostics ?? [])];
  terminal.diagnostics(diagnostics, createSourceReader(context.cwd));
  if (!support?.value || hasErrors(diagnostics)) return 1;
  print(iocJsonSchema(support.value, { editor: flags.editor === true }), flags, context);
  return 0;
}

/** `epicube schema support`: JSON Schema of support definitions. */
export async function schemaSupport(_args: readonly string[], flags: CommonOptions, context: CommandContext): Promise<number> {
  print(supportJsonSchema(), flags, context);
  return 0;
}

/** `epicube schema beamline`: JSON Schema of epicube.yaml. */
export async function schemaBeamline(_args: readonly string[], flags: CommonOptions, context: CommandContext): Promise<number> {
  print(z.toJSONSchema(beamlineSettingsSchema, { io: "input" }), flags, context);
  return 0;
}

function print(schema: unknown, flags: CommonOptions, context: CommandContext): void {
  context.stdout.write(`${flags.json ? JSON.stringify(schema) : JSON.stringify(schema, null, 2)}\n`);
}
