// Builds two images that share a layer into an OCI layout, from a tree and some lines of text, without a container engine.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildImages, loadImages, pinsOf } from "@epicube/image";

const images = `repository: registry.example/demo
version: "1.0"
images:
  base:
    targets:
      runtime:
        layers:
          - { name: base, tree: base, to: /epics }
  ioc-demo:
    parent: base
    targets:
      runtime:
        layers:
          - name: start
            files: [{ path: /epics/ioc/start.sh, mode: "0755", text: "#!/bin/sh\\n" }]
        config: { cmd: [/epics/ioc/start.sh] }
`;
const folder = await mkdtemp(join(tmpdir(), "epicube-example-"));
try {
  await mkdir(join(folder, "base"));
  await writeFile(join(folder, "base", "README"), "what all IOCs have\n");
  await writeFile(join(folder, "images.yaml"), images);
  const { value: family, diagnostics } = await loadImages(join(folder, "images.yaml"));
  if (!family) throw new Error(diagnostics.map((found) => found.message).join("\n"));
  for await (const event of buildImages(family, { layoutFolder: join(folder, "layout") })) {
    if (event.event !== "done") continue;
    for (const pin of Object.values(pinsOf(event, family))) console.log(pin);
    for (const layer of event.nodes.at(-1).layers) console.log(`  ${layer.digest} in ${layer.sharedBy} images`);
    if (!event.ok) process.exitCode = 1;
  }
} finally {
  await rm(folder, { recursive: true });
}
