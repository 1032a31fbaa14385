/**
 * A glob as a test on relative paths: `*` and `?` within one part, `**` any number of parts, `[a-z]`, `[!a-z]`, `{a,b}`, `\` before a
 * character for itself. A pattern without a slash is not special: it matches at the top only.
 */
export function compileGlob(pattern: string): (path: string) => boolean {
  const clean = pattern.replace(/^\.?\//, "").replace(/\/+$/, "");
  const expression = new RegExp(`^(?:${translate(clean)})$`, "su");
  return (path) => expression.test(path);
}

/** True where one of the globs matches the path or a folder above it. */
export function createPathFilter(globs: readonly string[]): (path: string) => boolean {
  const tests = globs.map(compileGlob);
  return (path) => {
    for (let end = path.indexOf("/"); end !== -1; end = path.indexOf("/", end + 1)) {
      const above = path.slice(0, end);
      if (tests.some((test) => test(above))) return true;
    }
    return tests.some((test) => test(path));
  };
}

function translate(glob: string): string {
  let out = "";
  let depth = 0;
  for (let at = 0; at < glob.length; at++) {
    const character = glob[at]!;
    if (character === "*") {
      if (glob[at + 1] === "*") {
        const atStart = at === 0 || glob[at - 1] === "/";
        if (atStart && glob[at + 2] === "/") {
          out += "(?:[^/]+/)*";
          at += 2;
          continue;
        }
        while (glob[at + 1] === "*") at++;
        out += atStart && at === glob.length - 1 ? ".+" : ".*";
      } else out += "[^/]*";
    } else if (character === "?") out += "[^/]";
    else if (character === "[") {
      const end = glob.indexOf("]", glob[at + 1] === "!" || glob[at + 1] === "^" ? at + 3 : at + 2);
      if (end === -1) out += "\\[";
      else {
        const negated = glob[at + 1] === "!" || glob[at + 1] === "^";
        const body = glob.slice(at + (negated ? 2 : 1), end).replace(/[\\[\]^]/g, "\\$&");
        out += `(?!/)[${negated ? "^" : ""}${body}]`;
        at = end;
      }
    } else if (character === "{" && glob.indexOf("}", at) !== -1) {
      out += "(?:";
      depth++;
    } else if (character === "}" && depth > 0) {
      out += ")";
      depth--;
    } else if (character === "," && depth > 0) out += "|";
    else if (character === "\\" && at + 1 < glob.length) out += literal(glob[++at]!);
    else out += literal(character);
  }
  return out + ")".repeat(depth);
}

function literal(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/]/, "\\$&");
}

/** True where {@link compileGlob} takes the pattern. */
export function isGlob(pattern: string): boolean {
  if (pattern.length > 500) return false;
  try {
    compileGlob(pattern);
    return true;
  } catch {
    return false;
  }
}
