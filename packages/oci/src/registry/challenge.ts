/** One challenge of a `WWW-Authenticate` header. */
export interface Challenge {
  /** Lower case: `bearer`, `basic`. */
  readonly scheme: string;
  /** Parameters by lower-case name. */
  readonly parameters: Readonly<Record<string, string>>;
}

/**
 * Reads `WWW-Authenticate`: several challenges, quoted parameters that may hold commas, escapes. What cannot be read is left out.
 *
 * @see RFC 9110, section 11.6.1
 */
export function parseChallenges(header: string): Challenge[] {
  const challenges: { scheme: string; parameters: Record<string, string> }[] = [];
  const token = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+/y;
  let at = 0;
  const skip = (pattern: RegExp) => {
    pattern.lastIndex = at;
    const found = pattern.exec(header);
    if (found) at = pattern.lastIndex;
    return found?.[0];
  };
  while (at < header.length && at < 16_384) {
    skip(/[\s,]*/y);
    const word = skip(token);
    if (word === undefined) break;
    skip(/[ \t]*/y);
    if (header[at] === "=" && challenges.length > 0) {
      at++;
      skip(/[ \t]*/y);
      const quoted = skip(/"(?:[^"\\]|\\.)*"/y);
      const value = quoted === undefined ? (skip(/[^\s,]*/y) ?? "") : quoted.slice(1, -1).replace(/\\(.)/g, "$1");
      challenges.at(-1)!.parameters[word.toLowerCase()] = value;
    } else challenges.push({ scheme: word.toLowerCase(), parameters: {} });
  }
  return challenges;
}
