import { readdir, readFile, readlink } from "node:fs/promises";

/** A process that holds a port. */
export interface PortHolder {
  readonly pid: number;
  /** The kernel's short name of it. */
  readonly command: string;
}

/**
 * Finds who holds a port, where /proc tells (Linux; for processes of other users only as root).
 */
export async function findPortHolder(protocol: "tcp" | "udp", port: number): Promise<PortHolder | undefined> {
  const inodes = new Set<string>();
  for (const table of [protocol, `${protocol}6`]) {
    const text = await readFile(`/proc/net/${table}`, "latin1").catch(() => "");
    for (const line of text.split("\n").slice(1)) {
      const fields = line.trim().split(/\s+/);
      const local = fields[1]?.split(":")[1];
      // State 0A is LISTEN; a UDP socket that is bound is 07.
      const bound = protocol === "udp" || fields[3] === "0A";
      if (local !== undefined && Number.parseInt(local, 16) === port && bound && fields[9]) inodes.add(`socket:[${fields[9]}]`);
    }
  }
  if (inodes.size === 0) return undefined;
  const pids = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name));
  for (const pid of pids) {
    for (const descriptor of await readdir(`/proc/${pid}/fd`).catch(() => [])) {
      const link = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => "");
      if (!inodes.has(link)) continue;
      const command = await readFile(`/proc/${pid}/comm`, "latin1").catch(() => "");
      return { pid: Number(pid), command: command.trim() };
    }
  }
  return undefined;
}
