import { crc32, createInflateRaw } from "node:zlib";
import { EpicubeError } from "@epicube/core";
import type { ReadAt, ZipEntry } from "./directory.js";

const LOCAL = 0x04034b50;
const CHUNK = 256 * 1024;

/**
 * The content of an entry, piece by piece. Size and CRC-32 are checked, and no more is inflated than the directory states.
 *
 * @throws EpicubeError ZIP_DATA
 */
export async function* readZipContent(read: ReadAt, entry: ZipEntry): AsyncGenerator<Uint8Array, void, undefined> {
  const damaged = (why: string) => new EpicubeError("ZIP_DATA", `${JSON.stringify(entry.path)} of the zip archive is damaged: ${why}`);
  const header = read(entry.offset, 30);
  if (header.length < 30 || header.readUInt32LE(0) !== LOCAL) throw damaged("it has no local header");
  if (header.readUInt16LE(8) !== entry.method) throw damaged("its two headers differ");
  const start = entry.offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  const raw = function* () {
    for (let at = 0; at < entry.compressedBytes; ) {
      const piece = read(start + at, Math.min(CHUNK, entry.compressedBytes - at));
      if (piece.length === 0) throw damaged("it ends early");
      at += piece.length;
      yield piece;
    }
  };
  let size = 0;
  let checksum = 0;
  const account = (chunk: Uint8Array) => {
    size += chunk.length;
    if (size > entry.sizeBytes) throw damaged(`it has more than ${entry.sizeBytes} bytes`);
    checksum = crc32(chunk, checksum);
    return chunk;
  };
  if (entry.method === 0) for (const chunk of raw()) yield account(chunk);
  else
    try {
      for await (const chunk of inflate(raw())) yield account(chunk);
    } catch (error) {
      const code = (error as { code?: unknown }).code;
      throw typeof code === "string" && code.startsWith("Z_") ? damaged((error as Error).message) : error;
    }
  if (size !== entry.sizeBytes) throw damaged(`it has ${size} bytes, not ${entry.sizeBytes}`);
  if (checksum !== entry.crc32) throw damaged("its checksum is wrong");
}

/** Inflates as the consumer asks, so that a bomb stops where its reader does. */
async function* inflate(source: Iterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const stream = createInflateRaw({ chunkSize: CHUNK });
  const pieces = source[Symbol.iterator]();
  const feed = () => {
    for (;;) {
      const piece = pieces.next();
      if (piece.done) {
        stream.end();
        return;
      }
      if (!stream.write(piece.value)) return;
    }
  };
  const guarded = () => {
    try {
      feed();
    } catch (error) {
      stream.destroy(error as Error);
    }
  };
  stream.on("drain", guarded);
  guarded();
  try {
    yield* stream as AsyncIterable<Uint8Array>;
  } finally {
    stream.destroy();
  }
}
