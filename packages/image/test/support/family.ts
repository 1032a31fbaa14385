import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type BuildDone, type BuildImagesOptions, buildImages, type ImageFamily, loadImages } from "../../src/index.js";

/** Makes files below a folder: text; `+x` at the end of a name makes it executable, `@` links. */
export async function writeTree(folder: string, files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const executable = name.endsWith("+x");
    const link = name.endsWith("@");
    const file = join(folder, executable ? name.slice(0, -2) : link ? name.slice(0, -1) : name);
    await mkdir(dirname(file), { recursive: true });
    if (link) await symlink(content as string, file);
    else await writeFile(file, content);
    if (executable) await chmod(file, 0o755);
  }
}

/** A family like that of a beamline: base <- modules <- detector <- two leaves, runtime and developer. */
export const FAMILY_FILES = {
  "images.yaml": `repository: registry.example/bl01t
version: "1.2.3"
images:
  epics-base:
    env: { EPICS_BASE: /epics/epics-base, PATH: "/usr/bin:/bin" }
    labels: { stage: base }
    targets:
      runtime:
        layers:
          - name: base
            tree: trees/base
            to: /epics/epics-base
          - name: start
            files:
              - { path: /epics/ioc/start.sh, mode: "0755", text: "#!/bin/sh\\nexec /epics/ioc/bin/ioc /epics/runtime/st.cmd\\n" }
              - { path: /epics/runtime, directory: true, mode: "0777" }
              - { path: /epics/latest, link: epics-base }
        config: { cmd: [/epics/ioc/start.sh], workingDir: /epics/ioc, user: "1000:1000", stopSignal: SIGTERM, exposedPorts: ["5064", 5064/udp], volumes: [/autosave] }
      developer:
        layers:
          - { name: base-dev, tree: trees/base-dev, to: /epics/epics-base }
  epics-modules:
    parent: epics-base
    env: { PATH: "/epics/support/bin:\${PATH}" }
    targets:
      runtime:
        layers:
          - name: modules
            tree: trees/modules
            to: /epics/support
            exclude: ["**/*.o", "**/O.*"]
            rules:
              - { match: "**/*.sh", mode: "0755" }
              - { match: autosave, owner: "1000:1000" }
              - { match: autosave/secret, mode: "0600" }
      developer: {}
  epics-areadetector:
    parent: epics-modules
    targets:
      runtime:
        layers: [{ name: areadetector, tree: trees/detector, to: /epics/areadetector, include: [db, "bin/**"] }]
  ioc-adsimdetector:
    parent: epics-areadetector
    labels: { stage: leaf }
    targets:
      runtime:
        layers: [{ name: ioc, files: [{ path: /epics/ioc/ABOUT, text: "adsimdetector\\n" }] }]
  ioc-motorsim:
    parent: epics-modules
    targets:
      runtime:
        layers: [{ name: ioc, files: [{ path: /epics/ioc/ABOUT, text: "motorsim\\n" }] }]
        config: { entrypoint: [/bin/sh, -c], cmd: ["exec /epics/ioc/start.sh"] }
`,
  "trees/base/bin/softIoc+x": "#!/bin/sh\n",
  "trees/base/lib/libCom.so.3": "library",
  "trees/base/lib/libCom.so@": "libCom.so.3",
  "trees/base/dbd/base.dbd": "recordtype(ai) {}\n",
  "trees/base-dev/include/dbDefs.h": "/* */\n",
  "trees/modules/bin/run.sh": "#!/bin/sh\n",
  "trees/modules/bin/run.o": "object",
  "trees/modules/O.linux/junk": "junk",
  "trees/modules/db/größe.db": 'record(ai, "X") {}\n',
  "trees/modules/autosave/secret": "s",
  "trees/modules/autosave/deep/er/x": "x",
  "trees/detector/db/sim.template": 'record(ai, "$(P)X") {}\n',
  "trees/detector/bin/adsim+x": "binary",
  "trees/detector/doc/readme": "left out",
} as const;

/** Loads the family of a folder, which must be sound. */
export async function familyOf(folder: string): Promise<ImageFamily> {
  const { value, diagnostics } = await loadImages(join(folder, "images.yaml"));
  if (!value) throw new Error(JSON.stringify(diagnostics, null, 1));
  return value;
}

/** Builds to the end. */
export async function build(family: ImageFamily, options: BuildImagesOptions): Promise<BuildDone> {
  let done: BuildDone | undefined;
  for await (const event of buildImages(family, options)) if (event.event === "done") done = event;
  if (!done) throw new Error("the build ended without its result");
  return done;
}

/** Digests by image name. */
export function digests(done: BuildDone): Record<string, string> {
  return Object.fromEntries(done.nodes.map((image) => [`${image.node}-${image.target}`, image.digest]));
}
