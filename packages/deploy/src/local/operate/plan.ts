import type { Plan } from "../../plan/plan-data.js";
import { planRelease } from "../../plan/plan-release.js";
import { checkReleases } from "../../releases/check-releases.js";
import type { Release } from "../../releases/release.js";
import type { LocalSession } from "../session.js";
import { readRelease } from "../state/release-record.js";
import { stateBase } from "../state/state.js";

/** What an apply of these releases would do, against what is recorded. Nothing is written. */
export async function planReleases(session: LocalSession, releases: readonly Release[], signal?: AbortSignal): Promise<Plan> {
  signal?.throwIfAborted();
  if (!session.holdsLock) await session.store.reload();
  const checked = checkReleases(releases, (warning) => session.settings.logger.warn(warning.message, { code: warning.code }));
  const changes = (
    await Promise.all(checked.map(async (item) => planRelease(item, await readRelease(session.settings.stateFolder, item.release.name))))
  ).flat();
  return {
    target: "local",
    base: stateBase(session.store.current),
    changes,
    writes: changes.filter((change) => change.action !== "none").length,
    releases: [...releases],
  };
}
