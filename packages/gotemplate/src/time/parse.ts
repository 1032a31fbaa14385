import { GoError } from "../errors/template-error.js";
import { quoteGo } from "../text/quote.js";
import { DAYS, MONTHS, parseLayout } from "./layout.js";
import { GoTime } from "./time.js";
import { UTC, type Zone, zoneAt } from "./zone.js";

interface Fields {
  year: number;
  month: number | undefined;
  day: number | undefined;
  yearDay: number | undefined;
  hour: number;
  minute: number;
  second: number;
  nanoseconds: number;
  afternoon: boolean | undefined;
  zone: Zone | undefined;
  offset: number | undefined;
  zoneName: string;
}

/** A value that does not fit its layout; `range` names a field that is out of bounds. */
class Mismatch extends Error {
  readonly range: string | undefined;
  constructor(range?: string) {
    super("mismatch");
    this.range = range;
  }
}

const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
const daysIn = (month: number, year: number): number => (month === 2 ? (isLeap(year) ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31);

/** `time.ParseInLocation`. @throws GoError with Go's text */
export function parseTime(layout: string, value: string, local: Zone): GoTime {
  const fields: Fields = {
    year: 0,
    month: undefined,
    day: undefined,
    yearDay: undefined,
    hour: 0,
    minute: 0,
    second: 0,
    nanoseconds: 0,
    afternoon: undefined,
    zone: undefined,
    offset: undefined,
    zoneName: "",
  };
  const cannot = (rest: string, element: string) =>
    new GoError(`parsing time ${quoteGo(value)} as ${quoteGo(layout)}: cannot parse ${quoteGo(rest)} as ${quoteGo(element)}`);
  const bad = (message: string) => new GoError(`parsing time ${quoteGo(value)}: ${message}`);
  let rest = value;
  const parts = parseLayout(layout);
  parts.forEach((part, index) => {
    if ("literal" in part) {
      const skipped = skipLiteral(rest, part.literal);
      if (skipped.failed) throw cannot(skipped.rest, part.literal);
      rest = skipped.rest;
      return;
    }
    const next = parts[index + 1];
    const fractionFollows = next !== undefined && "field" in next && /^[.,]/.test(next.field);
    try {
      rest = readField(part.field, rest, fields, fractionFollows);
    } catch (error) {
      if (!(error instanceof Mismatch)) throw error;
      throw error.range === undefined ? cannot(rest, part.field) : bad(`${error.range} out of range`);
    }
  });
  if (rest !== "") throw bad(`extra text: ${quoteGo(rest)}`);
  if (fields.afternoon === true && fields.hour < 12) fields.hour += 12;
  else if (fields.afternoon === false && fields.hour === 12) fields.hour = 0;
  resolveDay(fields, bad);
  return locate(fields, local);
}

/** Spaces of the layout match any number of spaces of the value. */
function skipLiteral(value: string, literal: string): { rest: string; failed: boolean } {
  let rest = value;
  for (let i = 0; i < literal.length; ) {
    if (literal[i] === " ") {
      if (rest.length > 0 && rest[0] !== " ") return { rest, failed: true };
      while (literal[i] === " ") i++;
      rest = rest.replace(/^ +/, "");
      continue;
    }
    if (rest[0] !== literal[i]) return { rest, failed: true };
    rest = rest.slice(1);
    i++;
  }
  return { rest, failed: false };
}

function digits(value: string, min: number, max: number): [number, string] {
  const match = new RegExp(`^\\d{${min},${max}}`).exec(value);
  if (!match) throw new Mismatch();
  return [Number(match[0]), value.slice(match[0].length)];
}

function name(value: string, names: readonly string[]): [number, string] {
  const index = names.findIndex((candidate) => value.slice(0, candidate.length).toLowerCase() === candidate.toLowerCase());
  if (index === -1) throw new Mismatch();
  return [index, value.slice(names[index]!.length)];
}

function within(value: number, low: number, high: number, what: string): number {
  if (value < low || value > high) throw new Mismatch(what);
  return value;
}

function readField(field: string, value: string, fields: Fields, fractionFollows: boolean): string {
  let number: number;
  let rest = value;
  switch (field) {
    case "06":
      [number, rest] = digits(value, 2, 2);
      fields.year = number + (number >= 69 ? 1900 : 2000);
      return rest;
    case "2006":
      [fields.year, rest] = digits(value, 4, 4);
      return rest;
    case "Jan":
    case "January":
      [number, rest] = name(value, field === "Jan" ? MONTHS.map((month) => month.slice(0, 3)) : MONTHS);
      fields.month = number + 1;
      return rest;
    case "1":
    case "01":
      [number, rest] = digits(value, field.length, 2);
      fields.month = within(number, 1, 12, "month");
      return rest;
    case "Mon":
    case "Monday":
      return name(value, field === "Mon" ? DAYS.map((day) => day.slice(0, 3)) : DAYS)[1];
    case "2":
    case "_2":
    case "02":
      [fields.day, rest] = digits(field === "_2" ? value.replace(/^ /, "") : value, field === "02" ? 2 : 1, 2);
      return rest;
    case "__2":
    case "002":
      [fields.yearDay, rest] = digits(field === "__2" ? value.replace(/^ {1,2}/, "") : value, field === "002" ? 3 : 1, 3);
      return rest;
    case "15":
      [number, rest] = digits(value, 1, 2);
      fields.hour = within(number, 0, 23, "hour");
      return rest;
    case "3":
    case "03":
      [number, rest] = digits(value, field.length, 2);
      fields.hour = within(number, 0, 12, "hour");
      return rest;
    case "4":
    case "04":
      [number, rest] = digits(value, field.length, 2);
      fields.minute = within(number, 0, 59, "minute");
      return rest;
    case "5":
    case "05":
      [number, rest] = digits(value, field.length, 2);
      fields.second = within(number, 0, 59, "second");
      return fractionFollows ? rest : readFraction(rest, fields);
    case "PM":
    case "pm": {
      const word = value.slice(0, 2);
      const [yes, no] = field === "PM" ? ["PM", "AM"] : ["pm", "am"];
      if (word !== yes && word !== no) throw new Mismatch();
      fields.afternoon = word === yes;
      return value.slice(2);
    }
    case "MST":
      return readZoneName(value, fields);
  }
  if (/^[.,]9/.test(field)) return readFraction(value, fields);
  if (/^[.,]/.test(field)) {
    const match = new RegExp(`^[.,]\\d{${field.length - 1}}`).exec(value);
    if (!match) throw new Mismatch();
    fields.nanoseconds = Number(match[0].slice(1, 10).padEnd(9, "0"));
    return value.slice(field.length);
  }
  return readOffset(field, value, fields);
}

function readFraction(value: string, fields: Fields): string {
  const match = /^[.,](\d+)/.exec(value);
  if (!match) return value;
  fields.nanoseconds = Number(match[1]!.slice(0, 9).padEnd(9, "0"));
  return value.slice(match[0].length);
}

function readZoneName(value: string, fields: Fields): string {
  if (value.startsWith("UTC")) {
    fields.zone = UTC;
    return value.slice(3);
  }
  const match = /^(?:ChST|MeST|GMT(?:[+-]\d{1,2})?|[+-]\d\d|[A-Z]{4}T(?![A-Z])|(?:[A-Z]{3}T|WITA)(?![A-Z])|[A-Z]{3}(?![A-Z]))/.exec(value);
  if (!match) throw new Mismatch();
  fields.zoneName = match[0];
  return value.slice(match[0].length);
}

function readOffset(field: string, value: string, fields: Fields): string {
  if (field.startsWith("Z") && value.startsWith("Z")) {
    fields.zone = UTC;
    return value.slice(1);
  }
  const colon = field.includes(":") ? ":" : "";
  const size = field.slice(1).replaceAll(":", "").length;
  const match = new RegExp(`^([+-])(\\d\\d)${size > 2 ? `${colon}(\\d\\d)` : "()"}${size > 4 ? `${colon}(\\d\\d)` : "()"}`).exec(value);
  if (!match) throw new Mismatch();
  const hours = within(Number(match[2]), 0, 24, "time zone offset hour");
  const minutes = within(Number(match[3] || 0), 0, 60, "time zone offset minute");
  const seconds = within(Number(match[4] || 0), 0, 60, "time zone offset second");
  fields.offset = (match[1] === "-" ? -1 : 1) * ((hours * 60 + minutes) * 60 + seconds);
  return value.slice(match[0].length);
}

function resolveDay(fields: Fields, bad: (message: string) => GoError): void {
  if (fields.yearDay !== undefined) {
    if (fields.yearDay < 1 || fields.yearDay > (isLeap(fields.year) ? 366 : 365)) throw bad("day-of-year out of range");
    let month = 1;
    let day = fields.yearDay;
    while (day > daysIn(month, fields.year)) day -= daysIn(month++, fields.year);
    if (fields.month !== undefined && fields.month !== month) throw bad("day-of-year does not match month");
    if (fields.day !== undefined && fields.day !== day) throw bad("day-of-year does not match day");
    fields.month = month;
    fields.day = day;
  }
  fields.month ??= 1;
  fields.day ??= 1;
  if (fields.day < 1 || fields.day > daysIn(fields.month, fields.year)) throw bad("day out of range");
}

function locate(fields: Fields, local: Zone): GoTime {
  const date = new Date(0);
  date.setUTCFullYear(fields.year, fields.month! - 1, fields.day!);
  date.setUTCHours(fields.hour, fields.minute, fields.second);
  const seconds = date.getTime() / 1000;
  if (fields.zone) return new GoTime(seconds, fields.nanoseconds, fields.zone);
  if (fields.offset !== undefined) {
    const real = seconds - fields.offset;
    const at = zoneAt(local, real);
    const fits = at.offset === fields.offset && (fields.zoneName === "" || at.name === fields.zoneName);
    return new GoTime(real, fields.nanoseconds, fits ? local : { kind: "fixed", name: fields.zoneName, offset: fields.offset });
  }
  if (fields.zoneName !== "") {
    const at = zoneAt(local, seconds);
    if (at.name === fields.zoneName) return new GoTime(seconds - at.offset, fields.nanoseconds, local);
    const offset = fields.zoneName.startsWith("GMT") ? Number(fields.zoneName.slice(3) || 0) * 3600 : 0;
    return new GoTime(seconds, fields.nanoseconds, { kind: "fixed", name: fields.zoneName, offset });
  }
  // The offset in force depends on the time asked for: two rounds settle it on all but the hour that a change skips.
  let real = seconds - zoneAt(local, seconds).offset;
  real = seconds - zoneAt(local, real).offset;
  return new GoTime(real, fields.nanoseconds, local);
}
