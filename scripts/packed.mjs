// Packs every publishable package, installs each alone into an empty project, imports every entry, and lints what would be published.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bin, build, npm, root, run, Tally } from "./lib.mjs";
import { packages } from "./release.mjs";

export async function packed() {
  await build({ types: true });
  const tally = new Tally();
  const work = mkdtempSync(join(tmpdir(), "epicube-packed-"));
  const report = (name, what, ok, output) => {
    console.log(`${ok ? "ok  " : "FAIL"} ${name} ${what}`);
    if (!ok) process.stdout.write(`${output}\n`);
    tally.add(ok ? { passed: 1 } : { failed: 1 });
  };
  try {
    const manifests = packages(root);
    const archive = join(work, "tgz");
    mkdirSync(archive);
    const packing = await npm(["pack", "--json", "--pack-destination", archive, ...manifests.flatMap((entry) => ["-w", entry.name])], {
      quiet: true,
    });
    if (packing.code !== 0) {
      report("all", "npm pack", false, packing.stderr);
      return tally;
    }
    const files = new Map(JSON.parse(packing.stdout).map((entry) => [entry.name, join(archive, entry.filename)]));
    // One project with every package, so that the peers of a package come from the same archives; each entry is imported from there.
    for (const manifest of manifests) {
      const file = files.get(manifest.name);
      const folder = join(work, manifest.name.replace("/", "_"));
      mkdirSync(folder);
      const needed = closure(manifest.name, new Map(manifests.map((entry) => [entry.name, entry])));
      writeFileSync(
        join(folder, "package.json"),
        JSON.stringify({
          name: "stranger",
          private: true,
          type: "module",
          dependencies: { [manifest.name]: `file:${file}` },
          overrides: Object.fromEntries(needed.filter((name) => name !== manifest.name).map((name) => [name, `file:${files.get(name)}`])),
        }),
      );
      const install = await npm(
        ["install", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", "--omit=dev", "--loglevel=error"],
        { cwd: folder, quiet: true },
      );
      report(manifest.name, "installs alone", install.code === 0, install.stderr);
      if (install.code !== 0) continue;
      const entries = Object.keys(manifest.exports ?? {}).filter((entry) => !entry.endsWith(".json"));
      for (const entry of entries) {
        const specifier = manifest.name + entry.slice(1);
        const imported = await run(process.execPath, ["--input-type=module", "-e", `await import(${JSON.stringify(specifier)})`], {
          cwd: folder,
          quiet: true,
        });
        report(manifest.name, `imports ${specifier}`, imported.code === 0, imported.stderr);
      }
      for (const name of Object.keys(manifest.bin ?? {})) {
        const help = await run(join(folder, "node_modules", ".bin", name), ["--help"], { cwd: folder, quiet: true });
        report(manifest.name, `${name} --help`, help.code === 0 && help.stdout.length > 0, help.stdout + help.stderr);
      }
      const lint = await run(bin("publint"), [file, "--strict"], { quiet: true });
      report(manifest.name, "publint", lint.code === 0, lint.stdout + lint.stderr);
      if (entries.length > 0) {
        const types = await run(bin("attw"), [file, "--profile", "esm-only", "--no-emoji", "--no-color", "--format", "ascii"], {
          quiet: true,
        });
        report(manifest.name, "types (attw)", types.code === 0, types.stdout + types.stderr);
      }
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return tally;
}

function closure(name, manifests, seen = new Set()) {
  if (seen.has(name)) return [...seen];
  seen.add(name);
  for (const dependency of Object.keys(manifests.get(name)?.dependencies ?? {}))
    if (manifests.has(dependency)) closure(dependency, manifests, seen);
  return [...seen];
}
