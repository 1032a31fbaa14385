import { createClient, type DbrClass, type InfoResult, type PvReading, readCaEnvironment, readingToJson } from "@epicube/ca";
import { escapeControl } from "@epicube/core";
import { formatTable } from "../output/table.js";
import { type CommandContext, type CommonOptions, createTerminal } from "../output/terminal.js";

/** Flags of `epicube ca get` and `epicube ca info`. */
export interface CaFlags extends CommonOptions {
  readonly timeoutMs: number;
  readonly count?: number;
  readonly class: DbrClass;
}

/** `epicube ca get`: reads PVs under one deadline; exit 1 if any failed. */
export async function caGet(args: readonly string[], flags: CaFlags, context: CommandContext): Promise<number> {
  const terminal = createTerminal(context, flags);
  await using client = createClient(readCaEnvironment(context.env));
  const readings = await client.getMany(args, {
    class: flags.class,
    timeoutMs: flags.timeoutMs,
    signal: context.signal,
    ...(flags.count === undefined ? {} : { count: flags.count }),
  });
  if (flags.json) for (const reading of readings) terminal.json(readingToJson(reading));
  else {
    const width = Math.max(...args.map((name) => name.length));
    for (const reading of readings) {
      if (reading.ok) terminal.line(`${escapeControl(reading.pv).padEnd(width)} ${escapeControl(textOf(reading))}${alarmOf(reading)}`);
      else terminal.error(`${escapeControl(reading.pv)}: ${escapeControl(reading.error?.message ?? "failed")}`);
    }
  }
  return readings.every((reading) => reading.ok) ? 0 : 1;
}

/** `epicube ca info`: type, count, access and server of PVs. */
export async function caInfo(args: readonly string[], flags: CaFlags, context: CommandContext): Promise<number> {
  const terminal = createTerminal(context, flags);
  await using client = createClient(readCaEnvironment(context.env));
  const infos = await client.infoMany(args, { timeoutMs: flags.timeoutMs, signal: context.signal });
  if (flags.json) for (const info of infos) terminal.json(infoJson(info));
  else {
    const rows = infos.flatMap((info) =>
      info.ok
        ? [
            [
              info.pv,
              info.type,
              `${info.nativeCount}`,
              `${info.access.read ? "read" : "no read"}, ${info.access.write ? "write" : "no write"}`,
              info.server,
            ],
          ]
        : [],
    );
    if (rows.length > 0) terminal.line(formatTable([["PV", "TYPE", "COUNT", "ACCESS", "SERVER"], ...rows]));
    for (const info of infos) if (!info.ok) terminal.error(`${escapeControl(info.pv)}: ${escapeControl(info.error.message)}`);
  }
  return infos.every((info) => info.ok) ? 0 : 1;
}

function infoJson(info: InfoResult): Record<string, unknown> {
  return info.ok
    ? { pv: info.pv, ok: true, type: info.type, count: info.nativeCount, access: info.access, server: info.server }
    : { pv: info.pv, ok: false, ...(info.server === undefined ? {} : { server: info.server }), error: info.error.message };
}

function textOf(reading: PvReading): string {
  const { value, enums, precision } = reading;
  const one = (item: number | string): string =>
    typeof item === "string"
      ? item
      : reading.type === "ENUM" && enums?.[item] !== undefined
        ? enums[item]
        : precision !== undefined && reading.type !== "LONG"
          ? item.toFixed(Math.max(0, Math.min(17, precision)))
          : String(item);
  if (value === null) return "";
  if (typeof value === "number" || typeof value === "string") return one(value);
  return `${value.length} ${Array.from(value as ArrayLike<number | string>, one).join(" ")}`;
}

function alarmOf(reading: PvReading): string {
  return reading.severity === null || reading.severity === "NO_ALARM" || reading.severity === undefined
    ? ""
    : `  ${reading.severity} ${reading.status}`;
}
