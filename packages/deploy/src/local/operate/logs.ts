import { open } from "node:fs/promises";
import { StringDecoder } from "node:string_decoder";
import { EpicubeError, escapeControl, messageOf } from "@epicube/core";
import type { LogLine, LogOptions } from "../../target/target.js";
import type { LocalSession } from "../session.js";
import { iocLogFiles } from "../state/layout.js";

/** How often a followed log is looked at. */
const POLL_MS = 100;

/** A line is cut here, so that output without line ends does not grow without bound. */
const MAX_LINE = 64 * 1024;

/** The lines of an IOC's log, from the first. No log yet is no lines. */
export async function* readLogs(session: LocalSession, ioc: string, options: LogOptions = {}): AsyncGenerator<LogLine> {
  const previous = options.previous === true;
  const files = iocLogFiles(session.settings.stateFolder, ioc);
  const file = previous ? files.previous : files.current;
  const handle = await open(file, "r").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw new EpicubeError("LOG_UNREADABLE", `cannot read ${file}: ${messageOf(error)}`, { cause: error });
  });
  if (!handle) return;
  const line = (text: string): LogLine => ({ ioc, text: escapeControl(text.replace(/\r$/, "")), previous });
  const decoder = new StringDecoder("utf8");
  const chunk = Buffer.alloc(64 * 1024);
  const over = AbortSignal.any([session.closing.signal, ...(options.signal ? [options.signal] : [])]);
  let rest = "";
  try {
    while (!options.signal?.aborted) {
      const { bytesRead } = await handle.read(chunk, 0, chunk.length, null);
      if (bytesRead === 0) {
        if (options.follow !== true || over.aborted) break;
        await session.settings.clock.sleep(POLL_MS, over).catch(() => {});
        continue;
      }
      const parts = (rest + decoder.write(chunk.subarray(0, bytesRead))).split("\n");
      rest = parts.pop()!;
      for (const part of parts) yield line(part);
      while (rest.length > MAX_LINE) {
        yield line(rest.slice(0, MAX_LINE));
        rest = rest.slice(MAX_LINE);
      }
    }
    rest += decoder.end();
    if (rest !== "") yield line(rest);
  } finally {
    await handle.close();
  }
}
