import { EpicubeError } from "@epicube/core";
import { cleanTarPath } from "@epicube/oci";

/** One entry of a zip archive, as its central directory has it. */
export interface ZipEntry {
  /** Clean and relative. */
  readonly path: string;
  readonly type: "file" | "directory" | "symlink";
  /** Of what was stored by a Unix program; else the plain mode of its type. */
  readonly executable: boolean;
  /** 0 stored, 8 deflated. */
  readonly method: 0 | 8;
  readonly crc32: number;
  readonly compressedBytes: number;
  readonly sizeBytes: number;
  /** Where its local header stands. */
  readonly offset: number;
}

/** Bounds of {@link readZipDirectory}. */
export interface ZipLimits {
  /** Most entries. Default 500,000. */
  readonly maxEntries?: number;
  /** Most uncompressed bytes of all entries. Default 32 GiB. */
  readonly maxTotalBytes?: number;
}

/** Reads `length` bytes from `offset` on; fewer only at the end of the file. */
export type ReadAt = (offset: number, length: number) => Buffer;

const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const CENTRAL = 0x02014b50;
const END_BYTES = 22;
const MAX_COMMENT = 0xffff;
const MAX_DIRECTORY = 256 * 1024 * 1024;

function fail(why: string): never {
  throw new EpicubeError("ZIP_FORMAT", `the zip archive is refused: ${why}`);
}

function large(bytes: Buffer, at: number): number {
  const value = bytes.readBigUInt64LE(at);
  return value > BigInt(Number.MAX_SAFE_INTEGER) ? fail("a number in it is out of range") : Number(value);
}

/** Where the central directory stands, from the end record, or its 64-bit form. */
function findDirectory(read: ReadAt, size: number): { offset: number; bytes: number; count: number } {
  const tailStart = Math.max(0, size - END_BYTES - MAX_COMMENT);
  const tail = read(tailStart, size - tailStart);
  for (let at = tail.length - END_BYTES; at >= 0; at--) {
    // The comment must reach the end exactly, else this is content that looks like an end record.
    if (tail.readUInt32LE(at) !== END || at + END_BYTES + tail.readUInt16LE(at + 20) !== tail.length) continue;
    const found = { count: tail.readUInt16LE(at + 10), bytes: tail.readUInt32LE(at + 12), offset: tail.readUInt32LE(at + 16) };
    if (tail.readUInt16LE(at + 4) !== 0) fail("it is one of several volumes");
    const locatorAt = tailStart + at - 20;
    if (found.count !== 0xffff && found.bytes !== 0xffffffff && found.offset !== 0xffffffff) return found;
    const locator = locatorAt < 0 ? Buffer.alloc(0) : read(locatorAt, 20);
    if (locator.length < 20 || locator.readUInt32LE(0) !== LOCATOR_64) return found;
    const record = read(large(locator, 8), 56);
    if (record.length < 56 || record.readUInt32LE(0) !== END_64) fail("its 64-bit end record is missing");
    return { count: large(record, 32), bytes: large(record, 40), offset: large(record, 48) };
  }
  return fail("it has no end record, so it is cut short or no zip archive");
}

