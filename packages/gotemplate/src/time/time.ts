import { defineFunction, type TemplateFunction } from "../functions/function.js";
import { goInt, goInt64 } from "../values/int.js";
import { GoStruct, type GoType, type GoValue } from "../values/value.js";
import { DAYS, MONTHS, parseLayout } from "./layout.js";
import { UTC, type Zone, zoneAt } from "./zone.js";

/** A Go `time.Time`. */
export class GoTime extends GoStruct {
  /** Seconds since 1970 UTC. */
  readonly seconds: number;
  /** 0 to 999999999. */
  readonly nanoseconds: number;
  readonly zone: Zone;

  constructor(seconds: number, nanoseconds: number, zone: Zone) {
    super(TIME_TYPE);
    this.seconds = seconds;
    this.nanoseconds = nanoseconds;
    this.zone = zone;
  }
}

/** Moves a time by nanoseconds. */
export function addDuration(time: GoTime, nanoseconds: bigint): GoTime {
  const total = BigInt(time.seconds) * 1_000_000_000n + BigInt(time.nanoseconds) + nanoseconds;
  const rest = ((total % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
  return new GoTime(Number((total - rest) / 1_000_000_000n), Number(rest), time.zone);
}

/** Nanoseconds from `from` to `to`, held to what a Go duration can be. */
export function durationBetween(from: GoTime, to: GoTime): bigint {
  const total = BigInt(to.seconds - from.seconds) * 1_000_000_000n + BigInt(to.nanoseconds - from.nanoseconds);
  const limit = (1n << 63n) - 1n;
  return total > limit ? limit : total < -limit - 1n ? -limit - 1n : total;
}

/** Fields of a time in its zone. */
export function civil(time: GoTime) {
  const { name, offset } = zoneAt(time.zone, time.seconds);
  // Beyond what a JavaScript date holds (the years ±271821) the nearest date it does hold is shown.
  const date = new Date(Math.max(-8.64e15, Math.min(8.64e15, (time.seconds + offset) * 1000)));
  const year = date.getUTCFullYear();
  const yearStart = new Date(0);
  yearStart.setUTCFullYear(year, 0, 1);
  return {
    year,
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    weekday: date.getUTCDay(),
    yearDay: Math.floor((date.getTime() - yearStart.getTime()) / 86_400_000) + 1,
    zoneName: name,
    offset,
  };
}

function pad(value: number, width: number): string {
  return (value < 0 ? "-" : "") + String(Math.abs(value)).padStart(width, "0");
}

function zoneText(field: string, offset: number): string {
  if (field.startsWith("Z") && offset === 0) return "Z";
  const minutes = Math.trunc(offset / 60);
  const sign = minutes < 0 ? "-" : "+";
  const colon = field.includes(":") ? ":" : "";
  const size = Math.abs(minutes);
  let text = sign + pad(Math.floor(size / 60), 2);
  if (field.length > 3) text += colon + pad(size % 60, 2);
  if (field.length >= 7 && field !== "-07:00" && field !== "Z07:00") text += colon + pad(Math.abs(offset) % 60, 2);
  return text;
}

function fractionText(field: string, nanoseconds: number): string {
  const digits = pad(nanoseconds, 9).slice(0, field.length - 1);
  if (field[1] === "0") return field[0] + digits;
  const trimmed = digits.replace(/0+$/, "");
  return trimmed === "" ? "" : field[0] + trimmed;
}

/** `time.Format` with a Go layout. */
export function formatTime(time: GoTime, layout: string): string {
  const at = civil(time);
  const hour12 = at.hour % 12 === 0 ? 12 : at.hour % 12;
  const month = MONTHS[at.month - 1]!;
  const weekday = DAYS[at.weekday]!;
  const fields: Readonly<Record<string, () => string>> = {
    "2006": () => pad(at.year, 4),
    "06": () => pad(Math.abs(at.year) % 100, 2),
    January: () => month,
    Jan: () => month.slice(0, 3),
    "1": () => String(at.month),
    "01": () => pad(at.month, 2),
    Monday: () => weekday,
    Mon: () => weekday.slice(0, 3),
    "2": () => String(at.day),
    _2: () => String(at.day).padStart(2),
    "02": () => pad(at.day, 2),
    __2: () => String(at.yearDay).padStart(3),
    "002": () => pad(at.yearDay, 3),
    "15": () => pad(at.hour, 2),
    "3": () => String(hour12),
    "03": () => pad(hour12, 2),
    "4": () => String(at.minute),
    "04": () => pad(at.minute, 2),
    "5": () => String(at.second),
    "05": () => pad(at.second, 2),
    PM: () => (at.hour >= 12 ? "PM" : "AM"),
    pm: () => (at.hour >= 12 ? "pm" : "am"),
    MST: () => at.zoneName || zoneText("-0700", at.offset),
  };
  let text = "";
  for (const part of parseLayout(layout)) {
    if ("literal" in part) text += part.literal;
    else if (/^[.,]/.test(part.field)) text += fractionText(part.field, time.nanoseconds);
    else text += fields[part.field]?.() ?? zoneText(part.field, at.offset);
  }
  return text;
}

const STRING_LAYOUT = "2006-01-02 15:04:05.999999999 -0700 MST";
const JSON_LAYOUT = "2006-01-02T15:04:05.999999999Z07:00";

const method = (run: (time: GoTime) => GoValue): TemplateFunction => defineFunction([], ([time]) => run(time as GoTime));
const named = (type: string, name: string): GoValue => new GoStruct({ name: type, text: () => name });

const TIME_TYPE: GoType = {
  name: "time.Time",
  text: (time: GoTime) => formatTime(time, STRING_LAYOUT),
  json: (time: GoTime) => formatTime(time, JSON_LAYOUT),
  methods: {
    Year: method((time) => goInt(civil(time).year)),
    Month: method((time) => named("time.Month", MONTHS[civil(time).month - 1]!)),
    Day: method((time) => goInt(civil(time).day)),
    YearDay: method((time) => goInt(civil(time).yearDay)),
    Weekday: method((time) => named("time.Weekday", DAYS[civil(time).weekday]!)),
    Hour: method((time) => goInt(civil(time).hour)),
    Minute: method((time) => goInt(civil(time).minute)),
    Second: method((time) => goInt(civil(time).second)),
    Nanosecond: method((time) => goInt(time.nanoseconds)),
    Unix: method((time) => goInt64(time.seconds)),
    UnixMilli: method((time) => goInt64(BigInt(time.seconds) * 1000n + BigInt(Math.floor(time.nanoseconds / 1e6)))),
    UnixNano: method((time) => goInt64(BigInt(time.seconds) * 1_000_000_000n + BigInt(time.nanoseconds))),
    UTC: method((time) => new GoTime(time.seconds, time.nanoseconds, UTC)),
    IsZero: method((time) => time.seconds === -62135596800 && time.nanoseconds === 0),
    String: method((time) => formatTime(time, STRING_LAYOUT)),
    Format: defineFunction(["string"], ([time, layout]) => formatTime(time as unknown as GoTime, layout as string)),
    Before: defineFunction(["time.Time"], ([time, other]) => durationBetween(time as GoTime, other as GoTime) > 0n),
    After: defineFunction(["time.Time"], ([time, other]) => durationBetween(time as GoTime, other as GoTime) < 0n),
    Equal: defineFunction(["time.Time"], ([time, other]) => durationBetween(time as GoTime, other as GoTime) === 0n),
  },
};
