import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Diagnostic, decodeUtf8, EpicubeError, messageOf, type SourceRange } from "@epicube/core";
import { diagnosticsOfIssues, loadYaml, rangeAtPath, yamlToJs } from "@epicube/core/yaml";
import type { BeamlineSettings } from "../schemas.js";

const FILE = "epicube.yaml";

/** Settings of a beamline, with the places where they stand. */
export interface LoadedSettings {
  /** Empty where there is no file, or one that cannot be used. */
  readonly value: BeamlineSettings;
  readonly diagnostics: readonly Diagnostic[];
  /** The place of a key or item: `["support", 1]`; with `key` the key rather than its value. */
  locate(path: readonly PropertyKey[], key?: boolean): SourceRange;
}

/**
 * Reads `epicube.yaml` of a beamline repository; a repository without one has empty settings.
 *
 * Diagnostics: BEAMLINE_SETTINGS, and those of the YAML loader.
 *
 * @throws EpicubeError FILE_UNREADABLE
 */
export async function loadSettings(root: string): Promise<LoadedSettings> {
  const path = join(root, FILE);
  if (!existsSync(path)) return parseSettings("");
  try {
    const decoded = decodeUtf8(await readFile(path), FILE);
    const settings = await parseSettings(decoded.value ?? "");
    return decoded.diagnostics.length === 0 ? settings : { ...settings, diagnostics: [...decoded.diagnostics, ...settings.diagnostics] };
  } catch (error) {
    throw new EpicubeError("FILE_UNREADABLE", `${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

/** {@link loadSettings} on a text. */
export async function parseSettings(text: string): Promise<LoadedSettings> {
  const { value: source, diagnostics } = loadYaml(text, { file: FILE });
  const start = { file: FILE, startLine: 1, startColumn: 1, endLine: 1, endColumn: 1 };
  if (!source || diagnostics.length > 0) return { value: {}, diagnostics, locate: () => start };
  const document = source.documents[0] ?? null;
  if (document === null) return { value: {}, diagnostics, locate: () => start };
  // zod is loaded only where there is something to check.
  const { beamlineSettingsSchema, iocHealthSchema } = await import("../schemas.js");
  const parsed = beamlineSettingsSchema.safeParse(yamlToJs(document) ?? {});
  const locate = (path: readonly PropertyKey[], key = false) => rangeAtPath(source, document, path, { key });
  if (parsed.success) return { value: parsed.data, diagnostics, locate };
  const found = diagnosticsOfIssues(source, document, parsed.error.issues, {
    code: "BEAMLINE_SETTINGS",
    knownKeys: (path) =>
      Object.keys(
        path[0] === "health" && path.length === 2 ? iocHealthSchema.shape : path.length === 0 ? beamlineSettingsSchema.shape : {},
      ),
  });
  return { value: {}, diagnostics: found, locate };
}
