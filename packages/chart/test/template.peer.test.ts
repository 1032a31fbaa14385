import { createTempFolder, describePeer } from "@epicube/testkit";
import { expect, it } from "vitest";
import { runTemplateCommand } from "../src/command/template-command.js";
import { errorCases } from "./cases/errors.js";
import { fileCases } from "./cases/files.js";
import { iocInstanceCases } from "./cases/ioc-instance.js";
import { outputCases } from "./cases/output.js";
import { schemaCases } from "./cases/schema.js";
import { subchartCases } from "./cases/subcharts.js";
import { tomlCases } from "./cases/toml.js";
import { valuesCases } from "./cases/values.js";
import { runHelm, writeTree } from "./support/helm.js";

const cases = [
  ...valuesCases,
  ...outputCases,
  ...fileCases,
  ...subchartCases,
  ...schemaCases,
  ...errorCases,
  ...tomlCases,
  ...iocInstanceCases,
];

/** What is compared: bytes, exit status, and of stderr the error's text. Log lines carry times and are helm's own. */
function comparable(run: { stdout: string; stderr: string }, exitCode: number) {
  return { exitCode, stdout: run.stdout, error: /(?:^|\n)(Error: [\s\S]*)/.exec(run.stderr)?.[1]?.trimEnd() ?? "" };
}

describePeer(["helm"], "helm template, case by case", ({ helm }) => {
  it.each(cases.map((one) => [one.title, one] as const))("%s", async (_title, one) => {
    await using folder = await createTempFolder("chart");
    writeTree(folder.path, one.files);
    const args = one.args ?? ["rel", "c"];
    const theirs = runHelm(helm.paths.helm!, ["template", ...args], folder.path);
    const ours = await runTemplateCommand(args, { cwd: folder.path, root: folder.path });
    const clean = (text: string) => text.replaceAll(folder.path, "FOLDER");
    expect(comparable({ stdout: ours.stdout, stderr: clean(ours.stderr) }, ours.exitCode)).toEqual(
      comparable({ stdout: theirs.stdout, stderr: clean(theirs.stderr) }, theirs.status),
    );
  });
});
