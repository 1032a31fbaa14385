import { readdirSync, readFileSync } from "node:fs";

/** Fields of /proc/PID/stat after the command's name, which may itself hold spaces and parentheses. */
function statFields(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined;
  }
}

/**
 * What tells a process from a later one with the same number: the machine's boot and the start time in ticks (field 22 of
 * /proc/PID/stat). Undefined where there is no such process, or no /proc.
 */
export function processIdentity(pid: number): string | undefined {
  const fields = statFields(pid);
  if (!fields || fields[0] === "Z" || fields[0] === "X") return undefined;
  let boot = "";
  try {
    boot = readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
  } catch {
    // Without it only a reboot that reuses number and tick could be mistaken.
  }
  return `${boot}:${fields[19]}`;
}

/** True while the process that had this identity lives. Without /proc the number alone decides. */
export function isAlive(pid: number, identity: string): boolean {
  const now = processIdentity(pid);
  if (now !== undefined) return now === identity;
  if (identity !== "") return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/**
 * True while a process of the group runs. One that has ended but that its new parent never reaped (a container whose first process does
 * not) is still counted by the kernel, though it holds nothing; without /proc it is taken to run.
 */
export function hasRunningMember(leader: number): boolean {
  let pids: string[];
  try {
    pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  } catch {
    return true;
  }
  if (pids.length === 0) return true;
  return pids.some((pid) => {
    const fields = statFields(Number(pid));
    return fields !== undefined && fields[2] === String(leader) && fields[0] !== "Z" && fields[0] !== "X";
  });
}
