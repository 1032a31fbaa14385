import { EpicubeError } from "@epicube/core";
import { cleanTarPath, compareBytewise, type TarEntry } from "./entry.js";
import { BLOCK, encodeHeader, MAX_OCTAL_8, MAX_OCTAL_12, TYPE_FLAGS } from "./header.js";
import { encodePaxRecords } from "./pax.js";

/** How {@link writeTar} writes. */
export interface WriteTarOptions {
  /**
   * `sorted` (default): entries must come sorted bytewise by path, which also puts each folder before its content, or TAR_ORDER is
   * thrown. `given`: any order.
   */
  readonly order?: "sorted" | "given";
  /** Stops between entries. */
  readonly signal?: AbortSignal;
}

/** Bytes are given on in pieces of about this size. */
const CHUNK = 256 * 1024;

/** Sorts entries as {@link writeTar} wants them. */
export function sortTarEntries<T extends { readonly path: string }>(entries: Iterable<T>): T[] {
  return [...entries].sort((a, b) => compareBytewise(a.path, b.path));
}

function asciiOnly(text: string): boolean {
  return /^[\x00-\x7f]*$/.test(text);
}

/** Splits a long path at a slash into ustar's prefix (155) and name (100), or undefined where it does not fit. */
function splitPath(path: string): { prefix: string; name: string } | undefined {
  if (path.length <= 100) return { prefix: "", name: path };
  if (path.length > 256) return undefined;
  // The last slash that leaves a name, counted without the one that marks a folder.
  for (let slash = path.lastIndexOf("/", path.length - 2); slash > 0; slash = path.lastIndexOf("/", slash - 1)) {
    if (path.length - slash - 1 > 100) return undefined;
    if (slash <= 155) return { prefix: path.slice(0, slash), name: path.slice(slash + 1) };
  }
  return undefined;
}

function checkWhole(value: number, min: number, what: string, path: string): void {
  if (!Number.isSafeInteger(value) || value < min)
    throw new EpicubeError("TAR_ENTRY", `${JSON.stringify(path)}: ${what} ${value} is no whole number from ${min}`);
}

/** The header blocks of an entry: one, or three and more where it needs a pax header. */
function encodeEntry(entry: TarEntry, size: number): Buffer {
  checkWhole(entry.uid, 0, "uid", entry.path);
  checkWhole(entry.gid, 0, "gid", entry.path);
  checkWhole(entry.mtimeSeconds, Number.MIN_SAFE_INTEGER, "mtime", entry.path);
  checkWhole(size, 0, "size", entry.path);
  if (cleanTarPath(entry.path) !== entry.path)
    throw new EpicubeError("TAR_PATH", `the path ${JSON.stringify(entry.path)} is not in its clean form`);
  const linked = entry.type === "symlink" || entry.type === "hardlink";
  const linkName = linked ? (entry.linkTarget ?? "") : "";
  if (linked && (linkName === "" || linkName.includes("\u0000")))
    throw new EpicubeError("TAR_ENTRY", `${JSON.stringify(entry.path)}: a link needs a target without NUL`);
  if (entry.type === "hardlink" && cleanTarPath(linkName) !== linkName)
    throw new EpicubeError("TAR_PATH", `the target ${JSON.stringify(linkName)} of a hard link is not in its clean form`);

  const path = entry.type === "directory" ? (entry.path === "." ? "./" : `${entry.path}/`) : entry.path;
  const pax = new Map<string, string | Uint8Array>();
  const ascii = asciiOnly(path);
  const split = ascii ? splitPath(path) : undefined;
  if (!split) pax.set("path", path);
  const linkFits = asciiOnly(linkName) && linkName.length <= 100;
  if (!linkFits) pax.set("linkpath", linkName);
  const overflow = (value: number, max: number, key: string) => {
    if (value >= 0 && value <= max) return value;
    pax.set(key, String(value));
    return 0;
  };
  const fields = {
    mode: entry.mode & 0o7777,
    uid: overflow(entry.uid, MAX_OCTAL_8, "uid"),
    gid: overflow(entry.gid, MAX_OCTAL_8, "gid"),
    size: overflow(size, MAX_OCTAL_12, "size"),
    mtime: overflow(entry.mtimeSeconds, MAX_OCTAL_12, "mtime"),
    flag: TYPE_FLAGS[entry.type],
    // Readers without pax see a shortened, readable stand-in.
    name: split?.name ?? path.replace(/[^\x20-\x7e]/g, "_").slice(0, 100),
    prefix: split?.prefix ?? "",
    linkName: linkFits ? linkName : linkName.replace(/[^\x20-\x7e]/g, "_").slice(0, 100),
  };
  for (const [name, value] of Object.entries(entry.xattrs ?? {})) pax.set(`SCHILY.xattr.${name}`, value);
  const header = encodeHeader(fields);
  if (pax.size === 0) return header;
  const body = encodePaxRecords(pax);
  const extended = encodeHeader({
    name: "PaxHeaders.0/entry",
    prefix: "",
    mode: 0o644,
    uid: 0,
    gid: 0,
    size: body.length,
    mtime: 0,
    flag: TYPE_FLAGS.pax,
    linkName: "",
  });
  return Buffer.concat([extended, body, Buffer.alloc(padding(body.length)), header]);
}

