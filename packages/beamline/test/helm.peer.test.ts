import { join } from "node:path";
import { buildImages, loadImages, pinsOf } from "@epicube/image";
import { describePeer } from "@epicube/testkit";
import { execa } from "execa";
import { expect, it } from "vitest";
import { checkBeamline, renderInstance, stageInstance } from "../src/index.js";
import { copyExample, writeFiles } from "./example.js";

describePeer(["helm"], "real helm on the example beamline", ({ helm }) => {
  const template = async (name: string, folder: string, namespace: string, values: readonly string[]) => {
    const args = ["template", name, folder, "-n", namespace, ...values.flatMap((file) => ["-f", file])];
    return (await execa(helm.paths.helm!, args, { stripFinalNewline: false })).stdout;
  };

  it("renders every staged instance to the bytes that we render", async () => {
    const { root, temp } = await copyExample();
    try {
      const check = await checkBeamline(root);
      const family = (await loadImages(join(root, "images.yaml"))).value!;
      let pins = {};
      for await (const event of buildImages(family, { layoutFolder: join(temp.path, "layout") }))
        if (event.event === "done") pins = pinsOf(event, family);
      expect(check.iocs.length).toBeGreaterThanOrEqual(5);
      for (const ioc of check.iocs) {
        const options = {
          repository: check.repository!,
          instance: ioc.instance,
          runtimeFiles: ioc.runtimeFiles,
          pins,
          namespace: check.namespace,
        };
        const ours = await renderInstance(options);
        expect(ours.diagnostics, ioc.name).toEqual([]);
        const staged = await stageInstance(options);
        await writeFiles(staged.folder, staged.extraFiles);
        await writeFiles(
          join(temp.path, "values", ioc.name),
          staged.values.map(({ text }, index) => ({ path: `${index}.yaml`, bytes: text })),
        );
        const theirs = await template(
          ioc.name,
          staged.folder,
          check.namespace,
          staged.values.map((_, index) => join(temp.path, "values", ioc.name, `${index}.yaml`)),
        );
        expect(ours.value!.text, ioc.name).toBe(theirs);
        expect(theirs).toContain(`${ioc.instance.image}@sha256:`);
        expect(theirs).toContain(`${ioc.name}-runtime`);
      }
    } finally {
      await temp.close();
    }
  });

  it("renders each chart as it stands in the repository, without runtime files and pins, to the same bytes too", async () => {
    const { root, temp } = await copyExample();
    try {
      const check = await checkBeamline(root);
      for (const ioc of check.iocs) {
        const ours = await renderInstance({
          repository: check.repository!,
          instance: ioc.instance,
          runtimeFiles: [],
          pins: {},
          namespace: "default",
        });
        const theirs = await template(
          ioc.name,
          join(root, ioc.instance.folder),
          "default",
          ioc.instance.valuesFiles.map((file) => join(root, file)),
        );
        expect(ours.value!.text, ioc.name).toBe(theirs);
      }
    } finally {
      await temp.close();
    }
  });
});