/** Takes the 64-bit sizes and offset from the extra field, in the order in which the short ones are full. */
function widen(extra: Buffer, values: { size: number; compressed: number; offset: number }): typeof values {
  const result = { ...values };
  for (let at = 0; at + 4 <= extra.length; ) {
    const length = extra.readUInt16LE(at + 2);
    const end = at + 4 + length;
    if (end > extra.length) break;
    if (extra.readUInt16LE(at) === 1) {
      let field = at + 4;
      for (const key of ["size", "compressed", "offset"] as const) {
        if (result[key] !== 0xffffffff) continue;
        if (field + 8 > end) fail("a 64-bit field is too short");
        result[key] = large(extra, field);
        field += 8;
      }
    }
    at = end;
  }
  return result;
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

function nameOf(raw: Buffer, flags: number): string {
  // Without the flag the encoding is anyone's guess, beyond ASCII.
  if ((flags & 0x800) === 0 && raw.some((byte) => byte > 0x7f))
    fail(`the name ${JSON.stringify(raw.toString("latin1").slice(0, 200))} is in no stated encoding`);
  try {
    return utf8.decode(raw);
  } catch {
    return fail("a name is not UTF-8");
  }
}

/**
 * Reads the central directory of a zip archive. Only it counts: what local headers say is compared when an entry is read. Absolute paths,
 * `..`, names that stand twice, encryption, other compressions and what passes the limits are refused.
 *
 * @throws EpicubeError ZIP_FORMAT, ZIP_TOO_LARGE, TAR_PATH
 * @see APPNOTE.TXT 6.3.10, sections 4.3 to 4.5
 */
export function readZipDirectory(read: ReadAt, size: number, limits: ZipLimits = {}): ZipEntry[] {
  const { maxEntries = 500_000, maxTotalBytes = 32 * 2 ** 30 } = limits;
  const { offset: start, bytes, count } = findDirectory(read, size);
  if (start + bytes > size) fail("its directory lies beyond its end");
  if (bytes > MAX_DIRECTORY || count > maxEntries)
    throw new EpicubeError("ZIP_TOO_LARGE", `the zip archive has ${count} entries in ${bytes} bytes of directory: too many`);
  const directory = read(start, bytes);
  const entries: ZipEntry[] = [];
  const seen = new Set<string>();
  let total = 0;
  let at = 0;
  for (let index = 0; index < count; index++) {
    if (at + 46 > directory.length || directory.readUInt32LE(at) !== CENTRAL) fail("its directory is damaged");
    const flags = directory.readUInt16LE(at + 8);
    const method = directory.readUInt16LE(at + 10);
    const [nameBytes, extraBytes, commentBytes] = [
      directory.readUInt16LE(at + 28),
      directory.readUInt16LE(at + 30),
      directory.readUInt16LE(at + 32),
    ];
    const next = at + 46 + nameBytes + extraBytes + commentBytes;
    if (next > directory.length) fail("its directory is damaged");
    const name = nameOf(directory.subarray(at + 46, at + 46 + nameBytes), flags);
    const wide = widen(directory.subarray(at + 46 + nameBytes, at + 46 + nameBytes + extraBytes), {
      size: directory.readUInt32LE(at + 24),
      compressed: directory.readUInt32LE(at + 20),
      offset: directory.readUInt32LE(at + 42),
    });
    const isUnix = directory[at + 5] === 3;
    const mode = isUnix ? directory.readUInt32LE(at + 38) >>> 16 : 0;
    const crc = directory.readUInt32LE(at + 16);
    at = next;
    const path = cleanTarPath(name);
    if (path === ".") continue;
    const kind = mode & 0o170000;
    if (![0, 0o100000, 0o040000, 0o120000].includes(kind)) fail(`${JSON.stringify(path)} is neither file, folder nor link`);
    const type = kind === 0o120000 ? "symlink" : name.endsWith("/") || kind === 0o040000 ? "directory" : "file";
    if ((flags & 0x2041) !== 0) fail(`${JSON.stringify(path)} is encrypted`);
    if (method !== 0 && method !== 8)
      fail(`${JSON.stringify(path)} is compressed with method ${method}; only stored and deflated entries are read`);
    if (method === 0 && wide.size !== wide.compressed) fail(`${JSON.stringify(path)} is stored, yet its two sizes differ`);
    if (wide.offset + 30 + wide.compressed > size) fail(`${JSON.stringify(path)} lies beyond the end`);
    if (seen.has(path)) fail(`${JSON.stringify(path)} stands twice`);
    seen.add(path);
    total += wide.size;
    if (total > maxTotalBytes) throw new EpicubeError("ZIP_TOO_LARGE", `the zip archive holds more than ${maxTotalBytes} bytes`);
    entries.push({
      path,
      type,
      executable: (mode & 0o111) !== 0,
      method,
      crc32: crc,
      compressedBytes: wide.compressed,
      sizeBytes: wide.size,
      offset: wide.offset,
    });
  }
  return entries;
}
