import { type Diagnostic, EpicubeError, hasErrors } from "@epicube/core";
import type { Release } from "./release.js";
import { parseWorkload, type Workload } from "./workload.js";

/** A release and what a process needs of it. */
export interface CheckedRelease {
  readonly release: Release;
  readonly workload: Workload;
}

/**
 * Reads the workloads of all releases. Throws `RELEASE_INVALID` with every finding in its message and in `context.diagnostics`;
 * warnings go to `warn`.
 */
export function checkReleases(releases: readonly Release[], warn: (diagnostic: Diagnostic) => void): CheckedRelease[] {
  const diagnostics: Diagnostic[] = [];
  const checked: CheckedRelease[] = [];
  const names = new Set<string>();
  for (const release of releases) {
    const parsed = parseWorkload(release);
    diagnostics.push(...parsed.diagnostics);
    if (parsed.value) checked.push({ release, workload: parsed.value });
    if (names.has(release.name)) {
      diagnostics.push({ code: "RELEASE_DUPLICATE", severity: "error", message: `release ${JSON.stringify(release.name)} stands twice` });
    }
    names.add(release.name);
  }
  for (const diagnostic of diagnostics) if (diagnostic.severity !== "error") warn(diagnostic);
  if (hasErrors(diagnostics)) {
    const errors = diagnostics.filter((diagnostic) => diagnostic.severity === "error");
    throw new EpicubeError("RELEASE_INVALID", errors.map((error) => error.message).join("\n"), { context: { diagnostics: errors } });
  }
  return checked;
}
