import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { createServer as createTcpServer, type Server, type Socket } from "node:net";
import { EpicubeError, messageOf, silentLogger, systemClock } from "@epicube/core";
import { createFrameReader } from "../codec/frame-reader.js";
import { createOutput } from "../net/output.js";
import { createServerCircuit, type ServerCircuit } from "./circuit.js";
import type { ServerShared } from "./context.js";
import { createFaultTable, type FaultTable } from "./faults.js";
import { answerSearch } from "./search.js";
import type { CaServer, CaServerOptions } from "./types.js";

/** Tries to find a port that is free for TCP and UDP. */
const PORT_ATTEMPTS = 50;
/** Requests of one circuit that may wait for an answer before no more are read. */
const MAX_IN_PROGRESS = 10_000;

/**
 * Hosts channels given from code on one TCP port, and answers searches for them by UDP on the same number and by TCP.
 *
 * @example
 * ```ts
 * await using server = await createServer({
 *   lookup: (name) => (name === "DEMO:ANSWER" ? { type: "LONG", count: 1, read: () => ({ value: 42 }) } : undefined),
 * });
 * console.log(`caget finds it on port ${server.tcpPort}`);
 * ```
 * @throws EpicubeError CA_PORT_TAKEN, CA_LISTEN
 */
export async function createServer(options: CaServerOptions): Promise<CaServer> {
  const host = options.interface ?? "127.0.0.1";
  const { clock = systemClock, logger = silentLogger, maxCircuits = 1000, progressTimeoutMs = 10_000 } = options;
  let faults: FaultTable = createFaultTable(options.faults ?? []);
  let tcpPort = 0;
  const shared: ServerShared = {
    lookup: (name) => options.lookup(name),
    tcpPort: () => tcpPort,
    faults: () => faults,
    frozen: new Map(),
    random: options.random ?? Math.random,
    clock,
    logger,
    maxChannelsPerCircuit: options.maxChannelsPerCircuit ?? 100_000,
    maxPayloadBytes: options.maxPayloadBytes ?? 16 * 1024 * 1024,
    maxQueuedBytes: options.maxQueuedBytes ?? 4 * 1024 * 1024,
  };
  const circuits = new Map<Socket, ServerCircuit>();

  const accept = (socket: Socket): void => {
    socket.on("error", (error) => logger.debug(`circuit: ${error.message}`));
    if (circuits.size >= maxCircuits) {
      logger.warn(`more than ${maxCircuits} circuits: one refused`);
      socket.destroy();
      return;
    }
    if (faults.find("reset", undefined)) {
      socket.resetAndDestroy();
      return;
    }
    socket.setNoDelay(true);
    socket.setKeepAlive(true);
    const output = createOutput(socket);
    const circuit = createServerCircuit(shared, {
      send: (bytes) => output.send(bytes),
      get queuedBytes() {
        return output.queuedBytes;
      },
      close(how, reason) {
        logger.info(`circuit closed: ${reason}`);
        output.flush();
        if (how === "reset") socket.resetAndDestroy();
        else socket.destroySoon();
      },
    });
    const reader = createFrameReader(
      {
        message: (message) => circuit.receive(message),
        oversize: (header) => {
          throw new EpicubeError("CA_PROTOCOL_REMOTE", `a payload of ${header.payloadBytes} bytes is over the limit`);
        },
      },
      { maxPayloadBytes: shared.maxPayloadBytes },
    );
    circuits.set(socket, circuit);
    const halfOpen = faults.find("half-open", undefined) !== undefined;
    let progress: NodeJS.Timeout | undefined;
    socket.on("data", (chunk) => {
      if (halfOpen || socket.destroyed) return;
      try {
        reader.push(chunk);
      } catch (error) {
        logger.info(`circuit closed: ${messageOf(error)}`);
        output.flush();
        socket.destroySoon();
        return;
      }
      if (!reader.midMessage) {
        clearTimeout(progress);
        progress = undefined;
      } else progress ??= setTimeout(() => socket.destroy(), progressTimeoutMs);
      if (output.queuedBytes > shared.maxQueuedBytes || circuit.inProgress > MAX_IN_PROGRESS) holdBack();
    });
    // A client that does not read its answers is not read from either: memory stays bounded.
    const holdBack = () => {
      socket.pause();
      const poll = setInterval(() => {
        if (!socket.destroyed && (output.queuedBytes > shared.maxQueuedBytes || circuit.inProgress > MAX_IN_PROGRESS)) return;
        clearInterval(poll);
        socket.resume();
      }, 20);
    };
    socket.on("drain", () => circuit.drained());
    socket.on("end", () => socket.destroySoon());
    socket.on("close", () => {
      clearTimeout(progress);
      circuits.delete(socket);
      circuit.dispose();
    });
    if (!halfOpen) circuit.start();
  };

  const { tcp, udp } = await listen(host, options.port ?? 0, options.udp ?? true, accept);
  tcpPort = portOf(tcp);
  tcp.on("error", (error) => logger.error(`listening socket: ${error.message}`));
  udp?.on("error", (error) => logger.warn(`search socket: ${error.message}`));
  udp?.on("message", (datagram, sender) => {
    for (const answer of answerSearch(shared, datagram))
      udp.send(answer, sender.port, sender.address, (error) => {
        if (error) logger.debug(`search answer: ${error.message}`);
      });
  });

  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= (async () => {
      for (const socket of circuits.keys()) socket.destroy();
      await Promise.all([
        new Promise<void>((resolve) => tcp.close(() => resolve())),
        udp && new Promise<void>((resolve) => udp.close(() => resolve())),
      ]);
    })();
    return closing;
  };
  return {
    interface: host,
    tcpPort,
    udpPort: udp && tcpPort,
    setFaults(next) {
      faults = createFaultTable(next);
      shared.frozen.clear();
    },
    report() {
      let channels = 0;
      let subscriptions = 0;
      for (const circuit of circuits.values()) {
        channels += circuit.channels;
        subscriptions += circuit.subscriptions;
      }
      return { circuits: circuits.size, channels, subscriptions };
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Listens by TCP and UDP on one number; with port 0 tries on until one is free for both. */
async function listen(
  host: string,
  port: number,
  withUdp: boolean,
  accept: (socket: Socket) => void,
): Promise<{ tcp: Server; udp: UdpSocket | undefined }> {
  for (let attempt = 1; ; attempt++) {
    const tcp = createTcpServer(accept);
    try {
      await listenTcp(tcp, host, port);
    } catch (error) {
      throw listenError(error, "TCP", host, port);
    }
    if (!withUdp) return { tcp, udp: undefined };
    try {
      return { tcp, udp: await listenUdp(host, portOf(tcp)) };
    } catch (error) {
      await new Promise<void>((resolve) => tcp.close(() => resolve()));
      if (port !== 0 || attempt >= PORT_ATTEMPTS || (error as NodeJS.ErrnoException).code !== "EADDRINUSE")
        throw listenError(error, "UDP", host, port);
    }
  }
}

function listenTcp(tcp: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    tcp.once("error", reject);
    tcp.listen({ host, port }, () => {
      tcp.removeListener("error", reject);
      resolve();
    });
  });
}

function listenUdp(host: string, port: number): Promise<UdpSocket> {
  return new Promise((resolve, reject) => {
    const udp = createSocket("udp4");
    udp.once("error", (error) => {
      udp.close();
      reject(error);
    });
    udp.bind({ address: host, port, exclusive: true }, () => {
      udp.removeAllListeners("error");
      resolve(udp);
    });
  });
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

function listenError(error: unknown, transport: string, host: string, port: number): EpicubeError {
  const taken = (error as NodeJS.ErrnoException).code === "EADDRINUSE";
  if (taken)
    return new EpicubeError("CA_PORT_TAKEN", `${transport} port ${host}:${port} is taken by another process`, {
      cause: error,
      help: "end the other process, or choose another port",
    });
  return new EpicubeError("CA_LISTEN", `cannot listen on ${transport} ${host}:${port}: ${messageOf(error)}`, { cause: error });
}
