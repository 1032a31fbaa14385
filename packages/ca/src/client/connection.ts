import { lookup } from "node:dns/promises";
import { connect, isIPv4, type Socket } from "node:net";
import { type Clock, EpicubeError, type Logger, messageOf } from "@epicube/core";
import { formatAddress, type ServerAddress } from "../address/address.js";
import { type ClientCircuit, createClientCircuit } from "../circuit/client-circuit.js";
import { createOutput } from "../net/output.js";
import type { Stage } from "./types.js";

/** How far a connection has come. */
export type ConnectionState = "resolving" | "connecting" | "greeting" | "open" | "unresponsive" | "closed";

/** One TCP connection to a server and the circuit on it. */
export interface Connection {
  readonly address: ServerAddress;
  readonly state: ConnectionState;
  readonly circuit: ClientCircuit;
  /** IPv4 address that the name resolved to. */
  readonly remoteAddress: string | undefined;
  readonly error: EpicubeError | undefined;
  /** Milliseconds per stage, and when the present one began (monotonic). */
  readonly timingsMs: Readonly<Partial<Record<Stage, number>>>;
  readonly stageStartedMs: number;
  close(error: EpicubeError): void;
}

/** Receives what concerns a connection as a whole. */
export interface ConnectionHandler {
  /** The server has spoken for the first time. */
  open(connection: Connection): void;
  /** For good: a new attempt is a new connection, which resolves the name again. */
  closed(connection: Connection, error: EpicubeError): void;
  found(connection: Connection, cid: number, address: number, port: number): void;
  notFound(connection: Connection, cid: number): void;
}

/** Options of {@link openConnection}. */
export interface ConnectionOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly connectTimeoutMs: number;
  readonly connectionTimeoutMs: number;
  readonly echoTimeoutMs: number;
  readonly progressTimeoutMs: number;
  readonly maxPayloadBytes: number;
  readonly priority: number;
  readonly userName: string;
  readonly hostName: string;
  readonly firstId: number;
}

