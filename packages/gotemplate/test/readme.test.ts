import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { createFunctions, createIncludeFunctions, type FunctionTable, fromJs, parseTemplateSet } from "../src/index.js";

const FILE = fileURLToPath(new URL("../README.md", import.meta.url));
const BETWEEN = /(<!-- functions -->\n)[\s\S]*(<!-- \/functions -->)/;

function signatures(table: FunctionTable): string {
  const rows = Object.keys(table)
    .sort((a, b) => a.toLowerCase().localeCompare(b.toLowerCase(), "en"))
    .map((name) => {
      const { parameters, variadic } = table[name]!;
      const types = [...parameters, ...(variadic ? [`...${variadic}`] : [])].map((type) =>
        type.replaceAll("interface {}", "any").replace("reflect.Value", "any"),
      );
      return `| \`${name}\` | ${types.length === 0 ? "" : `\`${types.join(", ")}\``} |`;
    });
  return ["| function | parameters |", "|---|---|", ...rows, ""].join("\n");
}

it("the README's tables of functions are those of the code", () => {
  const readme = readFileSync(FILE, "utf8");
  const functions = createFunctions();
  const expected =
    `\`createFunctions()\`: ${Object.keys(functions).length} (\`slice\` is sprig's).\n\n${signatures(functions)}\n` +
    `\`createIncludeFunctions()\`:\n\n${signatures(createIncludeFunctions())}`;
  const made = readme.replace(BETWEEN, (_whole, open: string, close: string) => `${open}${expected}${close}`);
  if (process.env.UPDATE_GOLDEN === "1") writeFileSync(FILE, made);
  expect(made).toBe(process.env.UPDATE_GOLDEN === "1" ? made : readme);
});

it("the README's first example prints what it says", () => {
  const example = /```ts\n([\s\S]*?)```/.exec(readFileSync(FILE, "utf8"))![1]!;
  const printed: string[] = [];
  const body = example.replace(/^import .*$/m, "").replaceAll("console.log", "print");
  new Function("createFunctions", "fromJs", "parseTemplateSet", "print", body)(createFunctions, fromJs, parseTemplateSet, (text: string) =>
    printed.push(text),
  );
  const promised = [...example.matchAll(/^\/\/ (.*)$/gm)].map((match) => `${match[1]}\n`).join("");
  expect(printed.join("")).toBe(promised);
});
