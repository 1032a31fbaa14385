import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { type Diagnostic, nearest } from "@epicube/core";
import type { BeamlineRepository } from "@epicube/schema";
import type { LoadedSettings } from "../settings/settings.js";
import type { CheckedIoc } from "./check.js";

/**
 * What the settings say of things that are not there: support definitions (SUPPORT_NOT_FOUND), health rules of unknown IOCs
 * (HEALTH_IOC_UNKNOWN), and PVs to watch that an IOC does not serve (HEALTH_PV_UNKNOWN).
 */
export function checkSettings(repository: BeamlineRepository, settings: LoadedSettings, iocs: readonly CheckedIoc[]): Diagnostic[] {
  return [...checkSupport(repository, settings), ...checkHealth(repository, settings, iocs)];
}

function checkSupport(repository: BeamlineRepository, settings: LoadedSettings): Diagnostic[] {
  return (settings.value.support ?? []).flatMap((path, index): Diagnostic[] =>
    existsSync(resolve(repository.root, path))
      ? []
      : [
          {
            code: "SUPPORT_NOT_FOUND",
            severity: "error",
            message: `there is no file or folder ${path}`,
            range: settings.locate(["support", index]),
            help: "paths are relative to epicube.yaml",
          },
        ],
  );
}

function checkHealth(repository: BeamlineRepository, settings: LoadedSettings, iocs: readonly CheckedIoc[]): Diagnostic[] {
  const found: Diagnostic[] = [];
  const names = repository.instances.map((instance) => instance.name);
  for (const [name, rules] of Object.entries(settings.value.health ?? {})) {
    if (!names.includes(name)) {
      found.push({
        code: "HEALTH_IOC_UNKNOWN",
        severity: "error",
        message: `health: there is no IOC ${name}`,
        range: settings.locate(["health", name], true),
        ...didYouMean(name, names),
      });
      continue;
    }
    const ioc = iocs.find((candidate) => candidate.name === name);
    // An IOC with findings, or with templates that are only in its image, may serve more than is known here.
    if (!ioc || ioc.rows.length === 0 || ioc.rows.some((row) => !row.available)) continue;
    const served = new Set(ioc.rows.map((row) => row.pv));
    const wanted: [string, readonly PropertyKey[]][] = (rules.watch ?? []).map((pv, index) => [pv, ["health", name, "watch", index]]);
    if (rules.heartbeat !== undefined) wanted.push([rules.heartbeat, ["health", name, "heartbeat"]]);
    for (const [pv, path] of wanted) {
      // REC.FIELD is served wherever REC is.
      if (served.has(pv) || served.has(pv.replace(/\.[A-Z0-9]{1,4}$/, ""))) continue;
      found.push({
        code: "HEALTH_PV_UNKNOWN",
        severity: "error",
        message: `IOC ${name} serves no PV ${pv}`,
        range: settings.locate(path),
        ...didYouMean(pv, served),
      });
    }
  }
  return found;
}

function didYouMean(word: string, candidates: Iterable<string>): { help?: string } {
  const hint = nearest(word, candidates, 1)[0];
  return hint === undefined ? {} : { help: `did you mean ${hint}?` };
}
