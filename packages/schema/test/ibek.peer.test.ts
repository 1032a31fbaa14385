import { hasErrors } from "@epicube/core";
import { describePeer } from "@epicube/testkit";
import { expect, it } from "vitest";
import { generateIoc, iocJsonSchema, loadSupport, supportJsonSchema } from "../src/index.js";
import {
  DEFINE_VALUES,
  defaultCase,
  defineCase,
  FEATURES,
  type FeatureCase,
  filesOf,
  PARAMETER_TYPES,
  parameterCase,
  YAML_VALUES,
} from "./support/cases.js";
import { type IbekJob, runIbek } from "./support/ibek-batch.js";
import { normaliseSchema } from "./support/normalise.js";

const ENV = { IOC: "/epics/ioc", RUNTIME_DIR: "/epics/runtime", IOC_NAME: "test-ioc" };
const DEVICE = 'label: dev\nparent: ""\nchildren: []\n';

function ours(feature: FeatureCase): Record<string, string> | string {
  const { support, instances, files } = filesOf(feature);
  const loaded = loadSupport(support.map((file) => ({ file, text: files[file]! })));
  if (hasErrors(loaded.diagnostics)) return loaded.diagnostics[0]!.code;
  const made = generateIoc({
    instances: instances.map((file) => ({ file, text: files[file]! })),
    support: loaded.value!,
    env: ENV,
    pvi: feature.pvi ?? false,
  });
  if (!made.value) return made.diagnostics.find((entry) => entry.severity === "error")!.code;
  return Object.fromEntries(made.value.files.map((file) => [file.path, file.text]));
}

function job(feature: FeatureCase): IbekJob {
  const { support, instances, files } = filesOf(feature);
  const device = "dev.pvi.device.yaml";
  return {
    op: "generate",
    files: { ...files, [device]: DEVICE },
    support,
    instances,
    pvi: feature.pvi ?? false,
    pvi_defs: [device],
    env: ENV,
  };
}

async function compare(python: string, features: readonly FeatureCase[]) {
  const answers = await runIbek(python, features.map(job));
  const wrong: unknown[] = [];
  features.forEach((feature, index) => {
    const theirs = answers[index]!;
    const mine = ours(feature);
    if (theirs.files === undefined) {
      if (typeof mine !== "string") wrong.push({ case: feature.name, ibek: theirs.error, ours: mine });
      return;
    }
    const kept = Object.fromEntries(
      Object.entries(theirs.files).filter(([name]) => ["st.cmd", "ioc.subst", "wait_list.yaml"].includes(name)),
    );
    if (JSON.stringify(sorted(kept)) !== JSON.stringify(typeof mine === "string" ? mine : sorted(mine)))
      wrong.push({ case: feature.name, ibek: kept, ours: mine });
  });
  return { answers, wrong };
}

function sorted(files: Record<string, string>) {
  return Object.entries(files).sort((a, b) => (a[0] < b[0] ? -1 : 1));
}

describePeer(["ibek"], "real ibek on files of our own", ({ ibek }) => {
  it("makes the same files, or refuses the same, for every feature and quirk", async () => {
    const { answers, wrong } = await compare(ibek.paths.python!, FEATURES);
    expect(wrong).toEqual([]);
    expect(
      FEATURES.filter((feature, index) => (answers[index]!.error !== undefined) !== (feature.refused === true)).map(
        (feature) => feature.name,
      ),
    ).toEqual([]);
  });

  it("takes and prints the same value for every type of parameter", async () => {
    const cases = PARAMETER_TYPES.flatMap((type) => YAML_VALUES.map((value) => parameterCase(type, value)));
    expect((await compare(ibek.paths.python!, cases)).wrong).toEqual([]);
  });

  it("takes and prints the same default for every type of parameter", async () => {
    const cases = PARAMETER_TYPES.flatMap((type) => YAML_VALUES.map((value) => defaultCase(type, value)));
    expect((await compare(ibek.paths.python!, cases)).wrong).toEqual([]);
  });

  it("computes the same value for every type of define", async () => {
    const types = ["str", "int", "float", "bool", "list", "null"];
    const cases = types.flatMap((type) => DEFINE_VALUES.map((value) => defineCase(type, value)));
    expect((await compare(ibek.paths.python!, cases)).wrong).toEqual([]);
  });

  it("makes the same JSON Schemas", async () => {
    const features = FEATURES.filter(
      (feature) => !feature.name.startsWith("support:") && !feature.name.includes("that Python takes for one"),
    );
    const jobs = features.map((feature): IbekJob => {
      const { support, files } = filesOf(feature);
      return { op: "schema", files, support };
    });
    const answers = await runIbek(ibek.paths.python!, [...jobs, { op: "schema", files: {}, support: [] }]);
    features.forEach((feature, index) => {
      const { support, files } = filesOf(feature);
      const { value } = loadSupport(support.map((file) => ({ file, text: files[file]! })));
      expect(answers[index]!.error, feature.name).toBeUndefined();
      expect(normaliseSchema(iocJsonSchema(value!)), feature.name).toEqual(normaliseSchema(answers[index]!.schema));
    });
    expect(normaliseSchema(supportJsonSchema({ validations: true }))).toEqual(normaliseSchema(answers.at(-1)!.schema));
  });
});
