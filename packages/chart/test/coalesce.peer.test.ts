import { createTempFolder, describePeer } from "@epicube/testkit";
import fc from "fast-check";
import { expect, it } from "vitest";
import { runTemplateCommand } from "../src/command/template-command.js";
import { chartYaml } from "./cases/case.js";
import { runHelm, writeTree } from "./support/helm.js";

const CASES = 40;
const SHOW = "# {{ .Chart.Name }} {{ toJson .Values }}\n";

/** Few names, so that values of parent, child and user meet; nulls and maps over scalars among them. */
const names = fc.constantFrom("a", "b", "d", "e", "global", "exports");
const values = fc.letrec((tie) => ({
  map: fc.dictionary(names, fc.oneof({ maxDepth: 4 }, fc.constantFrom<unknown>(null, 1, "x", true, [1]), tie("map")), { maxKeys: 4 }),
})).map as fc.Arbitrary<Record<string, unknown>>;
/** Values below a subchart's name are maps most of the time, else helm refuses nearly all. */
const withMaps = values.map((map) => {
  for (const name of ["d", "e"]) if (Math.abs(JSON.stringify(map).length) % 5 > 0 && typeof map[name] !== "object") delete map[name];
  return map;
});
const imports = fc.constantFrom(
  "",
  ", import-values: [{child: a, parent: b}]",
  ", import-values: [a, {child: e.a, parent: d.b}]",
  ", condition: d.b",
  ", tags: [a], alias: e",
);

describePeer(["helm"], "coalescing of random values against helm", ({ helm }) => {
  const cases = fc.sample(fc.tuple(withMaps, withMaps, withMaps, withMaps, imports, fc.boolean()), { numRuns: CASES, seed: 414 });
  it.each(cases.map((one, index) => [index, one] as const))("case %i", async (_index, [root, child, grandchild, user, more, declared]) => {
    await using folder = await createTempFolder("coalesce");
    writeTree(folder.path, {
      "c/Chart.yaml": chartYaml("c", declared ? `dependencies:\n  - {name: d, version: 0.1.0${more}}\n` : ""),
      "c/values.yaml": JSON.stringify(root),
      "c/templates/a.yaml": SHOW,
      "c/charts/d/Chart.yaml": chartYaml("d"),
      "c/charts/d/values.yaml": JSON.stringify(child),
      "c/charts/d/templates/a.yaml": SHOW,
      "c/charts/d/charts/e/Chart.yaml": chartYaml("e"),
      "c/charts/d/charts/e/values.yaml": JSON.stringify(grandchild),
      "c/charts/d/charts/e/templates/a.yaml": SHOW,
      "user.yaml": JSON.stringify(user),
    });
    const args = ["rel", "c", "-f", "user.yaml"];
    const theirs = runHelm(helm.paths.helm!, ["template", ...args], folder.path);
    const ours = await runTemplateCommand(args, { cwd: folder.path });
    const error = (text: string) => /Error: .*/.exec(text)?.[0] ?? "";
    expect({ text: ours.stdout, error: error(ours.stderr) }).toEqual({ text: theirs.stdout, error: error(theirs.stderr) });
  });
});
