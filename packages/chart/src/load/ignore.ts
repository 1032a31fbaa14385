import { compileMatch, PatternError } from "./match.js";

/** Says whether a file or folder is left out of a chart. */
export type IgnoreRules = (path: string, isFolder: boolean) => boolean;

/** Helm's text of a .helmignore that it refuses. */
export class IgnoreError extends Error {}

interface Rule {
  readonly negated: boolean;
  readonly foldersOnly: boolean;
  readonly matches: (path: string) => boolean;
}

/** Rules of .helmignore, and the built-in one that leaves dot files of templates/ out. @throws IgnoreError */
export function parseIgnore(text: string | undefined): IgnoreRules {
  const rules: Rule[] = [];
  for (const line of (text ?? "").split("\n")) parseRule(line, rules);
  parseRule("templates/.?*", rules);
  return (path, isFolder) => {
    for (const rule of rules) {
      if (rule.negated) {
        // as helm has it: what a negated rule does not match is left out
        if ((rule.foldersOnly && !isFolder) || !rule.matches(path)) return true;
      } else if ((isFolder || !rule.foldersOnly) && rule.matches(path)) return true;
    }
    return false;
  };
}

function parseRule(line: string, rules: Rule[]): void {
  let rule = line.trim();
  if (rule === "" || rule.startsWith("#")) return;
  if (rule.includes("**")) throw new IgnoreError("double-star (**) syntax is not supported");
  const compile = (pattern: string) => {
    try {
      return compileMatch(pattern);
    } catch (error) {
      if (error instanceof PatternError) throw new IgnoreError(error.message);
      throw error;
    }
  };
  compile(rule);
  const negated = rule.startsWith("!");
  if (negated) rule = rule.slice(1);
  const foldersOnly = rule.endsWith("/");
  if (foldersOnly) rule = rule.slice(0, -1);
  const whole = rule.includes("/");
  const match = compile(rule.startsWith("/") ? rule.slice(1) : rule);
  rules.push({ negated, foldersOnly, matches: whole ? match : (path) => match(path.slice(path.lastIndexOf("/") + 1)) });
}
