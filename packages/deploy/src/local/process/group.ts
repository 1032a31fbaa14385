import type { Clock } from "@epicube/core";
import { hasRunningMember } from "./identity.js";

/** Signals every process of a group. False when the group has none left. */
export function signalGroup(leader: number, signal: NodeJS.Signals | 0): boolean {
  // 0 and 1 would mean our own group and every process.
  if (!Number.isInteger(leader) || leader < 2) return false;
  try {
    process.kill(-leader, signal);
    return true;
  } catch (error) {
    // EPERM: a member of another user (a set-uid program) is left.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Ends what is left of a group and waits until nothing of it runs, at most a second. */
export async function endGroup(leader: number, clock: Clock): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (!signalGroup(leader, "SIGKILL")) return;
    // Looking through all processes is dear: only where the short way did not do.
    if (attempt >= 3 && !hasRunningMember(leader)) return;
    await clock.sleep(10);
  }
}
