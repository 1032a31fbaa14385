/** Program of the kill test: builds a family into fresh layouts of one folder, telling when it starts. Ended by a signal. */
import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buildImages, loadImages } from "../../src/index.js";

const [folder = "", layoutFolder = ""] = process.argv.slice(2);
const { value: family } = await loadImages(join(folder, "images.yaml"));
if (!family) throw new Error("the family is not sound");
process.stdout.write("ready\n");
for (let round = 0; ; round++) {
  // Bytes that do not compress, other ones each round, so that there is always a blob being written.
  for (let at = 0; at < 4; at++) {
    const parts = Array.from({ length: 4000 }, (_, index) =>
      createHash("sha512").update(`${process.pid} ${round} ${at} ${index}`).digest(),
    );
    await writeFile(join(folder, `trees/t${at}/data`), Buffer.concat(parts));
  }
  for await (const _ of buildImages(family, { layoutFolder }));
}
