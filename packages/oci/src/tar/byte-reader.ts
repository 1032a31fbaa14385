import { EpicubeError } from "@epicube/core";
import type { ByteSource } from "./entry.js";

/** Takes exact numbers of bytes from pieces of any size. */
export interface ByteReader {
  /** The next `size` bytes; undefined where the source has ended before the first. @throws EpicubeError TAR_TRUNCATED when it ends within */
  take(size: number): Promise<Uint8Array | undefined>;
  /** The next `size` bytes, piece by piece. */
  stream(size: number): AsyncGenerator<Uint8Array, void, undefined>;
  /** Reads to the end and forgets it. */
  drain(): Promise<void>;
  /** Gives the source up. */
  close(): Promise<void>;
}

/** Makes a {@link ByteReader}. */
export function createByteReader(source: ByteSource): ByteReader {
  const iterator: AsyncIterator<Uint8Array> | Iterator<Uint8Array> =
    source instanceof Uint8Array
      ? [source].values()
      : Symbol.asyncIterator in source
        ? source[Symbol.asyncIterator]()
        : source[Symbol.iterator]();
  let current: Uint8Array = new Uint8Array();
  let ended = false;
  const truncated = () => new EpicubeError("TAR_TRUNCATED", "the archive ends in the middle of an entry");
  const more = async (): Promise<boolean> => {
    while (current.length === 0 && !ended) {
      const next = await iterator.next();
      if (next.done) ended = true;
      else current = next.value;
    }
    return current.length > 0;
  };
  return {
    async take(size) {
      if (current.length >= size) {
        const taken = current.subarray(0, size);
        current = current.subarray(size);
        return taken;
      }
      const parts: Uint8Array[] = [];
      let missing = size;
      while (missing > 0) {
        if (!(await more())) {
          if (missing === size) return undefined;
          throw truncated();
        }
        const part = current.subarray(0, missing);
        current = current.subarray(part.length);
        missing -= part.length;
        parts.push(part);
      }
      return Buffer.concat(parts, size);
    },
    async *stream(size) {
      let missing = size;
      while (missing > 0) {
        if (!(await more())) throw truncated();
        const part = current.subarray(0, missing);
        current = current.subarray(part.length);
        missing -= part.length;
        yield part;
      }
    },
    async drain() {
      current = new Uint8Array();
      while (await more()) current = new Uint8Array();
    },
    async close() {
      await iterator.return?.();
    },
  };
}
