import { type Clock, EpicubeError, type Logger, messageOf } from "@epicube/core";
import { formatAddress, type ServerAddress } from "../address/address.js";
import type { CircuitChannel } from "../circuit/client-circuit.js";
import { checkChannelName } from "../codec/text.js";
import type { Circuits } from "./circuits.js";
import type { Connection } from "./connection.js";
import type { Finder } from "./finder.js";
import type { Stage } from "./types.js";

/** A channel that is open. */
export interface OpenedChannel {
  readonly connection: Connection;
  readonly channel: CircuitChannel;
}

/** A name on its way to a channel, or there. Lives as long as the channel. */
export interface ChannelEntry {
  readonly name: string;
  readonly timingsMs: Partial<Record<Stage, number>>;
  readonly opened: OpenedChannel | undefined;
  /** The server it is on, or is being asked of, or was. */
  readonly server: string | undefined;
  /** Where it stands, for a deadline's message. */
  standing(): { readonly stage: Stage; readonly server: string | undefined; readonly sinceMs: number };
  /** Calls back when the open channel is lost. Returns the function that ends it. */
  onLost(listener: (error: EpicubeError) => void): () => void;
  /** Calls back once, when the channel is open or cannot be. Returns the function that withdraws. */
  wait(done: (result: OpenedChannel | EpicubeError) => void): () => void;
}

/** The channels of one client. */
export interface Channels {
  /** The entry of a name, made when first asked for; a lost channel is asked for anew. @throws EpicubeError CA_NAME_INVALID, CA_NO_ADDRESS */
  open(name: string): ChannelEntry;
  /** Gives up what is not open yet, so that the next call begins anew. */
  abandon(entry: ChannelEntry): void;
}

/** What channels are made with. */
export interface ChannelsOptions {
  readonly circuits: Circuits;
  readonly finder: Finder;
  readonly servers: readonly ServerAddress[];
  readonly nameServers: readonly ServerAddress[];
  readonly udp: boolean;
  readonly clock: Clock;
  readonly logger: Logger;
  takeCid(): number;
}

interface Attempt {
  readonly connection: Connection;
  stage: "search" | "create";
}

