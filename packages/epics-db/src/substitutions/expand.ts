import { type Checked, createLineIndex, type Diagnostic, type SourceRange } from "@epicube/core";
import { expandMacros } from "../macros/expand.js";
import { parseMacros } from "../macros/parse.js";
import { createMacroScope, type MacroScope } from "../macros/scope.js";
import type { ExpansionOrigin } from "./origins.js";
import { parseSubstitutions, type RowStep } from "./parse.js";
import {
  createExpansionOutput,
  type ExpansionOutput,
  ExpansionStop,
  expandFile,
  overrunDiagnostic,
  type ResolveTemplate,
  type TemplateContext,
} from "./template.js";
import { fromByteText, toByteText } from "./text.js";

/** Options that both expansions share. */
export interface ExpandOptions {
  /** How diagnostics and origins name the file. */
  readonly file: string;
  readonly text: string;
  /** What was found when the file was read: comes first in the result, so that a {@link TemplateFile} can be spread. Default: nothing. */
  readonly diagnostics?: readonly Diagnostic[];
  /** Finds templates and included files. Default: finds none. */
  readonly resolve?: ResolveTemplate;
  /** Macros for everything, as msi's `-M`: a list `A=1,B=2` or an object. */
  readonly macros?: string | Readonly<Record<string, string>>;
  /** As msi's `-V`: undefined and recursive references become `$(NAME,undefined)` and errors. Default false. */
  readonly verbose?: boolean;
  /** Bytes that the expanded text may have. Default 256 MiB. */
  readonly maxSizeBytes?: number;
  /**
   * `latin1`: each character of the texts given and of the result is one byte, for files that are not UTF-8. Default `utf8`. It decides
   * where over-long lines and values are cut.
   */
  readonly encoding?: "utf8" | "latin1";
}

/** Options of {@link expandSubstitutions}. */
export interface ExpandSubstitutionsOptions extends ExpandOptions {
  /** Variables for template names such as `$(MOTOR)/db/x.db`. Default: none. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Uses this template for every row, whatever the file names (msi's TEMPLATE argument with `-S`). */
  readonly template?: string;
  /** As msi's `-g`: rows do not have a scope of their own. Default false. */
  readonly globalScope?: boolean;
  /** Go on with the next row when a template is missing (msi stops). Default false. */
  readonly keepGoing?: boolean;
}

/** A template that could not be found. */
export interface MissingTemplate {
  /** Name after the environment was filled in. */
  readonly template: string;
  /** The row that asks for it. */
  readonly row: SourceRange;
}

/** An expanded text. */
export interface Expansion {
  /** What msi writes. Where there are errors: what it wrote before it stopped. */
  readonly text: string;
  /** Runs of output lines and where they come from; see {@link traceLine}. */
  readonly origins: readonly ExpansionOrigin[];
  /** The files read, in order, each once. */
  readonly dependencies: readonly string[];
  readonly missing: readonly MissingTemplate[];
}

const DEFAULT_MAX_SIZE = 256 * 1024 * 1024;

interface Session {
  readonly options: ExpandOptions;
  readonly scope: MacroScope;
  readonly output: ExpansionOutput;
  readonly encode: (text: string) => string;
  readonly decode: (text: string) => string;
}

const same = (text: string) => text;

function createSession(options: ExpandOptions): Session {
  const bytes = options.encoding === "latin1";
  const session: Session = {
    options,
    scope: createMacroScope(),
    output: createExpansionOutput(),
    encode: bytes ? same : toByteText,
    decode: bytes ? same : fromByteText,
  };
  const { macros } = options;
  if (typeof macros === "string") {
    const { definitions, overruns } = parseMacros(session.encode(macros));
    if (overruns) session.output.diagnostics.push(overrunDiagnostic(createLineIndex("").rangeOf(options.file, 0, 0)));
    session.scope.define(definitions);
  } else if (macros) {
    for (const [name, value] of Object.entries(macros)) session.scope.set(session.encode(name), session.encode(value));
  }
  return session;
}

function contextOf(session: Session, row: SourceRange | undefined): TemplateContext {
  const { options } = session;
  return {
    scope: session.scope,
    resolve: options.resolve ?? (() => undefined),
    verbose: options.verbose ?? false,
    row,
    output: session.output,
    maxSizeBytes: options.maxSizeBytes ?? DEFAULT_MAX_SIZE,
    encode: session.encode,
    decode: session.decode,
  };
}

function finish(session: Session, missing: MissingTemplate[] = []): Checked<Expansion> {
  const { output } = session;
  return {
    value: {
      text: session.decode(output.chunks.join("")),
      origins: output.origins,
      dependencies: [...output.dependencies],
      missing,
    },
    diagnostics: output.diagnostics,
  };
}

