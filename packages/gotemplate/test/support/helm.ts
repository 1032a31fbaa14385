import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createTempFolder } from "@epicube/testkit";

/** What one run of helm gave. */
interface HelmRun {
  readonly exit: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

function run(helm: string, args: readonly string[]): Promise<HelmRun> {
  return new Promise((resolve) => {
    execFile(helm, args, { maxBuffer: 1 << 28, encoding: "buffer", env: { HOME: "/nonexistent", TZ: "UTC" } }, (error, stdout, stderr) => {
      resolve({ exit: error ? Number(error.code ?? 1) : 0, stdout, stderr: stderr.toString("utf8") });
    });
  });
}

async function writeChart(folder: string, template: string, values: unknown): Promise<void> {
  await mkdir(join(folder, "templates"), { recursive: true });
  await writeFile(join(folder, "Chart.yaml"), "apiVersion: v2\nname: peer\nversion: 1.0.0\n");
  await writeFile(join(folder, "values.yaml"), JSON.stringify(values));
  await writeFile(join(folder, "templates", "t.yaml"), template);
}

const BATCH = `{{- range $i, $case := .Values.cases }}
c{{ $i }}: {{ tpl $case $ | b64enc | quote }}
{{- end }}
`;

async function batch(helm: string, cases: readonly string[], data: unknown): Promise<Buffer[] | string> {
  await using folder = await createTempFolder("gotemplate-peer");
  await writeChart(folder.path, BATCH, { data, cases });
  const result = await run(helm, ["template", "peer", folder.path]);
  if (result.exit !== 0) return result.stderr;
  const outputs: Buffer[] = [];
  for (const match of result.stdout.toString("latin1").matchAll(/^c(\d+): "([^"]*)"$/gm)) {
    outputs[Number(match[1])] = Buffer.from(match[2]!, "base64");
  }
  return outputs;
}

/**
 * What helm gives for each template, rendered with `tpl` in one process for all of them. `data` is `.Values.data`. A template that fails
 * fails the whole run, so such a run is halved until the ones at fault are alone: their result is helm's message.
 */
export async function renderAll(helm: string, cases: readonly string[], data: unknown): Promise<(Buffer | string)[]> {
  if (cases.length === 0) return [];
  const outputs = await batch(helm, cases, data);
  if (typeof outputs !== "string") return outputs;
  if (cases.length === 1) return [outputs];
  const middle = cases.length >> 1;
  return [...(await renderAll(helm, cases.slice(0, middle), data)), ...(await renderAll(helm, cases.slice(middle), data))];
}

/** What helm writes to stderr for a template file that fails, one process a template, two at a time. */
export async function renderFailures(helm: string, templates: readonly string[], data: unknown): Promise<string[]> {
  const results: string[] = new Array(templates.length);
  let next = 0;
  const worker = async () => {
    while (next < templates.length) {
      const index = next++;
      await using folder = await createTempFolder("gotemplate-peer");
      await writeChart(folder.path, templates[index]!, { data });
      const result = await run(helm, ["template", "peer", folder.path]);
      results[index] = result.exit === 0 ? `no failure: ${result.stdout}` : result.stderr;
    }
  };
  await Promise.all([worker(), worker()]);
  return results;
}
