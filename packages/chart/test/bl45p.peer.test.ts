import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describePeer } from "@epicube/testkit";
import { expect, it } from "vitest";
import { renderWithHelm, renderWithUs } from "./support/compare.js";

const beamline = fileURLToPath(new URL("../../../examples/bl45p", import.meta.url));

/** Folders of services/ with a chart. */
function instances(): string[] {
  return readdirSync(join(beamline, "services")).filter((name) => existsSync(join(beamline, "services", name, "Chart.yaml")));
}

describePeer(["helm"], "examples/bl45p against helm template", ({ helm }) => {
  it.each(instances())("renders %s to the same bytes", async (name) => {
    const given = { name, namespace: "bl45p", values: ["services/values.yaml"] };
    const chart = `services/${name}`;
    const theirs = renderWithHelm(helm.paths.helm!, chart, beamline, given);
    expect(theirs.error).toBeUndefined();
    expect(await renderWithUs(chart, beamline, given)).toEqual(theirs);
  });
});
