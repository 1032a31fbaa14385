import { createHash } from "node:crypto";
import { type BigIntStats, closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { type Clock, type Digest, EpicubeError, isDigest } from "@epicube/core";
import type { FileStamp } from "./entry.js";

/** Remembers digests of files by what the kernel says of them. */
export interface HashCache {
  /** The digest of a file; its content is read only where the stamp is new, or too young to be trusted. */
  digestOf(file: string, stamp: FileStamp): Digest;
  /** How many files were read. */
  readonly filesRead: number;
  /** Plain data to keep: what was asked for since the cache was made. */
  entries(): Record<string, readonly [inode: string, size: number, mtimeNs: string, ctimeNs: string, digest: Digest, hashedAtMs: number]>;
}

/**
 * A file changed within this time before it was read may change again without another ctime, since file systems count time in steps
 * (up to 2 s). Such a digest is used now, but not trusted next time.
 */
export const RACY_MS = 2000;

const CHUNK = 1024 * 1024;

/** The stamp of a file. */
export function stampOf(stats: BigIntStats): FileStamp {
  return { inode: String(stats.ino), sizeBytes: Number(stats.size), mtimeNs: String(stats.mtimeNs), ctimeNs: String(stats.ctimeNs) };
}

/** A file is no longer what it was when it was listed. */
export function treeChanged(file: string): EpicubeError {
  return new EpicubeError("TREE_CHANGED", `${file} changed while the images were being built`, {
    help: "run again once nothing writes to the tree",
  });
}

/** Reads a file piece by piece. Never through a link, and only as long as it is the file that was listed. */
export function* readListedFile(file: string, stamp: FileStamp): Generator<Uint8Array, void, undefined> {
  const changed = () => treeChanged(file);
  let descriptor: number;
  try {
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ELOOP") throw changed();
    throw new EpicubeError("TREE_UNREADABLE", `${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
  try {
    const stats = fstatSync(descriptor, { bigint: true });
    if (
      !stats.isFile() ||
      String(stats.ino) !== stamp.inode ||
      Number(stats.size) !== stamp.sizeBytes ||
      String(stats.ctimeNs) !== stamp.ctimeNs
    )
      throw changed();
    let left = stamp.sizeBytes;
    while (left > 0) {
      const buffer = Buffer.allocUnsafe(Math.min(left, CHUNK));
      const read = readSync(descriptor, buffer, 0, buffer.length, null);
      if (read === 0) throw changed();
      left -= read;
      yield read === buffer.length ? buffer : buffer.subarray(0, read);
    }
  } finally {
    closeSync(descriptor);
  }
}

/** Makes a cache from what an earlier one kept; data of another shape is ignored. */
export function createHashCache(kept: unknown, clock: Clock): HashCache {
  const known =
    typeof kept === "object" && kept !== null ? new Map(Object.entries(kept as Record<string, unknown>)) : new Map<string, unknown>();
  const used = new Map<string, readonly [string, number, string, string, Digest, number]>();
  let filesRead = 0;
  return {
    get filesRead() {
      return filesRead;
    },
    digestOf(file, stamp) {
      const mine = used.get(file);
      // Read by this very run; the content is compared with it again when the layer is written.
      if (mine && mine[0] === stamp.inode && mine[1] === stamp.sizeBytes && mine[2] === stamp.mtimeNs && mine[3] === stamp.ctimeNs)
        return mine[4];
      const kept = known.get(file);
      if (Array.isArray(kept)) {
        const [inode, size, mtimeNs, ctimeNs, digest, hashedAtMs] = kept as unknown[];
        const same = inode === stamp.inode && size === stamp.sizeBytes && mtimeNs === stamp.mtimeNs && ctimeNs === stamp.ctimeNs;
        const settled = typeof hashedAtMs === "number" && Number(BigInt(stamp.ctimeNs) / 1_000_000n) + RACY_MS <= hashedAtMs;
        if (same && settled && typeof digest === "string" && isDigest(digest)) {
          used.set(file, [stamp.inode, stamp.sizeBytes, stamp.mtimeNs, stamp.ctimeNs, digest, hashedAtMs]);
          return digest;
        }
      }
      // The time is taken before the content: a change after it then counts as young.
      const hashedAtMs = Math.floor(clock.nowMs());
      const hash = createHash("sha256");
      for (const chunk of readListedFile(file, stamp)) hash.update(chunk);
      filesRead++;
      const digest: Digest = `sha256:${hash.digest("hex")}`;
      used.set(file, [stamp.inode, stamp.sizeBytes, stamp.mtimeNs, stamp.ctimeNs, digest, hashedAtMs]);
      return digest;
    },
    entries: () => Object.fromEntries(used),
  };
}
