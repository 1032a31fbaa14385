import type { ExpandedValue, MacroEntry, MacroScope } from "./scope.js";

/** Something wrong with a reference. `unterminated` and `too-complex` end the expansion: the C library would never return from them. */
export interface MacroProblem {
  readonly kind: "undefined" | "recursive" | "unterminated" | "too-complex";
  /** Name of the macro as far as it is known. */
  readonly name: string;
}

/** Options of {@link expandMacros}. */
export interface ExpandMacrosOptions {
  /** Characters (bytes, see README) that the result may have; the rest is cut as macLib does. Default: no limit. */
  readonly capacity?: number;
  /** Leave undefined references as `$(NAME)`; when false they become `$(NAME,undefined)`. Default true, as msi without `-V`. */
  readonly suppressWarnings?: boolean;
}

/** What {@link expandMacros} gives. */
export interface MacroExpansion {
  readonly text: string;
  /** True when macLib would report an error: an undefined or recursive macro was used, directly or in a value. */
  readonly error: boolean;
  readonly problems: readonly MacroProblem[];
}

/** Length at which macLib cuts names and values. */
export const MACRO_VALUE_LIMIT = 256;

const STEP_LIMIT = 200_000;
const DEPTH_LIMIT = 1_500;
const NO_PROBLEMS: readonly MacroProblem[] = [];

interface Output {
  text: string;
  room: number;
}

interface Owner {
  error: boolean;
}

interface Run {
  readonly scope: MacroScope;
  readonly quietAtStart: boolean;
  quiet: boolean;
  /** True where a problem is of no consequence: a default that is only measured, the text of a scoped definition. */
  muted: boolean;
  /** Values are read again from their raw text, uncut, once a scoped reference has changed the scope. */
  dirty: boolean;
  steps: number;
  depth: number;
  readonly problems: Map<string, MacroProblem>;
}

class Refused extends Error {
  readonly problem: MacroProblem;
  constructor(problem: MacroProblem) {
    super(problem.kind);
    this.problem = problem;
  }
}

const QUOTE = 34;
const DOLLAR = 36;
const APOSTROPHE = 39;
const COMMA = 44;
const EQUALS = 61;
const BACKSLASH = 92;

function put(out: Output, text: string): void {
  if (text.length <= out.room) {
    out.text += text;
    out.room -= text.length;
  } else if (out.room > 0) {
    out.text += text.slice(0, out.room);
    out.room = 0;
  }
}

function opensReference(input: string, at: number): boolean {
  const next = input.charCodeAt(at + 1);
  return next === 40 || next === 123;
}

/** Where text ends: `close` is the bracket's code (0: the end only), and `=` and `,` where they count. */
interface Terminator {
  readonly close: number;
  readonly equals: boolean;
}
const TO_END: Terminator = { close: 0, equals: false };

/**
 * Reads `input` from `at` up to a terminator into `out`; gives the terminator's index. At the end of the input that is the index of the last
 * character, as in macLib: several of its results for unfinished references follow from looking at that character once more.
 */
function translate(run: Run, owner: Owner, level: number, stop: Terminator, input: string, from: number, out: Output): number {
  if (++run.steps > STEP_LIMIT) throw new Refused({ kind: "too-complex", name: "" });
  if (++run.depth > DEPTH_LIMIT) throw new Refused({ kind: "too-complex", name: "" });
  const discard = level > 0;
  const length = input.length;
  let quote = 0;
  let at = from;
  while (at < length) {
    const code = input.charCodeAt(at);
    if (stop.close !== 0 && (code === stop.close || code === COMMA || (code === EQUALS && stop.equals))) break;
    if (quote !== 0) {
      if (code === quote) {
        quote = 0;
        if (discard) {
          at++;
          continue;
        }
      }
    } else if (code === QUOTE || code === APOSTROPHE) {
      quote = code;
      if (discard) {
        at++;
        continue;
      }
    }
    if (code === DOLLAR && quote !== APOSTROPHE && opensReference(input, at)) {
      at = refer(run, owner, level, input, at, out) + 1;
    } else if (code === BACKSLASH && at + 1 < length) {
      if (!discard) put(out, "\\");
      // With no room left the escaped character is not stepped over: macLib reads it again as an ordinary one.
      if (out.room > 0) put(out, input[++at]!);
      at++;
    } else {
      const start = at++;
      while (at < length && isPlain(input.charCodeAt(at), stop)) at++;
      put(out, input.slice(start, at));
    }
  }
  run.depth--;
  return at >= length ? length - 1 : at;
}

function isPlain(code: number, stop: Terminator): boolean {
  if (code === DOLLAR || code === BACKSLASH || code === QUOTE || code === APOSTROPHE) return false;
  return stop.close === 0 || (code !== stop.close && code !== COMMA && code !== EQUALS);
}

function withQuiet<T>(run: Run, task: () => T): T {
  const { quiet, muted } = run;
  run.quiet = true;
  run.muted = true;
  const result = task();
  run.quiet = quiet;
  run.muted = muted;
  return result;
}

