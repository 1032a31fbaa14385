import { lstat, readdir, readFile, realpath, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { type Checked, type Diagnostic, messageOf } from "@epicube/core";
import { decodeGo } from "@epicube/gotemplate";
import { readChartArchive } from "./archive.js";
import type { Chart, ChartFile } from "./chart.js";
import { IgnoreError, type IgnoreRules, parseIgnore } from "./ignore.js";
import { ChartError, chartOfFiles } from "./load-files.js";
import { MetadataError, readApiVersion } from "./metadata.js";
import { createNames, inside, type ShownNames } from "./names.js";
import { type Place, placeInMetadata, placeOfYamlError, rangeIn } from "./place.js";

/** How {@link loadChart} reads. */
export interface LoadChartOptions {
  /**
   * The folder that symbolic links must not leave, and that files in diagnostics are relative to: usually the services repository.
   * Default: the chart's own folder, so that no link may lead out of it, and files are named from `path` on.
   */
  readonly root?: string;
  /**
   * Files laid over those of the folder (they win), as if they stood there: `runtime/st.cmd` and its companions. .helmignore does not
   * apply to them.
   */
  readonly extraFiles?: readonly ChartFile[];
  readonly signal?: AbortSignal;
}

/** Largest file of a chart, as in helm. */
const MAX_FILE_BYTES = 5 * 1024 * 1024;
/** Largest chart, as in helm for archives. */
const MAX_CHART_BYTES = 100 * 1024 * 1024;
const MAX_FILES = 20_000;

/** A chart, or why there is none. */
export interface LoadChartResult extends Checked<Chart> {
  /** What helm says of a chart that it refuses, with its own paths; undefined on success. */
  readonly errorText?: string;
}

class LoadFailure extends Error {
  readonly code: string;
  readonly file: string;
  readonly help: string | undefined;
  constructor(code: string, message: string, file: string, help?: string) {
    super(message);
    this.code = code;
    this.file = file;
    this.help = help;
  }
}

/**
 * Reads a chart from a folder or a .tgz archive with all charts below charts/.
 *
 * Diagnostics: CHART_NOT_FOUND, CHART_INVALID, CHART_LINK_OUTSIDE, CHART_LINK_BROKEN, CHART_TOO_LARGE. Each stands in the file itself,
 * relative to `root`, at its line where that is known.
 */
export async function loadChart(path: string, options: LoadChartOptions = {}): Promise<LoadChartResult> {
  const names = await createNames(path, options.root);
  const failed = (code: string, error: Error, file: string, about: { place?: Place | undefined; reason?: string; help?: string }) => {
    const { place, reason, help } = about;
    const diagnostic: Diagnostic = {
      code,
      severity: "error",
      message: names.shorten(reason ?? error.message),
      range: rangeIn(file, place),
      ...(help === undefined ? {} : { help }),
    };
    return { diagnostics: [diagnostic], errorText: error.message };
  };
  try {
    return { value: await load(path, options, names), diagnostics: [] };
  } catch (error) {
    if (error instanceof LoadFailure)
      return failed(error.code, error, names.way(error.file), error.help === undefined ? {} : { help: error.help });
    if (error instanceof MetadataError) {
      const text = await readFile(join(path, "Chart.yaml")).then(decodeGo, () => "");
      const { place = placeInMetadata(text, error.message), ...about } = placeOfYamlError(error);
      return failed("CHART_INVALID", error, names.way(join(path, "Chart.yaml")), { place, ...about });
    }
    if (error instanceof ChartError) {
      const about = { place: error.place, ...(error.reason === undefined ? {} : { reason: error.reason }) };
      return failed("CHART_INVALID", error, error.file ?? names.way(path), about);
    }
    throw error;
  }
}

async function load(path: string, options: LoadChartOptions, names: ShownNames): Promise<Chart> {
  const top = resolve(path);
  const info = await stat(top).catch(() => undefined);
  if (!info) throw new LoadFailure("CHART_NOT_FOUND", `path ${JSON.stringify(path)} not found`, path);
  if (info.isDirectory()) await checkVersion(top, options.extraFiles ?? []);
  const files = info.isDirectory() ? await readFolder(top, options, names) : await readArchiveFile(top);
  const extra = options.extraFiles ?? [];
  const replaced = new Set(extra.map((file) => file.path));
  const all = [...files.filter((file) => !replaced.has(file.path)), ...extra].sort((a, b) =>
    a.path < b.path ? -1 : a.path > b.path ? 1 : 0,
  );
  return chartOfFiles(all, names.way(path), readChartArchive);
}

/** What helm looks at before it chooses how to read a folder; .helmignore does not count here. */
async function checkVersion(top: string, extra: readonly ChartFile[]): Promise<void> {
  const at = join(top, "Chart.yaml");
  const bytes = extra.find((file) => file.path === "Chart.yaml")?.bytes ?? (await readFile(at).catch(() => undefined));
  if (!bytes) {
    const message = `unable to detect chart at ${at}: open ${at}: no such file or directory`;
    throw new LoadFailure("CHART_INVALID", message, at, "a chart's folder holds Chart.yaml");
  }
  const version = readApiVersion(decodeGo(withoutMark(bytes)));
  if (version === "v3")
    throw new LoadFailure("CHART_INVALID", "invalid chart apiVersion", at, "charts of apiVersion v1 and v2 can be rendered");
  if (version !== "" && version !== "v1" && version !== "v2") throw new LoadFailure("CHART_INVALID", "unsupported chart version", at);
}

async function readArchiveFile(file: string): Promise<ChartFile[]> {
  const bytes = await readFile(file);
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) {
    const hint = /\.ya?ml$/.test(file)
      ? "seems to be a YAML file, but expected a gzipped archive"
      : "does not appear to be a gzipped archive";
    throw new LoadFailure("CHART_INVALID", `file '${file}' ${hint}`, file);
  }
  return readChartArchive(bytes);
}

