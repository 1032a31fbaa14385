import { existsSync, readFileSync, statSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { isAbsolute, join, resolve } from "node:path";
import { EpicubeError, formatDiagnostic } from "@epicube/core";
import { expandSubstitutions, expandTemplate, type ResolveTemplate } from "@epicube/epics-db";
import { readInput } from "../output/paths.js";
import type { CommandContext } from "../output/terminal.js";

const USAGE = `usage: epicube db expand [-I DIR]… [-M 'A=1,B=2'] [-V] [-g] [-D] [-S FILE] [-o OUT] [TEMPLATE]

What msi prints, with msi's options.
  -I DIR   folders of templates and includes (colon lists; an empty part is the working folder)
  -M LIST  macros for everything
  -V       undefined macros are marked and fail
  -g       substitution rows do not have a scope of their own
  -D       print the dependencies of OUT instead (needs -o)
  -S FILE  substitution file
  -o OUT   write to OUT instead of stdout
`;

interface MsiArguments {
  folders: string[];
  macros: string[];
  verbose: boolean;
  globalScope: boolean;
  dependencies: boolean;
  substitutions?: string;
  out?: string;
  template?: string;
  help: boolean;
}

/** `epicube db expand`: msi's options and bytes. Exit 1 for undefined macros with -V and wrong syntax, 2 for files that cannot be opened. */
export async function dbExpand(argv: readonly string[], context: CommandContext): Promise<number> {
  const parsed = parseArguments(argv);
  if (parsed.help) {
    context.stdout.write(USAGE);
    return 0;
  }
  if (parsed.dependencies && parsed.out === undefined) throw new EpicubeError("USAGE", "-D needs -o OUT");
  const resolveTemplate = createSearch(parsed.folders, context.cwd);
  const common = { resolve: resolveTemplate, macros: parsed.macros.join(","), verbose: parsed.verbose, encoding: "latin1" as const };
  const subst = parsed.substitutions;
  const main = subst ?? parsed.template;
  const text = main === undefined ? await readAll(context.stdin) : await readLatin1(resolve(context.cwd, main), main);
  const file = main ?? "stdin";
  const result =
    subst === undefined
      ? expandTemplate({ ...common, file, text })
      : expandSubstitutions({
          ...common,
          file,
          text,
          env: context.env,
          globalScope: parsed.globalScope,
          ...(parsed.template === undefined ? {} : { template: parsed.template }),
        });
  for (const diagnostic of result.diagnostics) {
    if (diagnostic.severity === "error") context.stderr.write(`${formatDiagnostic(diagnostic)}\n`);
  }
  const failed = result.diagnostics.some((diagnostic) => diagnostic.severity === "error");
  const bytes = Buffer.from(result.value?.text ?? "", "latin1");
  if (parsed.dependencies) {
    context.stdout.write(`${parsed.out}: ${(result.value?.dependencies ?? []).join(" \\\n  ")}\n`);
  } else if (parsed.out !== undefined) {
    if (!failed || parsed.verbose) await writeOut(resolve(context.cwd, parsed.out), bytes);
  } else {
    context.stdout.write(bytes);
  }
  return failed ? 1 : 0;
}

function parseArguments(argv: readonly string[]): MsiArguments {
  const parsed: MsiArguments = { folders: [], macros: [], verbose: false, globalScope: false, dependencies: false, help: false };
  const rest: string[] = [];
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index]!;
    if (word === "--help" || word === "-h") parsed.help = true;
    else if (/^-[IMSo]/.test(word)) {
      const value = word.length > 2 ? word.slice(2) : argv[++index];
      if (value === undefined) throw new EpicubeError("USAGE", `${word} needs a value`, { help: "epicube db expand --help" });
      if (word[1] === "I") parsed.folders.push(...value.split(":").map((part) => part || "."));
      else if (word[1] === "M") parsed.macros.push(value);
      else if (word[1] === "S") parsed.substitutions = value;
      else parsed.out = value;
    } else if (word === "-V") parsed.verbose = true;
    else if (word === "-g") parsed.globalScope = true;
    else if (word === "-D") parsed.dependencies = true;
    else if (word.startsWith("-") && word !== "-")
      throw new EpicubeError("USAGE", `unknown option ${word}`, { help: "epicube db expand --help" });
    else rest.push(word);
  }
  if (rest.length > 1) throw new EpicubeError("USAGE", `one template at most, got ${rest.join(" ")}`, { help: "epicube db expand --help" });
  const [template] = rest;
  if (template !== undefined && parsed.substitutions === undefined && /\.(subst|substitutions|sub)$/.test(template))
    parsed.substitutions = template;
  else if (template !== undefined) parsed.template = template;
  return parsed;
}

/** msi's own search: a relative name in each -I folder in order, or as it stands when there is none. The user names the folders: links are followed. */
function createSearch(folders: readonly string[], cwd: string): ResolveTemplate {
  const places = folders.length > 0 ? folders : ["."];
  return (name) => {
    const candidates = isAbsolute(name) ? [name] : places.map((folder) => join(folder, name));
    for (const candidate of candidates) {
      const path = resolve(cwd, candidate);
      if (!existsSync(path)) continue;
      return { file: candidate, text: statSync(path).isDirectory() ? "" : readFileSync(path, "latin1") };
    }
    return undefined;
  };
}

async function readLatin1(path: string, shown: string): Promise<string> {
  if (existsSync(path) && statSync(path).isDirectory()) return "";
  return (await readInput(path, shown, "latin1")).text;
}

async function readAll(input: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of input) chunks.push(chunk);
  return Buffer.concat(chunks).toString("latin1");
}

async function writeOut(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.${process.pid}`;
  await writeFile(temporary, bytes);
  await rename(temporary, path);
}
