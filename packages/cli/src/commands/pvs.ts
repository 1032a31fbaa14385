import { stat } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { checkBeamline, createTemplateLookup, findBeamlineRoot } from "@epicube/beamline/repository";
import type { Diagnostic } from "@epicube/core";
import { expandSubstitutions, expandTemplate, inventoryOf, loadDatabase, type PvRow } from "@epicube/epics-db";
import { readInput, shownPath } from "../output/paths.js";
import { createSourceReader } from "../output/sources.js";
import { formatTable } from "../output/table.js";
import { type CommandContext, type CommonOptions, createTerminal } from "../output/terminal.js";

/** Flags of `epicube pvs`. */
export interface PvsFlags extends CommonOptions {
  readonly dbPath?: readonly string[];
  readonly support?: readonly string[];
}

/** `epicube pvs`: the names that a beamline, a database or a substitution file serves. */
export async function pvs(args: readonly string[], flags: PvsFlags, context: CommandContext): Promise<number> {
  const terminal = createTerminal(context, flags);
  const path = resolve(context.cwd, args[0] ?? ".");
  const absolute = (paths: readonly string[] | undefined) => (paths ?? []).map((entry) => resolve(context.cwd, entry));
  const isFile = await stat(path).then(
    (status) => status.isFile(),
    () => args[0] !== undefined && /\.[a-z]+$/.test(path),
  );
  let rows: readonly PvRow[];
  let diagnostics: readonly Diagnostic[];
  let base = context.cwd;
  if (isFile) ({ rows, diagnostics } = await fileInventory(path, context, absolute(flags.dbPath)));
  else {
    const root = await findBeamlineRoot(path);
    base = root;
    const result = await checkBeamline(root, {
      dbPath: absolute(flags.dbPath),
      ...(flags.support ? { support: absolute(flags.support) } : {}),
      signal: context.signal,
    });
    rows = result.iocs.flatMap((ioc) => ioc.rows);
    diagnostics = result.all;
  }
  terminal.diagnostics(diagnostics, createSourceReader(base));
  if (flags.json) terminal.json(rows.map(jsonOf));
  else if (rows.length > 0) {
    terminal.line(
      formatTable([
        ["PV", "TYPE", "IOC", "WHERE"],
        ...rows.map((row) => [row.pv, row.available ? row.recordType : "template not available", row.ioc, placeOf(row)]),
      ]),
    );
  }
  return diagnostics.some((diagnostic) => diagnostic.severity === "error") ? 1 : 0;
}

async function fileInventory(
  path: string,
  context: CommandContext,
  dbPath: readonly string[],
): Promise<{ rows: PvRow[]; diagnostics: Diagnostic[] }> {
  const file = shownPath(context.cwd, path);
  const { text, diagnostics } = await readInput(path, file, "utf8", "warning");
  const lookup = createTemplateLookup(context.cwd, { dbPath, config: dirname(path), support: [] });
  const substitutions = /\.(subst|substitutions|sub)$/.test(path);
  const expanded = substitutions
    ? expandSubstitutions({ file, text, resolve: lookup, env: context.env, keepGoing: true })
    : expandTemplate({ file, text, resolve: lookup });
  const loaded = loadDatabase(
    [{ file, text: expanded.value?.text ?? text, ...(expanded.value ? { origins: expanded.value.origins } : {}) }],
    { reported: expanded.diagnostics },
  );
  const ioc = basename(path).replace(/\.[^.]*$/, "");
  return {
    rows: loaded.value ? inventoryOf(loaded.value, { ioc, missing: expanded.value?.missing ?? [] }) : [],
    diagnostics: [...diagnostics, ...expanded.diagnostics, ...loaded.diagnostics],
  };
}

function jsonOf(row: PvRow) {
  const place = row.provenance.at(-1);
  return {
    pv: row.pv,
    type: row.recordType,
    ioc: row.ioc,
    file: place?.file ?? null,
    line: place?.startLine ?? null,
    ...(row.aliasOf === undefined ? {} : { aliasOf: row.aliasOf }),
    ...(row.info === undefined ? {} : { info: row.info }),
    available: row.available,
  };
}

function placeOf(row: PvRow): string {
  const place = row.provenance.at(-1);
  return place ? `${place.file}:${place.startLine}` : "";
}
