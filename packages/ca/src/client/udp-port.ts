import { createSocket, type Socket } from "node:dgram";
import { lookup } from "node:dns/promises";
import { isIPv4 } from "node:net";
import { networkInterfaces } from "node:os";
import { type Clock, type Logger, messageOf } from "@epicube/core";
import type { ServerAddress } from "../address/address.js";
import { ADDRESS_OF_SENDER, DEFAULT_SERVER_PORT } from "../tables/commands.js";
import { dotted } from "./finder.js";
import { createUdpSearch } from "./udp-search.js";

/** A UDP socket that searches. Nothing is opened before the first name. */
export interface UdpPort {
  add(cid: number, name: string): void;
  remove(cid: number): void;
  close(): void;
}

/** Options of {@link createUdpPort}. */
export interface UdpPortOptions {
  readonly destinations: readonly ServerAddress[];
  readonly clock: Clock;
  readonly logger: Logger;
  readonly firstSequence: number;
  found(cid: number, server: ServerAddress): void;
}

/** Enough for the answers to a full window of requests. */
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;

/** Makes the port. Errors of the socket are said to the logger, never thrown: a network without broadcast is no reason to fail. */
export function createUdpPort(options: UdpPortOptions): UdpPort {
  const { clock, logger } = options;
  const search = createUdpSearch(options.firstSequence);
  let socket: Socket | undefined;
  let ready = false;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  let scheduled = false;
  const resolved: { readonly host: string; readonly port: number }[] = [];

  const pump = () => {
    scheduled = false;
    clearTimeout(timer);
    if (closed || !socket || !ready) return;
    for (const datagram of search.poll(clock.monotonicMs()))
      for (const { host, port } of resolved)
        socket.send(datagram, port, host, (error) => {
          if (error && !closed) logger.warn(`search to ${host}:${port} failed: ${error.message}`);
        });
    const next = search.nextMs();
    if (next !== undefined) timer = setTimeout(pump, Math.max(0, Math.min(next - clock.monotonicMs(), 2 ** 31 - 1)));
  };
  const soon = () => {
    if (scheduled || !ready) return;
    scheduled = true;
    setImmediate(pump);
  };
  const open = async () => {
    const port = createSocket({ type: "udp4", recvBufferSize: RECEIVE_BUFFER_BYTES });
    socket = port;
    port.on("error", (error) => logger.warn(`search socket: ${error.message}`));
    port.on("message", (datagram, sender) => {
      for (const answer of search.receive(datagram)) {
        const host = answer.address === ADDRESS_OF_SENDER || answer.address === 0 ? sender.address : dotted(answer.address);
        if (isPossible(host, sender.address))
          options.found(answer.cid, { host, port: answer.port === 0 ? DEFAULT_SERVER_PORT : answer.port });
      }
      soon();
    });
    await new Promise<void>((resolve) => port.bind(0, resolve));
    if (closed) return;
    port.setBroadcast(true);
    for (const { host, port: number } of options.destinations) {
      try {
        resolved.push({ host: isIPv4(host) ? host : (await lookup(host, { family: 4 })).address, port: number });
      } catch (error) {
        logger.warn(`the name ${host} could not be resolved: ${messageOf(error)}`);
      }
    }
    ready = true;
    pump();
  };

  return {
    add(cid, name) {
      search.add(cid, name);
      if (!socket && !closed) open().catch((error: unknown) => logger.warn(`search socket: ${messageOf(error)}`));
      soon();
    },
    remove: (cid) => search.remove(cid),
    close() {
      if (closed) return;
      closed = true;
      clearTimeout(timer);
      try {
        socket?.close();
      } catch {
        // It never came to be bound.
      }
    },
  };
}

/** Nobody elsewhere can send us to this machine's own loopback, and no server has a multicast address. */
function isPossible(host: string, sender: string): boolean {
  const first = Number(host.split(".")[0]);
  return first !== 0 && first < 224 && (first !== 127 || sender.startsWith("127."));
}

/** The broadcast address of every IPv4 interface, and loopback where there is none: what `EPICS_CA_AUTO_ADDR_LIST=YES` stands for. */
export function broadcastAddresses(port: number): ServerAddress[] {
  const hosts = new Set<string>();
  for (const addresses of Object.values(networkInterfaces()))
    for (const { family, internal, address, netmask } of addresses ?? []) {
      if (family !== "IPv4" || internal) continue;
      const mask = netmask.split(".").map(Number);
      hosts.add(
        address
          .split(".")
          .map((part, index) => (Number(part) & mask[index]!) | (~mask[index]! & 255))
          .join("."),
      );
    }
  if (hosts.size === 0) hosts.add("127.0.0.1");
  return [...hosts].map((host) => ({ host, port }));
}
