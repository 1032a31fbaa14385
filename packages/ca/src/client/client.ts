import { EpicubeError, silentLogger, systemClock } from "@epicube/core";
import { formatAddress } from "../address/address.js";
import { createChannels } from "./channels.js";
import { createCircuits } from "./circuits.js";
import type { ConnectionOptions } from "./connection.js";
import { createFinder } from "./finder.js";
import { getMany } from "./get.js";
import { infoMany } from "./info.js";
import type { CaClient, CaClientOptions, ChannelInfo, PvReading } from "./types.js";

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
  const finder = createFinder(circuits, nameServers);
  const channels = createChannels({
    circuits,
    finder,
    servers: options.servers ?? [],
    nameServers,
    udp: false,
    clock,
    logger,
    takeCid: () => {
      const cid = nextCid;
      nextCid = (nextCid + 1) >>> 0;
      return cid;
    },
  });
  const close = async () => {
    circuits.close(closedError());
  };
  return {
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
