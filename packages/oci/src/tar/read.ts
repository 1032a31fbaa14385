import { EpicubeError } from "@epicube/core";
import { createByteReader } from "./byte-reader.js";
import { type ByteSource, cleanTarPath, type TarReadEntry } from "./entry.js";
import { BLOCK, decodeHeader, FLAG_TYPES } from "./header.js";
import { decodePaxRecords } from "./pax.js";

/** Bounds of {@link readTar}: nothing an archive states is trusted. */
export interface ReadTarOptions {
  /** Most entries. Default 500,000. */
  readonly maxEntries?: number;
  /** Most bytes of content of all files together, after decompression. Default 32 GiB. */
  readonly maxTotalBytes?: number;
  /** Most bytes of one pax or long-name header. Default 1 MiB. */
  readonly maxHeaderBytes?: number;
  readonly signal?: AbortSignal;
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

function text(bytes: Uint8Array, what: string): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new EpicubeError(
      "TAR_ENCODING",
      `${what} of an entry is not UTF-8: ${JSON.stringify(Buffer.from(bytes).toString("latin1").slice(0, 200))}`,
    );
  }
}

function paxNumber(value: Uint8Array, key: string): number {
  const written = text(value, `the pax ${key}`);
  // Fractions of a second are cut off, never rounded.
  const parsed = /^-?[0-9]{1,16}(\.[0-9]*)?$/.test(written) ? Math.floor(Number(written)) : Number.NaN;
  if (!Number.isSafeInteger(parsed))
    throw new EpicubeError("TAR_PAX", `the pax ${key} ${JSON.stringify(written.slice(0, 100))} is no number`);
  return parsed;
}

function withoutNul(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(0);
  return end === -1 ? bytes : bytes.subarray(0, end);
}

/**
 * Reads a tar archive (ustar, pax, GNU long names and base-256 numbers, v7) entry by entry. Paths come in their clean form;
 * absolute paths and `..` are refused, so are sparse files, unknown types and whatever passes the bounds.
 *
 * @throws EpicubeError TAR_HEADER, TAR_PAX, TAR_PATH, TAR_ENCODING, TAR_TYPE, TAR_TRUNCATED, TAR_TOO_MANY, TAR_TOO_LARGE
 */
