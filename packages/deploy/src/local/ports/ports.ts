import { createSocket } from "node:dgram";
import { createServer } from "node:net";
import { EpicubeError, escapeControl, messageOf } from "@epicube/core";
import type { LocalState } from "../state/state.js";
import { findPortHolder } from "./holder.js";

/** Where IOCs listen: nothing of a local beamline is reachable from outside. */
export const LOCAL_HOST = "127.0.0.1";

/** First port when none is asked for. */
const DEFAULT_PORT_BASE = 20000;

/** Ports from the base on. */
export const PORT_COUNT = 1000;

/** Throws `PORT_BASE_INVALID` unless all ports of the range exist and need no privilege. */
export function checkPortBase(base: number): void {
  if (!Number.isInteger(base) || base < 1024 || base > 65536 - PORT_COUNT)
    throw new EpicubeError("PORT_BASE_INVALID", `the port base must be a whole number from 1024 to ${65536 - PORT_COUNT}, got ${base}`);
}

/**
 * The ports of IOCs, as recorded; one that has none, or whose port was counted from another base than is asked for now, takes the lowest
 * that no IOC of the beamline has. Nothing is written.
 *
 * @throws EpicubeError `PORTS_EXHAUSTED`
 */
export function assignPorts(
  state: LocalState,
  iocs: readonly string[],
  base: number | undefined,
): Map<string, { port: number; portBase: number }> {
  const portBase = base ?? Object.values(state.iocs)[0]?.portBase ?? DEFAULT_PORT_BASE;
  const assigned = new Map<string, { port: number; portBase: number }>();
  const wanted = new Set(iocs);
  const keeps = (name: string) => Object.hasOwn(state.iocs, name) && (base === undefined || state.iocs[name]!.portBase === base);
  const taken = new Set(
    Object.entries(state.iocs)
      .filter(([name]) => !wanted.has(name) || keeps(name))
      .map(([, record]) => record.port),
  );
  for (const name of iocs) {
    if (keeps(name)) {
      const { port, portBase: recorded } = state.iocs[name]!;
      assigned.set(name, { port, portBase: recorded });
      continue;
    }
    let port = portBase;
    while (taken.has(port)) port++;
    if (port >= portBase + PORT_COUNT)
      throw new EpicubeError(
        "PORTS_EXHAUSTED",
        `${name}: all ${PORT_COUNT} ports from ${portBase} are taken by other IOCs of this beamline`,
      );
    taken.add(port);
    assigned.set(name, { port, portBase });
  }
  return assigned;
}

/** Tries to bind a port of 127.0.0.1 by TCP and UDP, as an IOC will. Gives the protocol that is taken, or undefined. */
async function findTakenProtocol(port: number): Promise<"tcp" | "udp" | undefined> {
  const free = (open: (done: (error?: NodeJS.ErrnoException) => void) => void) =>
    new Promise<boolean>((resolve, reject) => {
      open((error) => {
        if (!error) resolve(true);
        else if (error.code === "EADDRINUSE" || error.code === "EACCES") resolve(false);
        else reject(new EpicubeError("PORT_UNKNOWN", `cannot try port ${port}: ${messageOf(error)}`, { cause: error }));
      });
    });
  const tcp = await free((done) => {
    const server = createServer();
    server.once("error", done);
    server.listen({ host: LOCAL_HOST, port, exclusive: true }, () => server.close(() => done()));
  });
  if (!tcp) return "tcp";
  const udp = await free((done) => {
    const socket = createSocket("udp4");
    socket.once("error", (error) => {
      socket.close();
      done(error);
    });
    socket.bind({ address: LOCAL_HOST, port, exclusive: true }, () => socket.close(() => done()));
  });
  return udp ? undefined : "udp";
}

/** Throws `PORT_TAKEN`, naming every IOC whose port is held by another program, and that program where it can be found. */
export async function assertPortsFree(ports: ReadonlyMap<string, { readonly port: number }>): Promise<void> {
  const taken: { ioc: string; port: number; protocol: string; pid?: number }[] = [];
  const sentences: string[] = [];
  for (const [ioc, { port }] of ports) {
    const protocol = await findTakenProtocol(port);
    if (!protocol) continue;
    const holder = await findPortHolder(protocol, port);
    const who = holder ? `process ${holder.pid} (${escapeControl(holder.command)})` : "another program";
    sentences.push(`${ioc}: ${protocol.toUpperCase()} port ${port} is held by ${who}`);
    taken.push({ ioc, port, protocol, ...(holder ? { pid: holder.pid } : {}) });
  }
  if (taken.length === 0) return;
  throw new EpicubeError("PORT_TAKEN", sentences.join("; "), {
    help: "end that program, or choose other ports with --port-base",
    context: { taken },
  });
}
