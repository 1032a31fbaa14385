import type { Clock } from "@epicube/core";

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

/** Ends what is left of a group and waits until it is gone, at most a second: an unreaped child of a lost parent stays in the table. */
export async function endGroup(leader: number, clock: Clock): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (!signalGroup(leader, "SIGKILL")) return;
    await clock.sleep(10);
  }
}
