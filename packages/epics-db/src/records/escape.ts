const SIMPLE: Readonly<Record<string, string>> = { a: "\x07", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v" };

/** Resolves the escapes of a quoted field value as the IOC does: those of C; any other escaped character stands for itself. */
export function unescapeValue(text: string): string {
  if (!text.includes("\\")) return text;
  return text.replace(/\\(x[0-9a-fA-F]{1,2}|[0-7]{1,3}|[\s\S])/g, (_whole, code: string) => {
    if (code.length > 1 && code[0] === "x") return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    if (code[0]! >= "0" && code[0]! <= "7") return String.fromCharCode(Number.parseInt(code, 8) & 0xff);
    return SIMPLE[code] ?? code;
  });
}