/** Makes the table of channels. */
export function createChannels(options: ChannelsOptions): Channels {
  const { circuits, finder, clock } = options;
  const byName = new Map<string, ChannelEntry & { abandon(): void }>();

  function create(name: string): ChannelEntry & { abandon(): void } {
    const cid = options.takeCid();
    const startedMs = clock.monotonicMs();
    const timingsMs: Partial<Record<Stage, number>> = {};
    const attempts = new Map<Connection, Attempt>();
    const failures: { readonly server: string; readonly error: EpicubeError }[] = [];
    const waiters = new Set<(result: OpenedChannel | EpicubeError) => void>();
    const lostListeners = new Set<(error: EpicubeError) => void>();
    let opened: OpenedChannel | undefined;
    let lastServer: string | undefined;
    let over = false;
    let stopSearch: (() => void) | undefined;
    /** Places that may still say yes: servers, name servers, and UDP, which never says no. */
    let open = options.servers.length + options.nameServers.length + (options.udp ? 1 : 0);

    const finish = (result: OpenedChannel | EpicubeError) => {
      stopSearch?.();
      stopSearch = undefined;
      if (result instanceof EpicubeError) retire();
      const waiting = [...waiters];
      waiters.clear();
      for (const done of waiting) done(result);
    };
    const retire = () => {
      over = true;
      if (byName.get(name) === entry) byName.delete(name);
      for (const { connection, stage } of attempts.values())
        if (stage === "create" && connection.state !== "closed") connection.circuit.clear(cid);
      attempts.clear();
    };
    const fail = (server: string, error: EpicubeError) => {
      failures.push({ server, error });
      open -= 1;
      if (open === 0 && !opened && !over) finish(combine(name, failures));
    };
    const ask = (connection: Connection) => {
      const server = formatAddress(connection.address);
      const attempt = attempts.get(connection);
      if (attempt?.stage === "create" || over || opened) return;
      attempts.set(connection, { connection, stage: "create" });
      const begunMs = clock.monotonicMs();
      lastServer = server;
      connection.circuit.create(cid, name, {
        created(channel) {
          if (opened || over) {
            connection.circuit.clear(cid);
            return;
          }
          Object.assign(timingsMs, stagesSince(connection, startedMs));
          timingsMs.create = clock.monotonicMs() - Math.max(begunMs, connection.stageStartedMs);
          lastServer = server;
          opened = { connection, channel };
          finish(opened);
        },
        refused() {
          if (opened?.connection === connection)
            lose(new EpicubeError("CA_DISCONNECTED", `${server} took the channel ${name} away`, { context: { stage: "read" } }));
          else if (attempts.delete(connection)) fail(server, notFound(name, server));
        },
        lost(error) {
          if (opened?.connection === connection) lose(error);
          else if (attempts.delete(connection)) fail(server, error);
        },
      });
    };
    const lose = (error: EpicubeError) => {
      opened = undefined;
      attempts.clear();
      retire();
      for (const listener of [...lostListeners]) listener(error);
    };
    const entry: ChannelEntry & { abandon(): void } = {
      name,
      timingsMs,
      get opened() {
        return opened;
      },
      get server() {
        return lastServer;
      },
      standing() {
        let best: { stage: Stage; server: string | undefined; sinceMs: number } = {
          stage: "search",
          server: undefined,
          sinceMs: startedMs,
        };
        let rank = -1;
        for (const attempt of attempts.values()) {
          const stage = stageOf(attempt);
          if (STAGES.indexOf(stage) <= rank) continue;
          rank = STAGES.indexOf(stage);
          best = {
            stage,
            server: formatAddress(attempt.connection.address),
            sinceMs: Math.max(startedMs, attempt.connection.stageStartedMs),
          };
        }
        return best;
      },
      onLost(listener) {
        lostListeners.add(listener);
        return () => lostListeners.delete(listener);
      },
      wait(done) {
        if (opened) {
          done(opened);
          return () => {};
        }
        waiters.add(done);
        return () => waiters.delete(done);
      },
      abandon() {
        if (opened || over || waiters.size > 0) return;
        stopSearch?.();
        retire();
      },
    };
    byName.set(name, entry);
    begin();
    return entry;

    function begin(): void {
      for (const address of options.servers) {
        try {
          ask(circuits.to(address));
        } catch (error) {
          // After this turn, so that the caller can wait for it.
          queueMicrotask(() => fail(formatAddress(address), error as EpicubeError));
        }
      }
      if (options.nameServers.length === 0 && !options.udp) return;
      stopSearch = finder.search(cid, name, {
        found(server, via) {
          timingsMs.search ??= clock.monotonicMs() - Math.max(startedMs, via?.stageStartedMs ?? 0);
          // A name server taken for silent is being asked for the channel already: its late answer changes nothing there.
          if (via && attempts.get(via)?.stage === "search") attempts.delete(via);
          let connection: Connection;
          try {
            connection = via && isSame(server, via) ? via : circuits.to(server);
          } catch (error) {
            fail(formatAddress(server), error as EpicubeError);
            return;
          }
          if ([...attempts.values()].some((attempt) => attempt.stage === "create" && attempt.connection !== connection))
            options.logger.warn(`${name} is served by several servers, one of them ${formatAddress(server)}`);
          ask(connection);
        },
        notFound(via) {
          if (attempts.get(via)?.stage === "create") return;
          attempts.delete(via);
          fail(formatAddress(via.address), notFound(name, formatAddress(via.address)));
        },
        failed(address, error) {
          for (const attempt of attempts.values())
            if (attempt.connection.address === address && attempt.stage === "search") attempts.delete(attempt.connection);
          queueMicrotask(() => fail(formatAddress(address), error));
        },
        silent: (via) => ask(via),
      });
      for (const address of options.nameServers) {
        const via = circuits.list().find((connection) => formatAddress(connection.address) === formatAddress(address));
        if (via && !attempts.has(via)) attempts.set(via, { connection: via, stage: "search" });
      }
    }
  }

  return {
    open(name) {
      const present = byName.get(name);
      if (present) return present;
      checkChannelName(name);
      if (options.servers.length + options.nameServers.length === 0 && !options.udp)
        throw new EpicubeError("CA_NO_ADDRESS", "there is no address to search for channels", {
          help: "give servers, nameServers or addressList (EPICS_CA_NAME_SERVERS, EPICS_CA_ADDR_LIST)",
        });
      return create(name);
    },
    abandon: (entry) => byName.get(entry.name)?.abandon(),
  };
}

const STAGES: readonly Stage[] = ["resolve", "connect", "version", "search", "create", "read"];

function stageOf(attempt: Attempt): Stage {
  switch (attempt.connection.state) {
    case "resolving":
      return "resolve";
    case "connecting":
      return "connect";
    case "greeting":
      return "version";
    default:
      return attempt.stage;
  }
}

/** The connection's stages, where this channel had to wait for them. */
function stagesSince(connection: Connection, startedMs: number): Partial<Record<Stage, number>> {
  return connection.stageStartedMs >= startedMs ? { ...connection.timingsMs } : {};
}

function isSame(server: ServerAddress, via: Connection): boolean {
  return server.port === via.address.port && (server.host === via.address.host || server.host === via.remoteAddress);
}

function notFound(name: string, server: string): EpicubeError {
  return new EpicubeError("CA_NOT_FOUND", `PV ${name} does not exist on ${server}`, { context: { stage: "search" } });
}

/** One error for all the places that said no: the one that came furthest gives the code, all are in the sentence. */
function combine(name: string, failures: readonly { readonly server: string; readonly error: EpicubeError }[]): EpicubeError {
  if (failures.length === 1) return failures[0]!.error;
  const first =
    failures.find(({ error }) => error.code !== "CA_NOT_FOUND" && error.code !== "CA_CONNECT") ??
    failures.find(({ error }) => error.code === "CA_NOT_FOUND") ??
    failures[0]!;
  const others = failures.every(({ error }) => error.code === "CA_NOT_FOUND");
  const message = others
    ? `PV ${name} does not exist on ${failures.map(({ server }) => server).join(", ")}`
    : failures.map(({ error }) => messageOf(error)).join("; ");
  return new EpicubeError(first.error.code, message, { context: first.error.context, cause: first.error });
}