/** Reads the `,A=1,B=2` of a scoped reference into the scope just pushed. */
function readScoped(run: Run, level: number, close: number, input: string, from: number, name: string): number {
  const owner = { error: false };
  let at = from;
  while (input.charCodeAt(at) === COMMA) {
    if (at + 1 >= input.length) throw new Refused({ kind: "unterminated", name });
    const macro: Output = { text: "", room: MACRO_VALUE_LIMIT };
    at = translate(run, owner, level, { close, equals: true }, input, at + 1, macro);
    if (input.charCodeAt(at) !== EQUALS) continue;
    const value: Output = { text: "", room: MACRO_VALUE_LIMIT };
    at = translate(run, owner, level, { close, equals: false }, input, at + 1, value);
    run.scope.set(macro.text, value.text);
    run.dirty = true;
  }
  return at;
}

/** Replaces the reference that starts at `from`; gives the index of its closing bracket (or of the last character). */
function refer(run: Run, owner: Owner, level: number, input: string, from: number, out: Output): number {
  const close = input.charCodeAt(from + 1) === 40 ? 41 : 125;
  const nameOut: Output = { text: "", room: MACRO_VALUE_LIMIT };
  let at = translate(run, owner, level + 1, { close, equals: true }, input, from + 2, nameOut);
  const name = nameOut.text;
  let fallback = -1;
  if (input.charCodeAt(at) === EQUALS) {
    fallback = at + 1;
    at = withQuiet(run, () =>
      translate(run, { error: false }, level + 1, { close, equals: false }, input, fallback, { text: "", room: 0 }),
    );
  }
  const scoped = input.charCodeAt(at) === COMMA;
  if (scoped) {
    run.scope.push();
    try {
      at = withQuiet(run, () => readScoped(run, level + 1, close, input, at, name));
      insert(run, owner, level, close, input, name, fallback, out);
    } finally {
      run.scope.pop();
    }
    run.dirty = true;
  } else {
    insert(run, owner, level, close, input, name, fallback, out);
  }
  return at;
}

function insert(run: Run, owner: Owner, level: number, close: number, input: string, name: string, fallback: number, out: Output): void {
  const version = run.scope.version;
  const entry = run.scope.lookup(name);
  if (run.scope.version !== version) run.dirty = true;
  if (entry && !entry.visited) {
    if (run.dirty) {
      entry.visited = true;
      translate(run, owner, level + 1, TO_END, entry.raw, 0, out);
      entry.visited = false;
    } else {
      const value = expandedValue(run, entry);
      put(out, value.text);
      if (value.error) owner.error = true;
      if (!run.muted) for (const problem of value.problems) run.problems.set(`${problem.kind} ${problem.name}`, problem);
    }
    return;
  }
  if (!entry && fallback !== -1) {
    translate(run, owner, level + 1, { close, equals: false }, input, fallback, out);
    return;
  }
  owner.error = true;
  const kind = entry ? "recursive" : "undefined";
  if (!run.muted) run.problems.set(`${kind} ${name}`, { kind, name });
  put(out, `$(${name}${run.quiet ? "" : `,${kind}`})`);
}

/** The value of a macro on its own, quotes and escapes taken off, cut at macLib's limit. */
function expandedValue(run: Run, entry: MacroEntry): ExpandedValue {
  const cached = entry.expanded;
  if (cached && cached.version === run.scope.version && cached.quiet === run.quietAtStart) return cached;
  const version = run.scope.version;
  const problems = new Map<string, MacroProblem>();
  const inner: Run = { ...run, dirty: true, quiet: run.quietAtStart, muted: false, problems };
  const owner = { error: false };
  const out: Output = { text: "", room: MACRO_VALUE_LIMIT };
  translate(inner, owner, 1, TO_END, entry.raw, 0, out);
  run.steps = inner.steps;
  const value: ExpandedValue = { text: out.text, error: owner.error, quiet: run.quietAtStart, problems: [...problems.values()], version };
  if (run.scope.version === version) entry.expanded = value;
  return value;
}

/**
 * Expands the macro references of a text as macLib does: `$(N)`, `${N}`, defaults `$(N=D)`, scoped definitions `$(N,A=1)`, all of them
 * nested. Nothing is expanded in single quotes; a reference that has no value stays.
 *
 * @example
 * ```ts
 * expandMacros("$(P)$(R=TEMP)", createMacroScope("P=BL45P:")).text; // "BL45P:TEMP"
 * ```
 */
export function expandMacros(text: string, scope: MacroScope, options: ExpandMacrosOptions = {}): MacroExpansion {
  const room = options.capacity ?? Number.POSITIVE_INFINITY;
  if (!text.includes("$(") && !text.includes("${") && text.length <= room) return { text, error: false, problems: NO_PROBLEMS };
  const quiet = options.suppressWarnings ?? true;
  const run: Run = { scope, quietAtStart: quiet, quiet, muted: false, dirty: false, steps: 0, depth: 0, problems: new Map() };
  const owner = { error: false };
  const out: Output = { text: "", room };
  try {
    translate(run, owner, 0, TO_END, text, 0, out);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    owner.error = true;
    run.problems.set(error.problem.kind, error.problem);
    for (const name of scope.names()) {
      const entry = scope.lookup(name);
      if (entry) entry.visited = false;
    }
  }
  return { text: out.text, error: owner.error, problems: [...run.problems.values()] };
}
