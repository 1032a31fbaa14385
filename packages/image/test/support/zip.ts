import { crc32, deflateRawSync } from "node:zlib";

/** An entry of a zip archive for tests, with whatever is wrong with it. */
export interface TestZipEntry {
  readonly name: string | Buffer;
  readonly content?: string | Uint8Array;
  readonly mode?: number;
  readonly stored?: boolean;
  readonly flags?: number;
  readonly method?: number;
  readonly crc?: number;
  /** Size that the directory states. */
  readonly size?: number;
  readonly compressed?: number;
  readonly offset?: number;
  /** Sizes and offset in the 64-bit extra field. */
  readonly wide?: boolean;
}

/** Writes a zip archive as the entries say, right or wrong. */
export function makeZip(entries: readonly TestZipEntry[], comment = ""): Buffer {
  const parts: Buffer[] = [];
  const central: Buffer[] = [];
  let at = 0;
  for (const entry of entries) {
    const name = Buffer.from(entry.name as string);
    const content = Buffer.from((entry.content as string | undefined) ?? "");
    const method = entry.method ?? (entry.stored ? 0 : 8);
    const data = entry.stored ? content : deflateRawSync(content);
    const flags = entry.flags ?? 0x800;
    const crc = entry.crc ?? crc32(content);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(flags, 6);
    local.writeUInt16LE(method, 8);
    local.writeUInt32LE(crc, 14);
    local.writeUInt32LE(data.length, 18);
    local.writeUInt32LE(content.length, 22);
    local.writeUInt16LE(name.length, 26);
    const values = { size: entry.size ?? content.length, compressed: entry.compressed ?? data.length, offset: entry.offset ?? at };
    const extra = Buffer.alloc(entry.wide ? 28 : 0);
    if (entry.wide) {
      extra.writeUInt16LE(1, 0);
      extra.writeUInt16LE(24, 2);
      extra.writeBigUInt64LE(BigInt(values.size), 4);
      extra.writeBigUInt64LE(BigInt(values.compressed), 12);
      extra.writeBigUInt64LE(BigInt(values.offset), 20);
    }
    const record = Buffer.alloc(46);
    record.writeUInt32LE(0x02014b50, 0);
    record[5] = 3;
    record.writeUInt16LE(flags, 8);
    record.writeUInt16LE(method, 10);
    record.writeUInt32LE(crc, 16);
    record.writeUInt32LE(entry.wide ? 0xffffffff : values.compressed, 20);
    record.writeUInt32LE(entry.wide ? 0xffffffff : values.size, 24);
    record.writeUInt16LE(name.length, 28);
    record.writeUInt16LE(extra.length, 30);
    record.writeUInt32LE(((entry.mode ?? 0o100644) << 16) >>> 0, 38);
    record.writeUInt32LE(entry.wide ? 0xffffffff : values.offset, 42);
    parts.push(local, name, data);
    central.push(record, name, extra);
    at += local.length + name.length + data.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  end.writeUInt16LE(Buffer.byteLength(comment), 20);
  return Buffer.concat([...parts, directory, end, Buffer.from(comment)]);
}
