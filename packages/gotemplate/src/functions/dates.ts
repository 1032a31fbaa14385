import type { Clock } from "@epicube/core";
import { GoError } from "../errors/template-error.js";
import { durationText, parseDuration, roundDuration } from "../time/duration.js";
import { parseTime } from "../time/parse.js";
import { addDuration, durationBetween, formatTime, GoTime } from "../time/time.js";
import { loadZone, UTC, type Zone } from "../time/zone.js";
import { GoInt } from "../values/int.js";
import type { GoValue } from "../values/value.js";
import { defineFunction, type FunctionTable } from "./function.js";

const SECOND = 1_000_000_000n;
const ZERO_TIME_SECONDS = -62135596800;

function lenient<T>(run: () => T, otherwise: T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof GoError) return otherwise;
    throw error;
  }
}

/** Date functions. `Local` is the zone given; the time is the clock's. */
export function dateFunctions(clock: Clock, timeZone: string): FunctionTable {
  const local: Zone = loadZone(timeZone) ?? UTC;
  const now = (): GoTime => {
    const milliseconds = clock.nowMs();
    const seconds = Math.floor(milliseconds / 1000);
    return new GoTime(seconds, Math.floor((milliseconds - seconds * 1000) * 1e6), local);
  };
  const timeOf = (value: GoValue, kinds: readonly string[]): GoTime => {
    if (value instanceof GoTime) return value;
    if (value instanceof GoInt && kinds.includes(value.type)) return new GoTime(Number(value.value), 0, local);
    return now();
  };
  const inZone = (layout: string, value: GoValue, zoneName: string): string => {
    const zone = zoneName === "Local" ? local : (loadZone(zoneName) ?? UTC);
    const time = timeOf(value, ["int64", "int", "int32"]);
    return formatTime(new GoTime(time.seconds, time.nanoseconds, zone), layout);
  };
  const parse = (layout: string, text: string) => parseTime(layout, text, local);
  const dateInZone = defineFunction(["string", "interface {}", "string"], ([layout, date, zone]) =>
    inZone(layout as string, date, zone as string),
  );
  const mustDateModify = defineFunction(["string", "time.Time"], ([text, date]) =>
    addDuration(date as GoTime, parseDuration(text as string)),
  );
  const dateModify = defineFunction(["string", "time.Time"], ([text, date]) =>
    addDuration(
      date as GoTime,
      lenient(() => parseDuration(text as string), 0n),
    ),
  );
  return {
    now: defineFunction([], now),
    date: defineFunction(["string", "interface {}"], ([layout, date]) => inZone(layout as string, date, "Local")),
    dateInZone,
    date_in_zone: dateInZone,
    htmlDate: defineFunction(["interface {}"], ([date]) => inZone("2006-01-02", date, "Local")),
    htmlDateInZone: defineFunction(["interface {}", "string"], ([date, zone]) => inZone("2006-01-02", date, zone as string)),
    dateModify,
    date_modify: dateModify,
    mustDateModify,
    must_date_modify: mustDateModify,
    ago: defineFunction(["interface {}"], ([date]) => {
      const passed = durationBetween(timeOf(date, ["int64", "int"]), now());
      const half = SECOND / 2n;
      return durationText(((passed + (passed < 0n ? -half : half)) / SECOND) * SECOND);
    }),
    duration: defineFunction(["interface {}"], ([value]) => {
      let seconds = 0n;
      if (typeof value === "string") {
        const limit = 1n << 63n;
        if (/^[+-]?\d+$/.test(value)) seconds = BigInt(value.replace(/^\+/, ""));
        seconds = seconds >= limit ? limit - 1n : seconds < -limit ? -limit : seconds;
      } else if (value instanceof GoInt && value.type === "int64") seconds = value.value;
      return durationText(BigInt.asIntN(64, seconds * SECOND));
    }),
    durationRound: defineFunction(["interface {}"], ([value]) => {
      if (typeof value === "string") return roundDuration(lenient(() => parseDuration(value), 0n));
      if (value instanceof GoInt && value.type === "int64") return roundDuration(value.value);
      if (value instanceof GoTime) return roundDuration(durationBetween(value, now()));
      return "0s";
    }),
    toDate: defineFunction(["string", "string"], ([layout, text]) =>
      lenient(() => parse(layout as string, text as string), new GoTime(ZERO_TIME_SECONDS, 0, UTC)),
    ),
    mustToDate: defineFunction(["string", "string"], ([layout, text]) => parse(layout as string, text as string)),
    unixEpoch: defineFunction(["time.Time"], ([date]) => String((date as GoTime).seconds)),
  };
}
