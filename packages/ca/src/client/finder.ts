import { EpicubeError } from "@epicube/core";
import { formatAddress, type ServerAddress } from "../address/address.js";
import { ADDRESS_OF_SENDER, DEFAULT_SERVER_PORT } from "../tables/commands.js";
import type { Circuits } from "./circuits.js";
import type { Connection } from "./connection.js";
import type { UdpPort } from "./udp-port.js";

/** Receives what name servers (and, by UDP, servers) say of one name. */
export interface FinderListener {
  /** A server has it. `via` is the name server that said so, undefined by UDP. */
  found(server: ServerAddress, via: Connection | undefined): void;
  /** This name server has no such name. */
  notFound(via: Connection): void;
  /** This name server could not be asked. */
  failed(address: ServerAddress, error: EpicubeError): void;
  /** This name server lives but leaves the search without answer: some servers search by UDP only. */
  silent(via: Connection): void;
}

/** Finds which server has a name. */
export interface Finder {
  /** Asks every name server. Call the result when the answer is not wanted any more. */
  search(cid: number, name: string, listener: FinderListener): () => void;
  /** To be called with what circuits hear. */
  found(via: Connection, cid: number, address: number, port: number): void;
  notFound(via: Connection, cid: number): void;
  /** A name server's connection ended. */
  closed(via: Connection, error: EpicubeError): void;
  /** A search answered by UDP. */
  foundByUdp(cid: number, server: ServerAddress): void;
}

/** After this long without an answer to a TCP search a living name server is taken for one that does not search by TCP. */
const SILENCE_MS = 300;

interface Search {
  readonly cid: number;
  readonly listener: FinderListener;
  readonly waiting: Set<Connection>;
}

/** Makes the finder of one client. */
export function createFinder(circuits: Circuits, nameServers: readonly ServerAddress[], udp?: Pick<UdpPort, "add" | "remove">): Finder {
  const searches = new Map<number, Search>();
  /** Searches that a name server owes an answer, and the timer that ends its grace. */
  const owed = new Map<Connection, { readonly searches: Set<Search>; timer: NodeJS.Timeout | undefined }>();

  const settle = (search: Search, via: Connection) => {
    search.waiting.delete(via);
    owed.get(via)?.searches.delete(search);
  };
  const grace = (via: Connection) => {
    const debt = owed.get(via);
    if (!debt || debt.timer) return;
    debt.timer = setTimeout(() => {
      debt.timer = undefined;
      if (via.state === "closed") return;
      if (via.state !== "open") {
        grace(via);
        return;
      }
      for (const search of [...debt.searches]) {
        settle(search, via);
        search.listener.silent(via);
      }
    }, SILENCE_MS);
  };

  return {
    search(cid, name, listener) {
      const search: Search = { cid, listener, waiting: new Set() };
      searches.set(cid, search);
      for (const address of nameServers) {
        let via: Connection;
        try {
          via = circuits.to(address);
        } catch (error) {
          listener.failed(address, error as EpicubeError);
          continue;
        }
        search.waiting.add(via);
        const debt = owed.get(via) ?? { searches: new Set<Search>(), timer: undefined };
        owed.set(via, debt);
        debt.searches.add(search);
        via.circuit.search(cid, name);
        grace(via);
      }
      udp?.add(cid, name);
      return () => {
        searches.delete(cid);
        udp?.remove(cid);
        for (const via of search.waiting) owed.get(via)?.searches.delete(search);
      };
    },
    found(via, cid, address, port) {
      const search = searches.get(cid);
      if (!search) return;
      settle(search, via);
      const server = serverOf(via, address, port);
      if (server) search.listener.found(server, via);
      else
        search.listener.failed(
          via.address,
          new EpicubeError("CA_PROTOCOL_REMOTE", `${formatAddress(via.address)} names a server at ${dotted(address)}, which cannot be one`),
        );
    },
    notFound(via, cid) {
      const search = searches.get(cid);
      if (!search) return;
      settle(search, via);
      search.listener.notFound(via);
    },
    closed(via, error) {
      const debt = owed.get(via);
      if (!debt) return;
      owed.delete(via);
      clearTimeout(debt.timer);
      for (const search of debt.searches) {
        search.waiting.delete(via);
        search.listener.failed(via.address, error);
      }
    },
    foundByUdp(cid, server) {
      searches.get(cid)?.listener.found(server, undefined);
    },
  };
}

/** Where a search answer points: the name server itself, or an explicit address that may be one (never this machine as seen from another). */
function serverOf(via: Connection, address: number, port: number): ServerAddress | undefined {
  const at = port === 0 ? DEFAULT_SERVER_PORT : port;
  if (address === ADDRESS_OF_SENDER) return { host: via.address.host, port: at };
  const first = address >>> 24;
  const loopback = via.remoteAddress?.startsWith("127.") ?? false;
  if (first === 0 || first >= 224 || (first === 127 && !loopback)) return undefined;
  return { host: dotted(address), port: at };
}

/** An IPv4 address from its number. */
export function dotted(address: number): string {
  return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;
}
