import type { MacroProblem } from "./expand.js";
import { type MacroDefinition, parseMacros } from "./parse.js";

/** A macro's value as a reference gets it, for one state of its scope. */
export interface ExpandedValue {
  readonly text: string;
  readonly error: boolean;
  readonly quiet: boolean;
  readonly problems: readonly MacroProblem[];
  readonly version: number;
}

/** One macro of a scope. `expanded` is a cache that holds for one state of the scope. */
export interface MacroEntry {
  readonly name: string;
  readonly level: number;
  raw: string;
  /** True while its raw value is being read, to find recursion. */
  visited: boolean;
  expanded: ExpandedValue | undefined;
}

/**
 * Macros in nested scopes, as macLib's handle holds them: a definition in an inner scope hides the outer one until the scope is popped; a
 * second definition in the same scope replaces the first.
 */
export interface MacroScope {
  /** Defines a macro in the innermost scope; undefined takes it away in every scope. */
  set(name: string, value: string | undefined): void;
  /** Defines what a list `A=1,B=2` says. False where the list is one that makes macLib abort (see {@link parseMacros}). */
  define(list: string | readonly MacroDefinition[] | Readonly<Record<string, string>>): boolean;
  push(): void;
  pop(): void;
  /** The entry that a reference of this name sees. */
  lookup(name: string): MacroEntry | undefined;
  /** Counts the changes; caches compare it. */
  readonly version: number;
  /** The names that a reference can see now. */
  names(): string[];
}

/** Makes a scope. `outside` is asked for names that are not defined (the environment, for file names and iocsh lines). */
export function createMacroScope(
  definitions?: string | readonly MacroDefinition[] | Readonly<Record<string, string>>,
  outside?: (name: string) => string | undefined,
): MacroScope {
  const stacks = new Map<string, MacroEntry[]>();
  const levels: MacroEntry[][] = [[]];
  let version = 0;

  const remove = (entry: MacroEntry) => {
    const stack = stacks.get(entry.name);
    const at = stack?.lastIndexOf(entry) ?? -1;
    if (!stack || at === -1) return;
    if (stack.length === 1) stacks.delete(entry.name);
    else stack.splice(at, 1);
  };
  const create = (name: string, raw: string) => {
    const entry: MacroEntry = { name, level: levels.length - 1, raw, visited: false, expanded: undefined };
    const stack = stacks.get(name);
    if (stack) stack.push(entry);
    else stacks.set(name, [entry]);
    levels[levels.length - 1]!.push(entry);
    return entry;
  };
  const lookup = (name: string): MacroEntry | undefined => {
    const found = stacks.get(name)?.at(-1);
    if (found || !outside || name === "") return found;
    const value = outside(name);
    if (value === undefined) return undefined;
    version++;
    return create(name, value);
  };
  const scope: MacroScope = {
    set(name, value) {
      version++;
      if (value === undefined) {
        for (const entry of stacks.get(name)?.slice() ?? []) remove(entry);
        return;
      }
      const found = lookup(name);
      if (found && found.level >= levels.length - 1) found.raw = value;
      else create(name, value);
    },
    define(list) {
      if (typeof list === "string") {
        const parsed = parseMacros(list);
        for (const { name, value } of parsed.definitions) scope.set(name, value);
        return !parsed.overruns;
      }
      if (Array.isArray(list)) for (const { name, value } of list as readonly MacroDefinition[]) scope.set(name, value);
      else for (const [name, value] of Object.entries(list as Readonly<Record<string, string>>)) scope.set(name, value);
      return true;
    },
    push() {
      levels.push([]);
    },
    pop() {
      if (levels.length === 1) return;
      version++;
      for (const entry of levels.pop()!) remove(entry);
    },
    lookup,
    get version() {
      return version;
    },
    names: () => [...stacks.keys()],
  };
  if (definitions !== undefined) scope.define(definitions);
  return scope;
}