export async function* readTar(source: ByteSource, options: ReadTarOptions = {}): AsyncGenerator<TarReadEntry, void, undefined> {
  const { maxEntries = 500_000, maxTotalBytes = 32 * 2 ** 30, maxHeaderBytes = 2 ** 20, signal } = options;
  const reader = createByteReader(source);
  let count = 0;
  let total = 0;
  const global = new Map<string, Uint8Array>();
  let local = new Map<string, Uint8Array>();
  let longName: Uint8Array | undefined;
  let longLink: Uint8Array | undefined;
  const skip = async (bytes: number) => {
    for await (const _ of reader.stream(bytes));
  };
  const readMeta = async (size: number) => {
    if (size > maxHeaderBytes) throw new EpicubeError("TAR_TOO_LARGE", `an extended header has ${size} bytes, more than ${maxHeaderBytes}`);
    const content = Uint8Array.from((await reader.take(size)) ?? new Uint8Array());
    if (content.length !== size) throw new EpicubeError("TAR_TRUNCATED", "the archive ends in the middle of an extended header");
    await skip((BLOCK - (size % BLOCK)) % BLOCK);
    return content;
  };
  let zeros = 0;
  try {
    for (;;) {
      signal?.throwIfAborted();
      const block = await reader.take(BLOCK);
      if (!block) {
        if (local.size > 0 || longName || longLink) throw new EpicubeError("TAR_TRUNCATED", "the archive ends after an extended header");
        return;
      }
      const header = decodeHeader(block);
      if (!header) {
        if (++zeros < 2) continue;
        await reader.drain();
        return;
      }
      zeros = 0;
      if (++count > maxEntries) throw new EpicubeError("TAR_TOO_MANY", `the archive has more than ${maxEntries} entries`);
      if (header.size < 0) throw new EpicubeError("TAR_HEADER", "the size of an entry is negative");
      if (header.flag === "x" || header.flag === "g") {
        const records = decodePaxRecords(await readMeta(header.size));
        if ([...records.keys()].some((key) => key.startsWith("GNU.sparse.")))
          throw new EpicubeError("TAR_TYPE", "sparse files are refused: layers should not hold them");
        if (header.flag === "x") local = records;
        else for (const [key, value] of records) global.set(key, value);
        continue;
      }
      if (header.flag === "L") {
        longName = withoutNul(await readMeta(header.size));
        continue;
      }
      if (header.flag === "K") {
        longLink = withoutNul(await readMeta(header.size));
        continue;
      }
      const pax = new Map([...global, ...local]);
      const rawPath = text(pax.get("path") ?? longName ?? header.name, "the path");
      const rawLink = pax.get("linkpath") ?? longLink ?? header.linkName;
      local = new Map();
      longName = undefined;
      longLink = undefined;
      let type = FLAG_TYPES[header.flag];
      if (!type)
        throw new EpicubeError(
          "TAR_TYPE",
          `entry ${JSON.stringify(rawPath.slice(0, 200))} has the unknown type ${JSON.stringify(header.flag)}`,
        );
      // Before ustar a folder was a file whose name ends with a slash.
      if (type === "file" && rawPath.endsWith("/")) type = "directory";
      const path = cleanTarPath(rawPath);
      const paxSize = pax.get("size");
      const stated = paxSize ? paxNumber(paxSize, "size") : header.size;
      if (stated < 0) throw new EpicubeError("TAR_PAX", "the pax size is negative");
      // POSIX lets links state the size of what they point to; only files have content.
      const hasContent = type === "file";
      const size = hasContent ? stated : 0;
      total += size;
      if (total > maxTotalBytes) throw new EpicubeError("TAR_TOO_LARGE", `the archive holds more than ${maxTotalBytes} bytes`);
      let linkTarget: string | undefined;
      if (type === "symlink" || type === "hardlink") {
        linkTarget = text(rawLink, "the link target");
        if (type === "hardlink") linkTarget = cleanTarPath(linkTarget);
        else if (linkTarget === "" || linkTarget.includes("\u0000"))
          throw new EpicubeError("TAR_PATH", `the symbolic link ${JSON.stringify(path)} has no target, or one with a NUL`);
      }
      const xattrs: Record<string, Uint8Array> = {};
      for (const [key, value] of pax) if (key.startsWith("SCHILY.xattr.")) xattrs[key.slice("SCHILY.xattr.".length)] = value;
      // What the consumer leaves unread is skipped, and a content kept beyond its turn gives nothing of the next entry.
      let left = size;
      const turn = count;
      const content = (async function* () {
        if (turn !== count)
          throw new EpicubeError("TAR_CONTENT_GONE", `the content of ${JSON.stringify(path)} was read after the next entry was asked for`);
        for await (const chunk of reader.stream(left)) {
          left -= chunk.length;
          yield chunk;
        }
      })();
      yield {
        path,
        type,
        mode: header.mode & 0o7777,
        uid: pax.has("uid") ? paxNumber(pax.get("uid")!, "uid") : header.uid,
        gid: pax.has("gid") ? paxNumber(pax.get("gid")!, "gid") : header.gid,
        mtimeSeconds: pax.has("mtime") ? paxNumber(pax.get("mtime")!, "mtime") : header.mtime,
        sizeBytes: size,
        content,
        ...(linkTarget === undefined ? {} : { linkTarget }),
        ...(Object.keys(xattrs).length === 0 ? {} : { xattrs }),
      };
      await skip(left + ((BLOCK - (size % BLOCK)) % BLOCK));
    }
  } finally {
    await reader.close();
  }
}
