import { signalGroup } from "./group.js";

const leaders = new Set<number>();

function killAll(): void {
  for (const leader of leaders) signalGroup(leader, "SIGKILL");
}

/**
 * The last resort: when this process ends without closing its targets (an exception, `process.exit`), the group is killed on the way out.
 * Gives a function that takes the group off the list again.
 */
export function killAtExit(leader: number): () => void {
  if (leaders.size === 0) process.on("exit", killAll);
  leaders.add(leader);
  return () => {
    if (leaders.delete(leader) && leaders.size === 0) process.off("exit", killAll);
  };
}
