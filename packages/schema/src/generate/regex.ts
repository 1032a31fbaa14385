/** A regular expression of Python's `re` as one of JavaScript, matching at the start of the text; undefined where it has no equal. */
export function pythonRegex(pattern: string): RegExp | undefined {
  const translated = pattern
    .replace(/\(\?P<([A-Za-z_]\w*)>/g, "(?<$1>")
    .replace(/\(\?P=([A-Za-z_]\w*)\)/g, "\\k<$1>")
    .replace(/\\A/g, "^")
    .replace(/\\Z/g, "$(?![\\s\\S])");
  try {
    return new RegExp(`^(?:${translated})`, "v");
  } catch {
    try {
      return new RegExp(`^(?:${translated})`, "u");
    } catch {
      return undefined;
    }
  }
}
