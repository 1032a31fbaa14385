import { gunzipSync } from "node:zlib";
import { messageOf } from "@epicube/core";
import type { ChartFile } from "./chart.js";
import { ChartError } from "./load-files.js";

const MAX_FILE_BYTES = 5 * 1024 * 1024;
const MAX_CHART_BYTES = 100 * 1024 * 1024;
const BLOCK = 512;

/** Files of a chart archive, paths without its first folder. @throws ChartError with helm's text */
export function readChartArchive(bytes: Uint8Array): ChartFile[] {
  const files: ChartFile[] = [];
  let total = 0;
  for (const entry of readTar(unpack(bytes))) {
    const delimiter = entry.name.includes("\\") ? "\\" : "/";
    const parts = entry.name.split(delimiter);
    const path = cleanPath(parts.slice(1).join("/"), entry.name);
    if (parts[0] === "Chart.yaml") throw new ChartError("chart yaml not in base directory");
    if (entry.bytes.length > MAX_FILE_BYTES)
      throw new ChartError(`decompressed chart file ${JSON.stringify(entry.name)} is larger than the maximum file size ${MAX_FILE_BYTES}`);
    total += entry.bytes.length;
    if (total >= MAX_CHART_BYTES) throw new ChartError(`decompressed chart is larger than the maximum size ${MAX_CHART_BYTES}`);
    const mark = entry.bytes[0] === 0xef && entry.bytes[1] === 0xbb && entry.bytes[2] === 0xbf;
    const at = files.findIndex((file) => file.path === path);
    if (at !== -1) files.splice(at, 1);
    files.push({ path, bytes: mark ? entry.bytes.subarray(3) : entry.bytes });
  }
  if (files.length === 0) throw new ChartError("no files in chart archive");
  return files;
}

function cleanPath(name: string, whole: string): string {
  if (name.startsWith("/")) throw new ChartError("chart illegally contains absolute paths");
  const parts: string[] = [];
  for (const part of name.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else parts.push(part);
  }
  const path = parts.join("/");
  if (path === "") throw new ChartError(`chart illegally contains content outside the base directory: ${JSON.stringify(whole)}`);
  if (path.startsWith("..")) throw new ChartError("chart illegally references parent directory");
  if (/^[a-zA-Z]:\//.test(path)) throw new ChartError("chart contains illegally named files");
  return path;
}

function unpack(bytes: Uint8Array): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_CHART_BYTES + 16 * 1024 * 1024 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE")
      throw new ChartError(`decompressed chart is larger than the maximum size ${MAX_CHART_BYTES}`);
    throw new ChartError(`gzip: ${messageOf(error)}`);
  }
}

/** Regular files of a tar stream (ustar with pax and GNU long names). Links become empty files, as in helm. */
function* readTar(data: Buffer): Iterable<{ name: string; bytes: Uint8Array }> {
  let longName: string | undefined;
  for (let at = 0; at + BLOCK <= data.length; ) {
    const header = data.subarray(at, at + BLOCK);
    if (header.every((byte) => byte === 0)) return;
    const size = readSize(header.subarray(124, 136));
    const from = at + BLOCK;
    if (from + size > data.length) throw new ChartError("unexpected EOF");
    const type = String.fromCharCode(header[156]!);
    const body = data.subarray(from, from + size);
    at = from + Math.ceil(size / BLOCK) * BLOCK;
    if (type === "L") {
      longName = readText(body);
      continue;
    }
    if (type === "x") {
      longName = /(?:^|\n)\d+ path=([^\n]*)\n/.exec(body.toString("utf8"))?.[1] ?? longName;
      continue;
    }
    if (type === "g") continue;
    const prefix = header.subarray(257, 262).toString("latin1") === "ustar" ? readText(header.subarray(345, 500)) : "";
    const name = longName ?? (prefix === "" ? readText(header.subarray(0, 100)) : `${prefix}/${readText(header.subarray(0, 100))}`);
    longName = undefined;
    if (type === "5" || name.endsWith("/")) continue;
    yield { name, bytes: type === "0" || type === "\0" ? body : new Uint8Array() };
  }
}

function readText(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.subarray(0, end === -1 ? bytes.length : end).toString("utf8");
}

function readSize(field: Buffer): number {
  if (field[0]! & 0x80) throw new ChartError("decompressed chart is larger than the maximum size");
  const text = field.toString("latin1").replace(/[\0 ]/g, "");
  const size = text === "" ? 0 : Number.parseInt(text, 8);
  if (!/^[0-7]*$/.test(text) || !Number.isSafeInteger(size)) throw new ChartError("archive/tar: invalid tar header");
  return size;
}
