import { EpicubeError, silentLogger, systemClock } from "@epicube/core";
import { formatAddress } from "../address/address.js";
import { createChannels } from "./channels.js";
import { createCircuits } from "./circuits.js";
import type { ConnectionOptions } from "./connection.js";
import { createFinder } from "./finder.js";
import { getMany } from "./get.js";
import { infoMany } from "./info.js";
import { registerInternals } from "./internals.js";
import { createMonitor } from "./monitor.js";
import { searchMany } from "./search.js";
import type { CaClient, CaClientOptions, ChannelInfo, PvReading } from "./types.js";
import { broadcastAddresses, createUdpPort } from "./udp-port.js";

/**
 * Makes a client. It connects when first asked for a name, and holds its circuits until closed.
 *
 * @example
 * ```ts
 * await using client = createClient({ nameServers: parseAddressList("ioc.example:5064") });
 * for (const reading of await client.getMany(["A:TEMP", "A:PRESSURE"], { timeoutMs: 1000 }))
 *   console.log(reading.pv, reading.ok ? reading.value : reading.error?.message);
 * ```
 */
export function createClient(options: CaClientOptions): CaClient {
  const { clock = systemClock, logger = silentLogger, random = Math.random } = options;
  const connectionOptions: ConnectionOptions & { maxCircuits: number } = {
    clock,
    logger,
    connectTimeoutMs: options.connectTimeoutMs ?? 5000,
    connectionTimeoutMs: options.connectionTimeoutMs ?? 30_000,
    echoTimeoutMs: options.echoTimeoutMs ?? 5000,
    progressTimeoutMs: options.progressTimeoutMs ?? 10_000,
    maxPayloadBytes: options.maxPayloadBytes ?? 16 * 1024 * 1024,
    maxCircuits: options.maxCircuits ?? 1000,
    priority: options.priority ?? 0,
    userName: options.userName ?? "epicube",
    hostName: options.hostName ?? "localhost",
    firstId: Math.floor(random() * 2 ** 32),
  };
  // A random start, so that a stranger cannot guess which identifiers are waiting for an answer.
  let nextCid = Math.floor(random() * 2 ** 32);
  const takeCid = () => {
    const cid = nextCid;
    nextCid = (nextCid + 1) >>> 0;
    return cid;
  };
  const nameServers = options.nameServers ?? [];
  const circuits = createCircuits(
    {
      open: () => {},
      closed: (connection, error) => finder.closed(connection, error),
      found: (connection, cid, address, port) => finder.found(connection, cid, address, port),
      notFound: (connection, cid) => finder.notFound(connection, cid),
    },
    connectionOptions,
  );
  const destinations = [
    ...(options.addressList ?? []),
    ...(options.broadcastPort === undefined ? [] : broadcastAddresses(options.broadcastPort)),
  ];
  const udp =
    destinations.length === 0
      ? undefined
      : createUdpPort({
          destinations,
          clock,
          logger,
          firstSequence: Math.floor(random() * 2 ** 32),
          found: (cid, server) => finder.foundByUdp(cid, server),
        });
  const finder = createFinder(circuits, nameServers, udp);
  const channels = createChannels({
    circuits,
    finder,
    servers: options.servers ?? [],
    nameServers,
    udp: udp !== undefined,
    clock,
    logger,
    takeCid,
  });
  const close = async () => {
    udp?.close();
    circuits.close(closedError());
  };
  const client: CaClient = {
    searchMany: (names, call = {}) => searchMany(finder, { nameServers: nameServers.length, udp: udp !== undefined }, takeCid, names, call),
    monitor: (name, monitor = {}) => createMonitor(channels, clock, name, monitor),
    getMany: (names, get = {}) => getMany(channels, clock, names, get),
    infoMany: (names, call = {}) => infoMany(channels, names, call),
    async get(name, get = {}) {
      const [reading] = await getMany(channels, clock, [name], get);
      if (reading!.ok) return reading!;
      throw toError(reading!);
    },
    async info(name, call = {}) {
      const [info] = await infoMany(channels, [name], call);
      if (!info!.ok) throw toError(info!);
      const { ok: _ok, ...rest } = info!;
      return rest as ChannelInfo;
    },
    report: () =>
      circuits.list().map((connection) => ({
        server: formatAddress(connection.address),
        state: connection.state,
        channels: connection.circuit.channelCount,
      })),
    close,
    [Symbol.asyncDispose]: close,
  };
  registerInternals(client, { channels, clock });
  return client;
}

function closedError(): EpicubeError {
  return new EpicubeError("CA_CLOSED", "the client was closed");
}

function toError(result: { readonly pv: string; readonly error?: PvReading["error"] }): EpicubeError {
  const error = result.error!;
  return new EpicubeError(error.code, error.message, {
    context: { pv: result.pv, stage: error.stage, ...(error.eca ? { eca: error.eca.code } : {}) },
  });
}
