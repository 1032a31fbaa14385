import { EpicubeError } from "@epicube/core";

/** What an entry is. Only the first four are ever written. */
export type TarEntryType = "file" | "directory" | "symlink" | "hardlink" | "character-device" | "block-device" | "fifo";

interface TarEntryBase {
  /** Relative, parts joined by `/`, without `.`, `..` or a slash at either end. `.` is the root itself. */
  readonly path: string;
  readonly type: TarEntryType;
  /** Permission bits, 0 to 0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Whole seconds since 1970. */
  readonly mtimeSeconds: number;
  /** Of a symlink: the target as written. Of a hardlink: the path of an entry of this archive. */
  readonly linkTarget?: string;
  /** Extended attributes by name, such as `security.capability`. */
  readonly xattrs?: Readonly<Record<string, Uint8Array>>;
}

/** Bytes given at once or piece by piece. */
export type ByteSource = Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** An entry to write. */
export interface TarEntry extends TarEntryBase {
  readonly type: "file" | "directory" | "symlink" | "hardlink";
  /** Content of a file: bytes, or a function that opens it when its turn comes. Default empty. */
  readonly content?: Uint8Array | (() => ByteSource);
  /** Size of the content in bytes. Needed where `content` is a function. */
  readonly sizeBytes?: number;
}

/** An entry that was read. */
export interface TarReadEntry extends TarEntryBase {
  /** Size of the content in bytes; 0 for all but files. */
  readonly sizeBytes: number;
  /** The content; what is not read by the time the next entry is asked for is skipped. */
  readonly content: AsyncIterable<Uint8Array>;
}

/** All of some bytes in one piece. @throws EpicubeError TAR_TOO_LARGE beyond `maxBytes` */
export async function collectBytes(source: ByteSource, maxBytes: number): Promise<Uint8Array> {
  if (source instanceof Uint8Array) {
    if (source.byteLength > maxBytes) throw tooLarge(maxBytes);
    return source;
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of source) {
    size += chunk.byteLength;
    if (size > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size);
}

function tooLarge(maxBytes: number): EpicubeError {
  return new EpicubeError("TAR_TOO_LARGE", `the content has more than ${maxBytes} bytes`);
}

const encoder = new TextEncoder();

/** Compares two texts by their UTF-8 bytes, which is not the order of JavaScript's `<` beyond U+FFFF. */
export function compareBytewise(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const x = a.charCodeAt(at);
    const y = b.charCodeAt(at);
    if (x === y) continue;
    if (x < 0xd800 && y < 0xd800) return x - y;
    return Buffer.compare(encoder.encode(a), encoder.encode(b));
  }
  return a.length - b.length;
}

/**
 * A path of an archive in its one form: no `.` parts, no doubled or trailing slashes; `.` for the root.
 *
 * @throws EpicubeError TAR_PATH for an absolute path, a `..` part, a NUL, nothing at all, or more than 4096 bytes
 */
export function cleanTarPath(raw: string): string {
  const fail = (why: string): never => {
    throw new EpicubeError("TAR_PATH", `the path ${JSON.stringify(raw.slice(0, 300))} is refused: ${why}`);
  };
  if (raw === "") return fail("it is empty");
  if (raw.includes("\u0000")) return fail("it holds a NUL");
  if (raw.startsWith("/")) return fail("it is absolute");
  if (raw.length > 4096) return fail("it is longer than 4096 characters");
  const parts = raw.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.includes("..")) return fail("it climbs with ..");
  return parts.length === 0 ? "." : parts.join("/");
}
