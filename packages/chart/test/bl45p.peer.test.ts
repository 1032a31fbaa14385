import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { createTempFolder, describePeer } from "@epicube/testkit";
import { expect, it } from "vitest";
import { loadChart } from "../src/load/load-chart.js";
import { renderRelease } from "../src/render/render-release.js";
import { runHelm } from "./support/helm.js";

const beamline = fileURLToPath(new URL("../../../examples/bl45p", import.meta.url));
const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;

/** Folders of services/ with a chart. */
function instances(): string[] {
  return readdirSync(join(beamline, "services")).filter((name) => existsSync(join(beamline, "services", name, "Chart.yaml")));
}

/** What beamline adds to a staged chart: text, numbers of a database, and a file that is compressed. */
const RUNTIME: Record<string, Uint8Array> = {
  "runtime/st.cmd": Buffer.from(`dbLoadRecords("/epics/runtime/ioc.db")\niocInit\n# a long line ${"that is never folded ".repeat(8)}\n`),
  "runtime/ioc.db": Buffer.from('record(ai, "BL45P:X") {\n\tfield(VAL, "1")\n    field(DESC, "tab and trailing space") \n}\n'),
  "runtime/health.json": Buffer.from('{"ioc": "x", "pvs": ["BL45P:X"]}'),
  "runtime/big.db.gz": gzipSync(Buffer.alloc(10_000, "x")),
};

describePeer(["helm"], "examples/bl45p against helm template", ({ helm }) => {
  it.each(instances().flatMap((name) => [[name, false] as const, [name, true] as const]))(
    "renders %s to the same bytes (runtime: %s)",
    async (name, staged) => {
      await using folder = await createTempFolder("bl45p");
      cpSync(beamline, folder.path, { recursive: true, verbatimSymlinks: true });
      writeFileSync(join(folder.path, "pins.yaml"), `ioc-instance:\n  image: registry.example/ioc@${DIGEST}\n`);
      const chart = join(folder.path, "services", name);
      const values = ["services/values.yaml", ...(staged ? ["pins.yaml"] : [])];
      const loaded = await loadChart(chart, {
        root: folder.path,
        ...(staged ? { extraFiles: Object.entries(RUNTIME).map(([path, bytes]) => ({ path, bytes })) } : {}),
      });
      expect(loaded.diagnostics).toEqual([]);
      const ours = renderRelease(loaded.value!, {
        name,
        namespace: "bl45p",
        values: values.map((file) => ({ file, text: readFileSync(join(folder.path, file), "utf8") })),
      });
      if (staged) {
        mkdirSync(join(chart, "runtime"));
        for (const [path, bytes] of Object.entries(RUNTIME)) writeFileSync(join(chart, path), bytes);
      }
      const args = ["template", name, `services/${name}`, "-n", "bl45p", ...values.flatMap((file) => ["-f", file])];
      const theirs = runHelm(helm.paths.helm!, args, folder.path);
      expect(theirs.stderr).toBe("");
      expect(ours.value?.text).toBe(theirs.stdout);
      expect(ours.value!.objects.some((object) => object.kind === "StatefulSet")).toBe(true);
      if (staged) expect(theirs.stdout).toContain(`registry.example/ioc@${DIGEST}`);
    },
  );

  it.each(instances())("helm lint finds nothing wrong with %s", (name) => {
    const run = runHelm(helm.paths.helm!, ["lint", `services/${name}`, "-f", "services/values.yaml"], beamline);
    expect(run).toMatchObject({ status: 0 });
    expect(run.stdout).not.toContain("[ERROR]");
    expect(run.stdout).not.toContain("[WARNING]");
  });
});
