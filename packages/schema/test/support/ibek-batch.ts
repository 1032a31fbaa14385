import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** What ibek is asked. */
export type IbekJob =
  | {
      readonly op: "generate";
      readonly files: Record<string, string>;
      readonly support: readonly string[];
      readonly instances: readonly string[];
      readonly pvi?: boolean;
      readonly pvi_defs?: readonly string[];
      readonly env?: Record<string, string>;
    }
  | { readonly op: "schema"; readonly files: Record<string, string>; readonly support: readonly string[] }
  | { readonly op: "render"; readonly template: string; readonly type: string; readonly context: unknown; readonly variables?: unknown };

export interface IbekAnswer {
  readonly files?: Record<string, string>;
  readonly schema?: unknown;
  readonly repr?: string;
  readonly error?: string;
}

/** Runs all jobs in one Python process, in order. */
export function runIbek(python: string, jobs: readonly IbekJob[]): Promise<IbekAnswer[]> {
  const script = fileURLToPath(new URL("./ibek_batch.py", import.meta.url));
  const env = { PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? "", TZ: "UTC", PYTHONWARNINGS: "ignore" };
  const child = spawn(python, [script], { stdio: ["pipe", "pipe", "pipe"], env });
  let output = "";
  let errors = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors = (errors + text).slice(-4000);
  });
  child.stdin.on("error", () => undefined);
  child.stdin.end(jobs.map((job) => `${JSON.stringify(job)}\n`).join(""));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      const lines = output.split("\n").filter((line) => line !== "");
      if (lines.length !== jobs.length) reject(new Error(`ibek answered ${lines.length} of ${jobs.length} jobs (exit ${code}): ${errors}`));
      else resolve(lines.map((line) => JSON.parse(line) as IbekAnswer));
    });
  });
}
