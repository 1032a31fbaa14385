import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { type Checked, type Diagnostic, EpicubeError, hasErrors, messageOf, type SourceRange } from "@epicube/core";
import { loadYaml } from "@epicube/core/yaml";
import { checkImage, dependencyNames, imageOf, iocInstanceImage, type WrittenImage } from "./image.js";
import { type InsideFolder, openInside, present } from "./inside.js";
import type { BeamlineRepository, IocInstance } from "./types.js";

/** Folders that hold the services, the newest layout first. */
const SERVICE_FOLDERS = ["services", "iocs"];
/** Largest config folder: a ConfigMap holds no more. */
const MAX_CONFIG_BYTES = 1024 * 1024;

/**
 * Reads the folders of a services repository: which IOCs there are, their charts, values, config folders and images. Instance files are
 * not parsed. Hidden folders are templates and are skipped; links inside the repository are followed, links that leave it are refused.
 * Findings: NOT_A_BEAMLINE, FILE_UNREADABLE, FILE_ENCODING, LINK_OUTSIDE, LINK_BROKEN, LINK_LOOP, NAME_INVALID, CONFIG_TOO_LARGE, IMAGE_MISSING, IMAGE_UNPINNED, INSTANCE_MISSING, and those of YAML
 * in values files.
 *
 * @throws EpicubeError FILE_UNREADABLE when the folder cannot be read
 * @example
 * ```ts
 * const { value, diagnostics } = await loadBeamline("examples/bl45p");
 * for (const ioc of value?.instances ?? []) console.log(ioc.name, ioc.image, ioc.instanceFiles);
 * ```
 */
export async function loadBeamline(root: string): Promise<Checked<BeamlineRepository>> {
  const folder = await openInside(root);
  const diagnostics: Diagnostic[] = [];
  let services: string | undefined;
  for (const name of SERVICE_FOLDERS) if (services === undefined && (await folder.look(name)).kind === "folder") services = name;
  if (services === undefined) {
    const range = { file: ".", startLine: 1, startColumn: 1, endLine: 1, endColumn: 1 };
    diagnostics.push({
      code: "NOT_A_BEAMLINE",
      severity: "error",
      message: "there is no folder services/ here",
      range,
      help: "run in a services repository: services/NAME with Chart.yaml, values.yaml and config/",
    });
    return { diagnostics };
  }
  const shared = await present(folder, `${services}/values.yaml`, "file", diagnostics);
  const instances: IocInstance[] = [];
  const others: { name: string; folder: string }[] = [];
  for (const name of await names(folder, services)) {
    const path = `${services}/${name}`;
    if (name.startsWith(".")) continue;
    const found = await folder.look(path);
    if (found.kind === "refused") diagnostics.push(found.problem);
    if (found.kind !== "folder") continue;
    const read = await readService(folder, name, path, shared ? `${services}/values.yaml` : undefined, diagnostics);
    if (read === "service") others.push({ name, folder: path });
    else if (read) instances.push(read);
  }
  const value = {
    name: basename(folder.root),
    root: folder.root,
    ...(shared ? { sharedValues: `${services}/values.yaml` } : {}),
    instances,
    services: others,
  };
  return { value, diagnostics };
}

async function names(folder: InsideFolder, path: string): Promise<string[]> {
  try {
    return (await readdir(join(folder.root, path))).sort();
  } catch (cause) {
    throw new EpicubeError("FILE_UNREADABLE", `the folder ${path} cannot be read: ${messageOf(cause)}`, { cause });
  }
}