/**
 * Expands one template with its includes, as `msi -M MACROS TEMPLATE` does.
 *
 * @example
 * ```ts
 * expandTemplate({ file: "t.db", text: 'record(ai, "$(P)T") {}\n', macros: "P=BL45P:" }).value?.text; // record(ai, "BL45P:T") {}
 * ```
 */
export function expandTemplate(options: ExpandOptions): Checked<Expansion> {
  const session = createSession(options);
  if (session.output.diagnostics.length > 0) return finish(session);
  try {
    const { file, text, diagnostics = [] } = options;
    expandFile(contextOf(session, undefined), { file, text, diagnostics });
  } catch (error) {
    if (!(error instanceof ExpansionStop)) throw error;
  }
  return finish(session);
}

/** The template's name with environment references filled in; undefined where one has no value. */
function templateName(step: RowStep, options: ExpandSubstitutionsOptions): { name?: string; missing?: string } {
  if (step.template === undefined) return {};
  const scope = createMacroScope(undefined, (name) => options.env?.[name]);
  const expansion = expandMacros(step.template, scope);
  if (expansion.error) return { missing: expansion.problems[0]?.name ?? "" };
  return { name: expansion.text };
}

function templateProblem(step: RowStep, found: { name?: string; missing?: string }): Diagnostic {
  const range = step.templateRange ?? step.range;
  if (found.missing !== undefined)
    return {
      code: "TEMPLATE_NAME_UNDEFINED",
      severity: "error",
      message: `the template name uses ${found.missing}, which has no value`,
      range,
      help: "set it in the environment (template names see the environment, not the macros)",
    };
  if (found.name === undefined)
    return {
      code: "TEMPLATE_MISSING",
      severity: "error",
      message: "this set has no template: it stands outside of a file block",
      range: step.range,
      help: "put it in `file NAME { … }` or name a template",
    };
  return {
    code: "TEMPLATE_NOT_FOUND",
    severity: "error",
    message: `template "${found.name}" was not found`,
    range,
    labels: [{ range: step.range, message: "first row that needs it" }],
    help: "add its folder to the search path",
  };
}

/**
 * Expands a substitution file, as `msi -S FILE` does. Environment variables fill only the names of templates.
 *
 * Diagnostics: those of {@link parseSubstitutions}, `TEMPLATE_NOT_FOUND`, `TEMPLATE_NAME_UNDEFINED`, `TEMPLATE_MISSING`,
 * `INCLUDE_NOT_FOUND`, `INCLUDE_TOO_DEEP`, `MACRO_UNDEFINED` (warning unless `verbose`), `MACRO_RECURSIVE`, `MACRO_UNTERMINATED`,
 * `MACRO_TOO_COMPLEX`, `MACRO_LIST_OVERRUN`, `EXPANSION_TOO_LARGE`.
 */
export function expandSubstitutions(options: ExpandSubstitutionsOptions): Checked<Expansion> {
  const session = createSession(options);
  const { output, scope } = session;
  const missing: MissingTemplate[] = [];
  if (output.diagnostics.length > 0) return finish(session);
  output.diagnostics.push(...(options.diagnostics ?? []));
  const parsed = parseSubstitutions(options.text, { file: options.file });
  const resolve = options.resolve ?? (() => undefined);
  const define = (list: string, range: SourceRange) => {
    const { definitions, overruns } = parseMacros(session.encode(list));
    if (overruns) {
      output.diagnostics.push(overrunDiagnostic(range));
      throw new ExpansionStop();
    }
    scope.define(definitions);
  };
  try {
    for (const step of parsed.value?.steps ?? []) {
      if (step.kind === "global") {
        define(step.macros, step.range);
        continue;
      }
      const named = options.template === undefined ? templateName(step, options) : { name: options.template };
      const source = named.name === undefined ? undefined : resolve(named.name);
      if (!source) {
        missing.push({ template: named.name ?? step.template ?? "", row: step.range });
        const key = `template\0${step.template}`;
        if (!output.reported.has(key)) output.diagnostics.push(templateProblem(step, named));
        output.reported.add(key);
        if (!options.keepGoing) throw new ExpansionStop();
        continue;
      }
      const local = !(options.globalScope ?? false);
      if (local) scope.push();
      try {
        define(step.macros, step.range);
        expandFile(contextOf(session, step.range), source);
      } finally {
        if (local) scope.pop();
      }
    }
  } catch (error) {
    if (!(error instanceof ExpansionStop)) throw error;
  }
  output.diagnostics.push(...parsed.diagnostics);
  return finish(session, missing);
}
