import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { describe, it } from "vitest";

/** The real programs that peer tests compare with. The first group is pinned (a missing one fails CI), the second is optional. */
export const PEER_NAMES = ["helm", "ibek", "epics", "docker-registry", "skopeo", "umoci", "buildah", "crun"] as const;
export const OPTIONAL_PEER_NAMES = ["softIoc", "catools"] as const;
export type PeerName = (typeof PEER_NAMES)[number] | (typeof OPTIONAL_PEER_NAMES)[number];

/**
 * A peer that is there. Its paths: helm: `helm`, `kubectl` · ibek: `ibek`, `python` · epics: `python` (epicscorelibs, caproto, softioc, aioca),
 * `ioc` (native IOC: `ioc st.cmd`), `caget`, `msi`, `acctst`, `catime`, `dbd` (folder of base.dbd), `include`, `lib` · the others: their own name.
 */
export interface Peer {
  readonly name: PeerName;
  readonly version: string;
  readonly paths: Readonly<Record<string, string>>;
}

interface PeerRecord {
  readonly ok: boolean;
  readonly version?: string;
  readonly paths?: Record<string, string>;
  readonly reason?: string;
}

/** Folder of the installed peers: `EPICUBE_PEERS`, default `peers` in epicube's XDG cache folder. */
export function peersFolder(env: NodeJS.ProcessEnv = process.env): string {
  return env.EPICUBE_PEERS || join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "epicube", "peers");
}

/** Looks a peer up in what `npm run peers` installed. */
export function findPeer(name: PeerName, env: NodeJS.ProcessEnv = process.env): Peer | { readonly missing: string } {
  const file = join(peersFolder(env), "peers.json");
  if (!existsSync(file)) return { missing: "not installed: run `npm run peers`" };
  const record = (JSON.parse(readFileSync(file, "utf8")) as Record<string, PeerRecord>)[name];
  if (!record) return { missing: `not installed: run \`npm run peers -- ${name}\`` };
  if (!record.ok || !record.paths) return { missing: record.reason ?? "could not be installed" };
  return { name, version: record.version ?? "unknown", paths: record.paths };
}

/**
 * `describe` for tests that need real programs. A missing one is one counted skip that names its reason; where `CI` is set, a missing
 * pinned peer is a failure.
 */
export function describePeer<const Names extends readonly PeerName[]>(
  names: Names,
  title: string,
  body: (peers: { readonly [Name in Names[number]]: Peer }) => void,
): void {
  const found = names.map((name) => ({ name, peer: findPeer(name) }));
  const missing = found.flatMap(({ name, peer }) => ("missing" in peer ? [{ name, reason: peer.missing }] : []));
  describe(title, () => {
    if (missing.length === 0) {
      body(Object.fromEntries(found.map(({ name, peer }) => [name, peer])) as never);
      return;
    }
    const reason = missing.map((entry) => `${entry.name}: ${entry.reason}`).join("; ");
    const pinned = missing.some((entry) => (PEER_NAMES as readonly string[]).includes(entry.name));
    it(`needs ${names.join(", ")} (${reason})`, (context) => {
      if (pinned && process.env.CI) throw new Error(`a pinned peer is missing: ${reason}`);
      context.skip(reason);
    });
  });
}
