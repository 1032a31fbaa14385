import type { EpicubeError } from "@epicube/core";
import { formatAddress } from "../address/address.js";
import { checkChannelName } from "../codec/text.js";
import { runBulk } from "./bulk.js";
import type { Finder } from "./finder.js";
import { pvError } from "./reading.js";
import type { SearchOptions, SearchResult } from "./types.js";

/**
 * Asks who has each name. Ends when every name server has spoken and, by UDP, `gatherMs` after the first answer: long enough to hear a
 * second server that answers to the same name.
 */
export function searchMany(
  finder: Finder,
  places: { readonly nameServers: number; readonly udp: boolean },
  takeCid: () => number,
  names: readonly string[],
  options: SearchOptions,
): Promise<SearchResult[]> {
  const gatherMs = options.gatherMs ?? 100;
  return runBulk<SearchResult>(names, options, (name, done) => {
    const servers = new Set<string>();
    const problems: string[] = [];
    let silent = places.nameServers;
    let isOver = false;
    let gather: NodeJS.Timeout | undefined;
    let stop = () => {};
    const result = (): SearchResult => ({ pv: name, servers: [...servers], problems });
    const finish = () => {
      if (isOver) return;
      isOver = true;
      clearTimeout(gather);
      stop();
      done(result());
    };
    const heard = () => {
      silent -= 1;
      if (silent <= 0 && !places.udp) queueMicrotask(finish);
    };
    try {
      checkChannelName(name);
    } catch (error) {
      problems.push(pvError(error as EpicubeError, "search").message);
      done(result());
      return { expire: result };
    }
    stop = finder.search(takeCid(), name, {
      found(server, via) {
        servers.add(formatAddress(server));
        if (places.udp) gather ??= setTimeout(finish, gatherMs);
        if (via) heard();
      },
      notFound: heard,
      silent(via) {
        problems.push(`${formatAddress(via.address)} does not answer searches`);
        heard();
      },
      failed(_address, error) {
        problems.push(error.message);
        heard();
      },
    });
    if (places.nameServers === 0 && !places.udp) finish();
    return {
      expire() {
        isOver = true;
        clearTimeout(gather);
        stop();
        return result();
      },
    };
  });
}