/** Begins to connect. What is asked of the circuit before it is open goes out as soon as it can. */
export function openConnection(address: ServerAddress, handler: ConnectionHandler, options: ConnectionOptions): Connection {
  const { clock, logger } = options;
  const server = formatAddress(address);
  const timingsMs: Partial<Record<Stage, number>> = {};
  let state: ConnectionState = "resolving";
  let stageStartedMs = clock.monotonicMs();
  let socket: Socket | undefined;
  let remoteAddress: string | undefined;
  let error: EpicubeError | undefined;
  let early: Uint8Array[] | undefined = [];
  let send: (bytes: Uint8Array) => void = (bytes) => early?.push(bytes);
  let lastReceivedMs = 0;
  let echoSentMs: number | undefined;
  const timers = new Set<NodeJS.Timeout>();
  let progress: NodeJS.Timeout | undefined;

  const enter = (next: ConnectionState, ended: Stage) => {
    const now = clock.monotonicMs();
    timingsMs[ended] = now - stageStartedMs;
    stageStartedMs = now;
    state = next;
  };
  const circuit = createClientCircuit(
    {
      greeted() {
        enter("open", "version");
        handler.open(connection);
      },
      found: (cid, ip, port) => handler.found(connection, cid, ip, port),
      notFound: (cid) => handler.notFound(connection, cid),
      warning: (text) => logger.warn(`${server}: ${text}`),
    },
    { ...options, send: (bytes) => send(bytes) },
  );
  const close = (cause: EpicubeError) => {
    if (state === "closed") return;
    state = "closed";
    error = cause;
    for (const timer of timers) clearTimeout(timer);
    send = () => {};
    early = undefined;
    socket?.destroy();
    circuit.fail(cause);
    handler.closed(connection, cause);
  };
  const connection: Connection = {
    address,
    circuit,
    timingsMs,
    close,
    get state() {
      return state;
    },
    get remoteAddress() {
      return remoteAddress;
    },
    get error() {
      return error;
    },
    get stageStartedMs() {
      return stageStartedMs;
    },
  };

  // The introduction comes before whatever the caller asks for next.
  circuit.start();
  resolve(address.host).then(
    (ip) => {
      if (state === "closed") return;
      remoteAddress = ip;
      enter("connecting", "resolve");
      dial(ip);
    },
    (cause: unknown) =>
      close(
        new EpicubeError("CA_CONNECT", `the name ${address.host} could not be resolved: ${messageOf(cause)}`, {
          cause,
          context: { stage: "resolve", reason: "name" },
        }),
      ),
  );
  return connection;

  function dial(ip: string): void {
    const tcp = connect({ host: ip, port: address.port, noDelay: true, keepAlive: true });
    socket = tcp;
    after(options.connectTimeoutMs, () => {
      if (state === "connecting") close(connectError(`no connection to ${server} within ${seconds(options.connectTimeoutMs)}`, "timeout"));
    });
    tcp.on("connect", () => {
      enter("greeting", "connect");
      lastReceivedMs = clock.monotonicMs();
      const output = createOutput(tcp);
      send = (bytes) => output.send(bytes);
      for (const bytes of early ?? []) output.send(bytes);
      early = undefined;
      output.flush();
      after(options.echoTimeoutMs, () => {
        if (state !== "greeting") return;
        const text = `connected to ${server}, but the server does not answer (${seconds(options.echoTimeoutMs)})`;
        close(new EpicubeError("CA_UNRESPONSIVE", text, { context: { stage: "version" } }));
      });
      watch();
    });
    tcp.on("data", receive);
    tcp.on("error", (cause: NodeJS.ErrnoException) => {
      // A reset before we heard of the connection: the server had accepted it, since a closed port refuses instead.
      const isAccepted = (state !== "connecting" && state !== "resolving") || cause.code === "ECONNRESET";
      if (isAccepted)
        close(new EpicubeError("CA_DISCONNECTED", `the connection to ${server} broke: ${cause.code ?? cause.message}`, { cause }));
      else close(connectError(dialProblem(cause, server), reasonOf(cause), cause));
    });
    tcp.on("end", () => close(new EpicubeError("CA_DISCONNECTED", `${server} closed the connection`)));
    tcp.on("close", () => close(new EpicubeError("CA_DISCONNECTED", `the connection to ${server} ended`)));
  }

  function receive(chunk: Uint8Array): void {
    if (state === "closed") return;
    lastReceivedMs = clock.monotonicMs();
    echoSentMs = undefined;
    if (state === "unresponsive") state = "open";
    try {
      circuit.receive(chunk);
    } catch (cause) {
      close(
        cause instanceof EpicubeError
          ? new EpicubeError(cause.code, `${server}: ${cause.message}`, { cause })
          : new EpicubeError("CA_INTERNAL", `${server}: ${messageOf(cause)}`, { cause }),
      );
      return;
    }
    if (!circuit.midMessage) {
      if (progress) clearTimeout(progress);
      progress = undefined;
    } else
      progress ??= after(options.progressTimeoutMs, () =>
        close(new EpicubeError("CA_PROTOCOL_REMOTE", `${server}: a message was not finished within ${seconds(options.progressTimeoutMs)}`)),
      );
  }

  /** Asks a silent server for an echo. One that does not answer is unresponsive, but its connection stays and may recover, as in libca. */
  function watch(): void {
    const timer = setInterval(
      () => {
        const now = clock.monotonicMs();
        if (echoSentMs === undefined && now - lastReceivedMs >= options.connectionTimeoutMs) {
          echoSentMs = now;
          circuit.echo();
        } else if (echoSentMs !== undefined && now - echoSentMs >= options.echoTimeoutMs && state === "open") {
          state = "unresponsive";
          logger.warn(`${server} does not answer`);
        }
      },
      Math.max(10, Math.min(1000, options.connectionTimeoutMs / 4, options.echoTimeoutMs / 4)),
    );
    timers.add(timer);
  }

  function after(ms: number, action: () => void): NodeJS.Timeout {
    const timer = setTimeout(() => {
      timers.delete(timer);
      action();
    }, ms);
    timers.add(timer);
    return timer;
  }
}

async function resolve(host: string): Promise<string> {
  return isIPv4(host) ? host : (await lookup(host, { family: 4 })).address;
}

function connectError(text: string, reason: string, cause?: unknown): EpicubeError {
  return new EpicubeError("CA_CONNECT", text, { ...(cause === undefined ? {} : { cause }), context: { stage: "connect", reason } });
}

function reasonOf(error: NodeJS.ErrnoException): string {
  if (error.code === "ECONNREFUSED") return "refused";
  if (error.code === "EHOSTUNREACH" || error.code === "ENETUNREACH") return "no-route";
  return error.code === "ETIMEDOUT" ? "timeout" : "other";
}

function dialProblem(error: NodeJS.ErrnoException, server: string): string {
  switch (reasonOf(error)) {
    case "refused":
      return `connection refused by ${server}`;
    case "no-route":
      return `no route to ${server}`;
    case "timeout":
      return `no connection to ${server}: timed out`;
    default:
      return `no connection to ${server}: ${error.code ?? error.message}`;
  }
}

/** `2.0 s`: durations as people read them in a cause. */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
