import { spawnSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** What a helm process printed. Log lines of level INFO are left out of stderr. */
export interface HelmRun {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the real helm without its plugins, caches and environment. */
export function runHelm(helm: string, args: readonly string[], cwd: string, input = ""): HelmRun {
  const run = spawnSync(helm, args, {
    cwd,
    input,
    encoding: "utf8",
    maxBuffer: 1 << 28,
    env: { PATH: process.env.PATH ?? "", HOME: cwd, HELM_NO_PLUGINS: "1", TZ: "UTC" },
  });
  if (run.error) throw run.error;
  const stderr = run.stderr
    .split("\n")
    .filter((line) => !line.startsWith("level=INFO"))
    .join("\n");
  return { status: run.status ?? -1, stdout: run.stdout, stderr };
}

/** Writes files below a folder. A text `-> TARGET` makes a symbolic link. */
export function writeTree(folder: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    if (typeof content === "string" && content.startsWith("-> ")) symlinkSync(content.slice(3), file);
    else writeFileSync(file, content);
  }
}
