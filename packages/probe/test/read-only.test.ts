import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const source = join(dirname(fileURLToPath(import.meta.url)), "../src");
const ca = join(dirname(createRequire(import.meta.url).resolve("@epicube/ca/package.json")), "src");

/** Every module that a module brings with it, by its relative imports. */
async function reach(file: string, seen = new Set<string>()): Promise<Set<string>> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const [, path] of (await readFile(file, "utf8")).matchAll(/^(?:import|export) [^;]*?from "(\.[^"]+)\.js";/gms))
    await reach(resolve(dirname(file), `${path}.ts`), seen);
  return seen;
}

it("a probe cannot write: it imports @epicube/ca alone, which does not bring the writing entry", async () => {
  const files = (await readdir(source, { recursive: true })).filter((name) => name.endsWith(".ts"));
  const packages = new Set<string>();
  for (const name of files)
    for (const [, from] of (await readFile(join(source, name), "utf8")).matchAll(/^(?:import|export)[^;]*? from "(@[^"]+)";/gms))
      packages.add(from!);
  expect([...packages].sort()).toEqual(["@epicube/ca", "@epicube/core", "@epicube/core/seams"]);
  const modules = [...(await reach(join(ca, "index.ts")))].map((path) => path.slice(ca.length + 1));
  expect(modules).toContain("client/client.ts");
  expect(modules.filter((path) => path.startsWith("put/"))).toEqual([]);
});
