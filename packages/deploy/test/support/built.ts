import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "tsup";

/** Builds the library into a folder of its own, for tests that need it in another process. Gives the address to import, and how to remove it. */
export async function buildLibrary(): Promise<{ readonly url: string; remove(): void }> {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  // Below node_modules, so that its dependencies are found and nothing is seen by git.
  mkdirSync(join(root, "node_modules"), { recursive: true });
  const outDir = mkdtempSync(join(root, "node_modules", ".built-"));
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
  return { url: pathToFileURL(join(outDir, "index.mjs")).href, remove: () => rmSync(outDir, { recursive: true, force: true }) };
}
