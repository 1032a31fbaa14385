import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "tsup";
import { afterAll } from "vitest";

/** Builds the library into a folder of its own, for tests that need it in another process. Gives the address to import. */
export async function buildLibrary(): Promise<string> {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  // Below node_modules, so that its dependencies are found and nothing is seen by git.
  mkdirSync(join(root, "node_modules"), { recursive: true });
  const outDir = mkdtempSync(join(root, "node_modules", ".built-"));
  afterAll(() => rmSync(outDir, { recursive: true, force: true }));
  await build({
    entry: [join(root, "src/index.ts")],
    outDir,
    config: false,
    format: ["esm"],
    platform: "node",
    target: "node20",
    noExternal: [/^@epicube\//],
    external: ["execa", "zod"],
    esbuildOptions: (options) => {
      options.conditions = ["@epicube/source"];
    },
    dts: false,
    clean: false,
    silent: true,
    outExtension: () => ({ js: ".mjs" }),
  });
  return pathToFileURL(join(outDir, "index.mjs")).href;
}
