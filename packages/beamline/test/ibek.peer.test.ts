import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { findSupportFiles } from "@epicube/schema";
import { createTempFolder, describePeer } from "@epicube/testkit";
import { execa } from "execa";
import { expect, it } from "vitest";
import { checkBeamline, loadSettings } from "../src/index.js";
import { EXAMPLE } from "./example.js";

const IOC = "/epics/ioc";
const RUNTIME_DIR = "/epics/runtime";

describePeer(["ibek"], "real ibek on the example beamline", ({ ibek }) => {
  it("writes the same st.cmd and ioc.subst for every instance with an ioc.yaml", async () => {
    const check = await checkBeamline(EXAMPLE);
    expect(check.all.filter((diagnostic) => diagnostic.severity === "error")).toEqual([]);
    const settings = (await loadSettings(EXAMPLE)).value!;
    const support = await findSupportFiles(settings.support!.map((path) => join(EXAMPLE, path)));
    const temp = await createTempFolder("ibek");
    try {
      await mkdir(join(temp.path, "opi"));
      const generated = check.iocs.filter((ioc) => ioc.instance.instanceFiles.length > 0);
      expect(generated.length).toBeGreaterThanOrEqual(4);
      for (const ioc of generated) {
        const out = join(temp.path, ioc.name);
        await mkdir(out);
        await execa(
          ibek.paths.ibek!,
          [
            "runtime",
            "generate",
            join(EXAMPLE, ioc.instance.instanceFiles[0]!),
            ...support.value!.map((file) => file.file),
            "--output",
            out,
          ],
          {
            env: { IOC, RUNTIME_DIR, IOC_NAME: ioc.name, EPICS_ROOT: temp.path },
          },
        );
        for (const file of ["st.cmd", "ioc.subst"]) {
          const theirs = await readFile(join(out, file), "utf8");
          const ours = ioc.runtimeFiles.find((candidate) => candidate.path === file)?.text;
          expect(ours, `${ioc.name} ${file}`).toBe(theirs);
        }
      }
    } finally {
      await temp.close();
    }
  });
});
