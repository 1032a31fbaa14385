import type { Diagnostic, SourceRange } from "@epicube/core";

/** A text with the name that diagnostics use for it. */
export interface SourceFile {
  readonly file: string;
  readonly text: string;
  /** What was found when it was read: whatever uses the file reports it. */
  readonly diagnostics?: readonly Diagnostic[];
}

/** One row of ioc.subst and where it comes from. */
export interface SubstitutionRow {
  /** Template as ioc.subst names it. */
  readonly template: string;
  /** Line of the row in ioc.subst, from 1. */
  readonly line: number;
  /** Type of the entity that made it, such as `epics.EpicsEnvSet`. */
  readonly entityType: string;
  /** The entity that made it, in the instance file; for a sub-entity or a repeat, the top-level entity. */
  readonly entity: SourceRange;
  /** Macros in the order of the columns. */
  readonly macros: Readonly<Record<string, string>>;
}

/** What an IOC will be: its start-up files as text. */
export interface GeneratedIoc {
  readonly name: string;
  /** `st.cmd`, `ioc.subst` and, where there is one, `wait_list.yaml`. */
  readonly files: readonly { readonly path: string; readonly text: string }[];
  /** IOC, RUNTIME_DIR, IOC_NAME and whatever else of the given environment the files were made from. */
  readonly environment: Readonly<Record<string, string>>;
  /** One a row of ioc.subst, in its order. */
  readonly rows: readonly SubstitutionRow[];
}

/** What {@link generateIoc} is given. */
export interface GenerateIocOptions<Support> {
  /** Name of the IOC. Default: `ioc_name` of the first instance file. An `ioc_name` that differs from it is the warning IOC_NAME_DIFFERS. */
  readonly name?: string;
  /** Instance files in order: ioc.yaml, then runtime.yaml. */
  readonly instances: readonly SourceFile[];
  readonly support: Support;
  /** What `_global.get_env` and `env` see; IOC and RUNTIME_DIR are used by st.cmd. Default none. */
  readonly env?: Readonly<Record<string, string>>;
  /** Add rows for pvi templates, as ibek does. Default true. */
  readonly pvi?: boolean;
  /** `compat` reproduces ibek; `strict` refuses what loses data there. Default `compat`. */
  readonly mode?: "compat" | "strict";
}
