/** One run of msi: its files by name, and its options. Characters are bytes. */
export interface MsiCase {
  /** Templates and included files; without substitutions, `main.template` is expanded. */
  readonly files: Readonly<Record<string, string>>;
  readonly substitutions?: string;
  readonly macros?: string;
  readonly verbose?: boolean;
  readonly globalScope?: boolean;
}

const template = (text: string, macros?: string): MsiCase => ({
  files: { "main.template": text },
  ...(macros === undefined ? {} : { macros }),
});
const rows = (substitutions: string, text = "$(A=none)|$(B=none)|$(C=none)\n"): MsiCase => ({ files: { t: text }, substitutions });
const long = (length: number, character = "y") => character.repeat(length);

/** What is known to be odd: each row is a corner of macLib or msi. */
export const HAND_MADE: readonly MsiCase[] = [
  template("$(A)|$\x7bA}|$(A=d)|$(B=d)|$(B=$(A))|$(B)|$A|$$(A)|\\$(A)|'$(A)'|\"$(A)\"\n", "A=1"),
  template("$(F=a,b)|$(N,A=1,B=2)|$(N=D,A=1)|$(T,A=x)|$(T,A=$(A))\n", "N=$(A)$(B),T=[$(A)],A=0"),
  template("$(A}x\nnext $(A)\n", "A=1"),
  template("$(A=x\\)y)z)|end\n"),
  template("$(A=x\\)y)z)|end\n", "A=1"),
  template("$(A)|$(B,C=1)$(A)|$(A)\n", `A=${long(300)},B=b`),
  template("$(A)|$(B,C=1)$(A)\n", "A=x$(A),B=b"),
  template("$(A)|$(A)\n", "A=$(B),B=$(A)"),
  { ...template("$(A)|$(B)|$(Q)|$(Q=$(R))|$(Q,X=$(Y))\n", "A=$(B),B=$(A)"), verbose: true },
  { ...template("fine\n", "A=$(Q)"), verbose: true },
  { ...template("$(A)\n", "A=$(Q)"), verbose: true },
  { ...template("$(A=$(Q))\n", "A=1"), verbose: true },
  template('$(A)|$(B)|$(C)|"$(A)"\n', "A='x y',B=\"p,q\",C=a\\,b"),
  template("$($(A)$(B))|$(A$(B))|$($(A)=$(B))\n", "A=B,B=A,AA=2,BA=3"),
  template(`${long(5000, "x")}$(A)\n`, "A=1"),
  template(`${long(4090, "x")}$(A)\n${long(4093, "x")}\\"\\'\n`, "A=12345"),
  template(`$(A)${long(4000, "z")}\n`, `A=${long(250)}`),
  template(`$(A)${long(4000, "z")}\\\\\\\\'$(A)'\n`, `A=${long(90)}`),
  template("no newline at the end $(A)", "A=1"),
  template("$(A"),
  template("$(A=", "A=1"),
  template("$("),
  template("$(A\n", "A=1"),
  template("$()|$\x7b}|$( A )|$(A )\n", " A =1"),
  template("a\r\n$(A)\r\n", "A=1"),
  template("$(A) # $(B) 'it's $(A)' $(A)\n", "A=1,B=2"),
  template("don't $(A) won't $(A)\n", "A=1"),
  template("$(A)$(B)$(C)\n", "A=1,B,C=3,A"),
  template("$(A)|$(A B)|$(=x)|$(,A=1)\n", "A=1,A B=2"),
  template("$(\"A\")|$('A')|$(\\A)\n", "A=1"),
  template("\xe9$(A)\xff\n", "A=1"),
  template("x\0y $(A)\nnext\n", "A=1"),
  template('substitute "A=2"\n$(A)\n  substitute   "A=3"  \n$(A)\n substitute "A=4" # no\n$(A)\nsubstitute "A=\\"5\\""\n$(A)\n', "A=1"),
  {
    files: {
      "main.template": '$(A)\ninclude "a.db"\n$(A)\n',
      "a.db": 'in $(A)\ninclude "b.db"\nsubstitute "A=9"\nout $(A)',
      "b.db": "b $(A)\n",
    },
    macros: "A=1",
  },
  { files: { "main.template": 'x\ninclude "nothing.db"\ny\n' } },
  {
    files: {
      "main.template": 'include "a.db"\r\ninclude "a.db"\t\ninclude "a.db"  \n include"a.db"\n#include "a.db"\nincludes "a.db"\n',
      "a.db": "A\n",
    },
  },
  {
    files: { "main.template": 'include "substitute.db"\ninclude "$(A).db"\n', "substitute.db": "S\n", "x.db": "X\n", "$(A).db": "D\n" },
    macros: "A=x",
  },
  { files: { "main.template": 'sinclude "A=7"\nsubstitute"A=8"\niiiiiii "a.db" include\n$(A)\n', "a.db": "A\n" } },
  rows("file t { pattern {A B} {1 2} {3, 4} { 5 } {6 7 8} }"),
  rows("file t { {A=1,B=2} {A=3 B=4} {A=5\nB=6} {} }"),
  rows('file t { pattern {A,B}\n {"a,b" \'c d\'}\n {"" "x\\"y"}\n }\n'),
  rows("global {C=g}\nfile t { {A=1} }\nglobal {C=h,B=i}\nfile t { {A=2} global {A=q} {B=3} }"),
  rows('file t { {A="x,y" B=2} {A="x"B="y"} {A="x y",B=2} }'),
  rows("# c\nfile t { # c\n {A=1} # c\n# c\n {A=2}# c\n}\n"),
  rows("file t {}\n"),
  rows("file t { pattern {A} }\nfile t { {A=1} }\n"),
  rows("file t { {A=1}"),
  rows("file t { {A=1"),
  rows("file t { pattern {A} {1} pattern {B} {2} {3} }"),
  rows("file t { pattern {A} {1} } pattern {B} {2}"),
  rows("file nothing { {A=1} }"),
  rows("file t { {A=1} } file nothing { {A=1} }"),
  rows("file $(X=t) { {A=1} }"),
  rows("file $(X_UNSET) { {A=1} }"),
  rows('file "t" { {A=1} }'),
  rows("file t { {A=$(B)} {B=1,A=$(B)} }"),
  rows("file t { {A=1} } }"),
  rows("file t { A=1 }"),
  rows("file { {A=1} }"),
  rows("{A=1}"),
  rows("file t\n{\n{A=1}\n}\n"),
  rows("file\nt {{A=1}}"),
  rows('file t { {A="unclosed} }\n'),
  rows("file t {{A=1},{A=2},,{A=3}}"),
  rows("file t {pattern{A}{{1}}}"),
  { ...rows("file t { {A=1} {B=2} }"), globalScope: true },
  { ...rows("file t { {A=1} {B=2} }"), macros: "B=m,C=$(A)" },
];