async function readFolder(top: string, options: LoadChartOptions, names: ShownNames): Promise<ChartFile[]> {
  const roots = [await realpath(top)];
  if (options.root !== undefined) roots.push(await realpath(options.root));
  const rules = await readIgnore(top);
  const files: ChartFile[] = [];
  let total = 0;
  const open = new Set<string>();

  /** `path` is the way with links, `real` where it leads. */
  const walk = async (path: string, real: string, name: string): Promise<void> => {
    options.signal?.throwIfAborted();
    let info = await lstat(real);
    let target = real;
    if (info.isSymbolicLink()) {
      target = await followLink(path, real, roots);
      info = await lstat(target);
    }
    if (info.isDirectory()) {
      if (name !== "" && rules(name, true)) return;
      if (open.has(target)) throw new LoadFailure("CHART_LINK_BROKEN", `symbolic link ${path} leads to a folder around it`, path);
      open.add(target);
      for (const entry of (await readdir(target)).sort())
        await walk(join(path, entry), join(target, entry), name === "" ? entry : `${name}/${entry}`);
      open.delete(target);
      return;
    }
    if (rules(name, false)) return;
    if (!info.isFile())
      throw new LoadFailure("CHART_INVALID", `cannot load irregular file ${path} as it has file mode type bits set`, path);
    if (info.size > MAX_FILE_BYTES)
      throw new LoadFailure(
        "CHART_TOO_LARGE",
        `chart file ${JSON.stringify(basename(target))} is larger than the maximum file size ${MAX_FILE_BYTES}`,
        path,
      );
    total += info.size;
    if (total > MAX_CHART_BYTES || files.length >= MAX_FILES)
      throw new LoadFailure("CHART_TOO_LARGE", `the chart has more than ${MAX_CHART_BYTES} bytes or ${MAX_FILES} files`, top);
    files.push({ path: name, bytes: withoutMark(await readFile(target)), at: names.real(target) ?? names.way(path) });
  };
  await walk(top, roots[0]!, "");
  return files;
}

async function followLink(path: string, real: string, roots: readonly string[]): Promise<string> {
  let target: string;
  try {
    target = await realpath(real);
  } catch (error) {
    throw new LoadFailure("CHART_LINK_BROKEN", `error evaluating symlink ${path}: ${messageOf(error)}`, path);
  }
  if (!roots.some((root) => inside(target, root))) {
    throw new LoadFailure(
      "CHART_LINK_OUTSIDE",
      `symbolic link ${path} leads out of ${roots.length > 1 ? "the repository" : "the chart's folder"}`,
      path,
      "put the file into the repository, or name the folder that both stand in as root",
    );
  }
  return target;
}

async function readIgnore(top: string): Promise<IgnoreRules> {
  const file = join(top, ".helmignore");
  const bytes = await readFile(file).catch(() => undefined);
  try {
    return parseIgnore(bytes ? decodeGo(withoutMark(bytes)) : undefined);
  } catch (error) {
    if (error instanceof IgnoreError) throw new LoadFailure("CHART_INVALID", error.message, join(dirname(file), ".helmignore"));
    throw error;
  }
}

/** Without the byte order mark. */
function withoutMark(bytes: Uint8Array): Uint8Array {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}