function padding(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}

/**
 * Writes a tar archive whose bytes depend on the entries alone: ustar, a pax header only where ustar cannot say it, pax keys sorted,
 * empty user and group names, whole seconds, no access or change times, two zero blocks at the end and no padding beyond.
 *
 * @throws EpicubeError TAR_ORDER, TAR_DUPLICATE, TAR_PATH, TAR_ENTRY, TAR_SIZE_CHANGED (a source gave another number of bytes than `sizeBytes`)
 */
export async function* writeTar(
  entries: Iterable<TarEntry> | AsyncIterable<TarEntry>,
  options: WriteTarOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const { order = "sorted", signal } = options;
  const seen = order === "given" ? new Set<string>() : undefined;
  let previous: string | undefined;
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  const put = (bytes: Uint8Array) => {
    pending.push(bytes);
    pendingBytes += bytes.byteLength;
  };
  const take = () => {
    const joined = pending.length === 1 ? pending[0]! : Buffer.concat(pending, pendingBytes);
    pending = [];
    pendingBytes = 0;
    return joined;
  };
  for await (const entry of entries) {
    signal?.throwIfAborted();
    if (seen?.has(entry.path) || previous === entry.path)
      throw new EpicubeError("TAR_DUPLICATE", `the path ${JSON.stringify(entry.path)} stands twice`);
    if (!seen && previous !== undefined && compareBytewise(previous, entry.path) > 0)
      throw new EpicubeError("TAR_ORDER", `${JSON.stringify(entry.path)} comes after ${JSON.stringify(previous)}: entries must be sorted`);
    seen?.add(entry.path);
    previous = entry.path;
    const isFile = entry.type === "file";
    const source = isFile ? (entry.content ?? new Uint8Array()) : new Uint8Array();
    const size = source instanceof Uint8Array ? source.byteLength : entry.sizeBytes;
    if (size === undefined)
      throw new EpicubeError("TAR_ENTRY", `${JSON.stringify(entry.path)}: sizeBytes must be given where content is a function`);
    put(encodeEntry(entry, size));
    let written = 0;
    const opened = source instanceof Uint8Array ? source : source();
    if (opened instanceof Uint8Array) {
      written = opened.byteLength;
      if (written > 0) put(opened);
    } else {
      for await (const chunk of opened) {
        written += chunk.byteLength;
        if (written > size) break;
        put(chunk);
        if (pendingBytes >= CHUNK) yield take();
      }
    }
    if (written !== size)
      throw new EpicubeError(
        "TAR_SIZE_CHANGED",
        `${JSON.stringify(entry.path)} gave ${written} bytes, not ${size}: it changed while being read`,
      );
    const pad = padding(size);
    if (pad > 0) put(Buffer.alloc(pad));
    if (pendingBytes >= CHUNK) yield take();
  }
  put(Buffer.alloc(2 * BLOCK));
  yield take();
}