async function readService(
  folder: InsideFolder,
  name: string,
  path: string,
  sharedValues: string | undefined,
  diagnostics: Diagnostic[],
): Promise<IocInstance | "service" | undefined> {
  const before = diagnostics.length;
  const has = (file: string, kind: "file" | "folder" = "file") => present(folder, `${path}/${file}`, kind, diagnostics);
  const chart = await has("Chart.yaml");
  const ownValues = await has("values.yaml");
  const config = await has("config", "folder");
  const instanceFiles: string[] = [];
  for (const file of ["ioc.yaml", "runtime.yaml"])
    if (config && (await has(`config/${file}`))) instanceFiles.push(`${path}/config/${file}`);
  const handWritten = config && (await has("config/st.cmd"));
  const refused = diagnostics.length > before;
  const valuesFiles = [...(sharedValues === undefined ? [] : [sharedValues]), ...(ownValues ? [`${path}/values.yaml`] : [])];
  const chartText = chart ? await folder.text(`${path}/Chart.yaml`) : undefined;
  diagnostics.push(...(chartText?.diagnostics ?? []));
  const values = await readValues(folder, valuesFiles, dependencyNames(chartText?.value), diagnostics, sharedValues);
  if (refused) return undefined;
  if (instanceFiles.length === 0 && !handWritten) {
    if (values.isIoc && ownValues) {
      // Values that name an IOC's image are those of an IOC, and it has lost its file; with a start.sh of its own it may need none.
      const lost = values.iocImage !== undefined && !(config && (await has("config/start.sh")));
      const found = `${name} has values for an IOC, but its config folder has neither ioc.yaml nor st.cmd`;
      diagnostics.push({
        code: "INSTANCE_MISSING",
        severity: lost ? "error" : "warning",
        message: lost ? `${found}: the IOC would serve nothing` : `${found}: it is taken for another service`,
        range: values.iocImage?.range ?? start(`${path}/values.yaml`),
        ...(lost ? { help: "add config/ioc.yaml, or remove ioc-instance.image where this is no IOC" } : {}),
      });
    }
    return "service";
  }
  const range = start(instanceFiles[0] ?? `${path}/config/st.cmd`);
  checkName(name, range, diagnostics);
  await checkConfig(folder, `${path}/config`, range, diagnostics);
  if (values.image && !values.failed) {
    const problem = checkImage(values.image);
    if (problem) diagnostics.push(problem);
  } else if (chart && !values.failed) {
    diagnostics.push({
      code: "IMAGE_MISSING",
      severity: "warning",
      message: `the values of ${name} name no image`,
      range: start(ownValues ? `${path}/values.yaml` : `${path}/Chart.yaml`),
      help: "set ioc-instance.image",
    });
  }
  return {
    name,
    folder: path,
    chart: chart ? `${path}/Chart.yaml` : "",
    valuesFiles,
    configFolder: `${path}/config`,
    instanceFiles,
    ...(values.image ? { image: values.image.reference } : {}),
    range,
  };
}

function start(file: string): SourceRange {
  return { file, startLine: 1, startColumn: 1, endLine: 1, endColumn: 1 };
}

/** The image of the last values file that names one; findings of the shared file are reported once. */
async function readValues(
  folder: InsideFolder,
  files: readonly string[],
  dependencies: readonly string[],
  diagnostics: Diagnostic[],
  shared: string | undefined,
): Promise<{ image?: WrittenImage; iocImage?: WrittenImage; isIoc: boolean; failed: boolean }> {
  let image: WrittenImage | undefined;
  let iocImage: WrittenImage | undefined;
  let failed = false;
  let isIoc = dependencies.includes("ioc-instance");
  for (const file of files) {
    const text = await folder.text(file);
    const { value, diagnostics: problems } = text.value === undefined ? { diagnostics: [] } : loadYaml(text.value, { file });
    const found = [...text.diagnostics, ...problems];
    if (file !== shared || !diagnostics.some((entry) => entry.range?.file === file)) diagnostics.push(...found);
    failed ||= hasErrors(found);
    if (!value) continue;
    image = imageOf(value, dependencies) ?? image;
    if (file === shared) continue;
    iocImage = iocInstanceImage(value);
    if (/^ioc-instance:/m.test(value.text)) isIoc = true;
  }
  return { ...(image ? { image } : {}), ...(iocImage ? { iocImage } : {}), isIoc, failed };
}

/** The name becomes that of Kubernetes objects. */
function checkName(name: string, range: SourceRange, diagnostics: Diagnostic[]): void {
  if (/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name) && name.length <= 52) return;
  diagnostics.push({
    code: "NAME_INVALID",
    severity: "error",
    message: `the folder's name ${JSON.stringify(name)} cannot be the name of a StatefulSet: lower-case letters, digits and hyphens, at most 52`,
    range,
    help: "rename the folder",
  });
}

async function checkConfig(folder: InsideFolder, path: string, range: SourceRange, diagnostics: Diagnostic[]): Promise<void> {
  let sizeBytes = 0;
  for (const name of await names(folder, path)) {
    const found = await folder.look(`${path}/${name}`);
    if (found.kind === "refused") diagnostics.push(found.problem);
    else if (found.kind === "file") sizeBytes += found.sizeBytes;
  }
  if (sizeBytes <= MAX_CONFIG_BYTES) return;
  diagnostics.push({
    code: "CONFIG_TOO_LARGE",
    severity: "error",
    message: `the config folder has ${sizeBytes} bytes, more than the ${MAX_CONFIG_BYTES} that a ConfigMap holds`,
    range,
  });
}