/** Small generator of its own, so that a seed names a case on every machine. */
function random(seed: number): () => number {
  let state = (seed * 2654435761) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

interface Generator {
  chance(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
  count(most: number): number;
}

const NAMES = ["A", "B", "C", "P", "R", "DEV", "N1"];
const PLAIN = ["x", "BL45P", ":", " ", "-", "1.5", "temp", "#", "@", "é"];
const ODD = ["'", '"', "\\", "$", "(", ")", "{", "}", ",", "=", "\\\\", '\\"', "\t", "$$"];

function reference(g: Generator, depth: number): string {
  const [open, close] = g.chance(0.8) ? ["(", ")"] : ["{", "}"];
  let text = `$${open}${g.chance(0.85) || depth === 0 ? g.pick(NAMES) : words(g, depth - 1, 2)}`;
  if (g.chance(0.35)) text += `=${words(g, depth - 1, 3)}`;
  for (let n = g.chance(0.15) ? g.count(2) : 0; n > 0; n--) text += `,${g.pick(NAMES)}=${words(g, depth - 1, 2)}`;
  return g.chance(0.97) ? text + close : text;
}

function words(g: Generator, depth: number, most: number): string {
  let text = "";
  for (let n = g.count(most); n > 0; n--)
    text += g.chance(0.3) && depth > 0 ? reference(g, depth) : g.chance(0.85) ? g.pick(PLAIN) : g.pick(ODD);
  return text;
}

function templateText(g: Generator, includes: readonly string[]): string {
  let text = "";
  for (let n = g.count(8); n > 0; n--) {
    if (g.chance(0.1) && includes.length > 0)
      text += `${g.pick(["", "  ", "\t"])}include "${g.pick(includes)}"${g.pick(["", "", " ", "\r"])}\n`;
    else if (g.chance(0.08)) text += `substitute "${g.pick(NAMES)}=${words(g, 1, 2).replaceAll('"', "'")}"\n`;
    else if (g.chance(0.3)) text += `record(ai, "$(P)$(R=${words(g, 1, 2)})") { field(DESC, "${words(g, 2, 4)}") }\n`;
    else text += `${words(g, 3, 8)}\n`;
  }
  return g.chance(0.15) ? text.trimEnd() : text;
}

function definitions(g: Generator): string {
  return Array.from({ length: g.count(4) }, () => `${g.pick(NAMES)}=${words(g, 2, 3)}`).join(g.pick([",", ", ", " , "]));
}

function cell(g: Generator): string {
  return g.chance(0.6) ? `"${words(g, 2, 3).replaceAll('"', "").replaceAll("\\", "")}"` : g.pick(["1", "abc", "$(A)", "x:y", "''", "a=b"]);
}

function substitutionText(g: Generator, templates: readonly string[]): string {
  let text = g.chance(0.3) ? `global { ${g.pick(NAMES)}=${cell(g)} }\n` : "";
  for (let n = 1 + g.count(2); n > 0; n--) {
    text += `file ${g.chance(0.5) ? `"${g.pick(templates)}"` : g.pick(templates)} {\n`;
    if (g.chance(0.6)) {
      const names = Array.from({ length: 1 + g.count(3) }, () => g.pick(NAMES));
      text += `pattern { ${names.join(g.pick([" ", ", "]))} }\n`;
      for (let row = 1 + g.count(3); row > 0; row--) {
        const cells = Array.from({ length: names.length + (g.chance(0.1) ? 1 : 0) }, () => cell(g));
        text += `  { ${cells.join(g.pick([" ", ", ", ","]))} }${g.pick(["", "", "# c"])}\n`;
      }
    } else
      for (let row = 1 + g.count(3); row > 0; row--)
        text += `  { ${Array.from({ length: g.count(3) }, () => `${g.pick(NAMES)}=${cell(g)}`).join(g.pick([", ", " ", "\n"]))} }\n`;
    text += g.chance(0.97) ? "}\n" : "\n";
  }
  return text;
}

/** A random case; equal for equal seeds. References that msi would hang on are not made. */
export function generateCase(seed: number): MsiCase {
  const next = random(seed);
  const g: Generator = {
    chance: (probability) => next() < probability,
    pick: (items) => items[Math.floor(next() * items.length)]!,
    count: (most) => Math.floor(next() * (most + 1)),
  };
  const bytes = (text: string) => Buffer.from(text, "utf8").toString("latin1");
  const safe = (text: string) => text.replace(/,(\s*)$/, "$1");
  const files = {
    "main.template": bytes(safe(templateText(g, ["one.db", "two.db"]))),
    "one.db": bytes(safe(templateText(g, ["two.db"]))),
    "two.db": bytes(safe(templateText(g, []))),
  };
  const options = { ...(g.chance(0.3) ? { verbose: true } : {}), ...(g.chance(0.15) ? { globalScope: true } : {}) };
  const macros = definitions(g).replaceAll("é", "e");
  if (g.chance(0.5)) return { files, macros, ...options };
  return { files, macros, substitutions: bytes(substitutionText(g, ["main.template", "one.db", "two.db"])), ...options };
}
