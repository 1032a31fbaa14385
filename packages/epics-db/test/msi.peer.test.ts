import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createTempFolder, describePeer } from "@epicube/testkit";
import { expect, it } from "vitest";
import { expandSubstitutions, expandTemplate } from "../src/index.js";
import { generateCase, HAND_MADE, type MsiCase } from "./msi-cases.js";

const latin1 = (text: string) => Buffer.from(text, "latin1");

/** The text and success of our expansion, files from memory. */
function ours(item: MsiCase): { ok: boolean; text: string } {
  const resolve = (name: string) => (item.files[name] === undefined ? undefined : { file: name, text: item.files[name] });
  const shared = { macros: item.macros ?? "", resolve, encoding: "latin1", verbose: item.verbose ?? false } as const;
  const expanded =
    item.substitutions === undefined
      ? expandTemplate({ file: "main.template", text: item.files["main.template"] ?? "", ...shared })
      : expandSubstitutions({ file: "main.subst", text: item.substitutions, globalScope: item.globalScope ?? false, ...shared });
  return { ok: !expanded.diagnostics.some((diagnostic) => diagnostic.severity === "error"), text: expanded.value!.text };
}

describePeer(["epics"], "msi 7.0.10", ({ epics }) => {
  const msi = (folder: string, item: MsiCase) => {
    mkdirSync(folder);
    for (const [name, text] of Object.entries(item.files)) writeFileSync(join(folder, name), latin1(text));
    const args = item.verbose ? ["-V"] : [];
    if (item.globalScope) args.push("-g");
    if (item.macros !== undefined && item.macros !== "") args.push(`-M${item.macros}`);
    if (item.substitutions === undefined) args.push("main.template");
    else {
      writeFileSync(join(folder, "main.subst"), latin1(item.substitutions));
      args.push("-Smain.subst");
    }
    const run = spawnSync(epics.paths.msi!, args, { cwd: folder, timeout: 10_000, maxBuffer: 1 << 28 });
    return { ok: run.status === 0, text: run.stdout.toString("latin1") };
  };

  it("expands every hand-made file to the same bytes", async () => {
    await using temp = await createTempFolder("msi");
    for (const [index, item] of HAND_MADE.entries()) {
      expect(ours(item), `case ${index}: ${JSON.stringify(item)}`).toEqual(msi(join(temp.path, String(index)), item));
    }
  });

  it("expands 600 generated files to the same bytes", async () => {
    await using temp = await createTempFolder("msi");
    for (let seed = 1; seed <= 600; seed++) {
      const item = generateCase(seed);
      expect(ours(item), `seed ${seed}: ${JSON.stringify(item)}`).toEqual(msi(join(temp.path, String(seed)), item));
    }
  });
});
