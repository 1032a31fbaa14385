import type { LocalSettings } from "../session.js";
import type { StateStore } from "../state/state.js";
import { endGroup } from "./group.js";
import { isAlive } from "./identity.js";

/**
 * Ends the processes that a supervisor left when it was itself killed: those recorded in the state that are still the same processes.
 * To be called with the lock held.
 */
export async function endLeftovers(store: StateStore, settings: Pick<LocalSettings, "clock" | "logger">): Promise<void> {
  const recorded = Object.entries(store.current.iocs).flatMap(([ioc, record]) => (record.process ? [{ ioc, ...record.process }] : []));
  if (recorded.length === 0) return;
  for (const { ioc, pid, identity } of recorded) {
    // Without an identity the number may belong to anyone by now.
    if (identity === "" || !isAlive(pid, identity)) continue;
    settings.logger.warn("ending a process that an earlier supervisor left", { ioc, pid });
    await endGroup(pid, settings.clock);
  }
  await store.update((state) => {
    for (const { ioc } of recorded) delete state.iocs[ioc]!.process;
  });
}
