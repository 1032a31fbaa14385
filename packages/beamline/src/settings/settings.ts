import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Checked } from "@epicube/core";
import { diagnosticsOfIssues, loadYaml, yamlToJs } from "@epicube/core/yaml";
import { type BeamlineSettings, beamlineSettingsSchema, iocHealthSchema } from "../schemas.js";

const FILE = "epicube.yaml";

/**
 * Reads `epicube.yaml` of a beamline repository; a repository without one has empty settings.
 *
 * Diagnostics: BEAMLINE_SETTINGS, and those of the YAML loader.
 */
export async function loadSettings(root: string): Promise<Checked<BeamlineSettings>> {
  const path = join(root, FILE);
  if (!existsSync(path)) return { value: {}, diagnostics: [] };
  return parseSettings(await readFile(path, "utf8"));
}

/** {@link loadSettings} on a text. */
export function parseSettings(text: string): Checked<BeamlineSettings> {
  const { value: source, diagnostics } = loadYaml(text, { file: FILE });
  if (!source || diagnostics.length > 0) return { diagnostics };
  const document = source.documents[0] ?? null;
  const data = document === null ? {} : yamlToJs(document);
  const parsed = beamlineSettingsSchema.safeParse(data ?? {});
  if (parsed.success) return { value: parsed.data, diagnostics };
  return {
    diagnostics: diagnosticsOfIssues(source, document, parsed.error.issues, {
      code: "BEAMLINE_SETTINGS",
      knownKeys: (path) =>
        Object.keys(
          path[0] === "health" && path.length === 2 ? iocHealthSchema.shape : path.length === 0 ? beamlineSettingsSchema.shape : {},
        ),
    }),
  };
}
