import { nearest } from "@epicube/core";
import { TARGETS } from "./family.js";

/** Most names that a help lists. */
const MAX_NAMES = 12;

/** What to write in place of a word that is none of the names: the nearest one, one that shares a part, else what there is. */
export function helpForName(word: string, names: readonly string[], what: string): string | undefined {
  const bare = TARGETS.reduce((name, target) => (name.endsWith(`-${target}`) ? name.slice(0, -target.length - 1) : name), word);
  const lower = bare.toLowerCase();
  const found = names.includes(bare) ? bare : (nearest(bare, names, 1)[0] ?? names.find((name) => sharesPart(lower, name.toLowerCase())));
  if (found !== undefined) return `did you mean ${found}?`;
  if (names.length === 0) return undefined;
  const more = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : "";
  return `${what}: ${names.slice(0, MAX_NAMES).join(", ")}${more}`;
}

function sharesPart(word: string, name: string): boolean {
  if (word.length < 3) return false;
  return (
    name.includes(word) || word.includes(name) || name.split(/[-_.]/).some((part) => part.length > 2 && word.split(/[-_.]/).includes(part))
  );
}
