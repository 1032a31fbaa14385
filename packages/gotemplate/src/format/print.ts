import { GoInt } from "../values/int.js";
import type { GoValue } from "../values/value.js";
import { floatText } from "./float.js";
import { Printer } from "./printer.js";

/** How Go prints a value with `%v`: what a template shows for it, except that no value at all is `<no value>` there. */
export function formatGo(value: GoValue): string {
  switch (typeof value) {
    case "string":
      return value;
    case "number":
      return floatText(value);
    case "boolean":
      return value ? "true" : "false";
  }
  if (value === undefined || value === null) return "<nil>";
  if (value instanceof GoInt) return value.toString();
  const printer = new Printer();
  printer.argument(value, "v");
  return printer.text;
}

/** `fmt.Sprint`: a space stands between operands when neither is a string. */
export function sprint(values: readonly GoValue[]): string {
  let text = "";
  let wasString = false;
  values.forEach((value, index) => {
    const isString = typeof value === "string";
    if (index > 0 && !isString && !wasString) text += " ";
    text += formatGo(value);
    wasString = isString;
  });
  return text;
}

/** `fmt.Sprintln`. */
export function sprintln(values: readonly GoValue[]): string {
  return values.map(formatGo).join(" ") + "\n";
}

/** Largest width, precision or argument number that Go reads. */
const TOO_LARGE = 1_000_000;

/** `fmt.Sprintf`, with Go's error forms such as `%!d(string=x)`. */
export function sprintf(format: string, values: readonly GoValue[]): string {
  const printer = new Printer();
  const end = format.length;
  let argument = 0;
  let afterIndex = false;
  let reordered = false;
  let goodNumber = true;

  const number = (at: number): { value: number; found: boolean; next: number } => {
    let value = 0;
    let i = at;
    let found = false;
    for (; i < end && format[i]! >= "0" && format[i]! <= "9"; i++) {
      if (value > TOO_LARGE) return { value: 0, found: false, next: end };
      value = value * 10 + (format.charCodeAt(i) - 48);
      found = true;
    }
    return { value, found, next: i };
  };
  const index = (at: number): { next: number; found: boolean } => {
    if (format[at] !== "[") return { next: at, found: false };
    reordered = true;
    const close = format.indexOf("]", at);
    if (end - at < 3 || close === -1) {
      goodNumber = false;
      return { next: at + 1, found: false };
    }
    const parsed = number(at + 1);
    const ok = parsed.found && parsed.next === close;
    if (ok && parsed.value >= 1 && parsed.value <= values.length) {
      argument = parsed.value - 1;
      return { next: close + 1, found: true };
    }
    goodNumber = false;
    return { next: close + 1, found: ok };
  };
  const star = (): { value: number; found: boolean } => {
    if (argument >= values.length) return { value: 0, found: false };
    const value = values[argument++];
    if (!(value instanceof GoInt)) return { value: 0, found: false };
    const n = Number(value.value);
    return Math.abs(n) > TOO_LARGE ? { value: 0, found: false } : { value: n, found: true };
  };

  for (let i = 0; i < end; ) {
    goodNumber = true;
    const percent = format.indexOf("%", i);
    if (percent === -1) {
      printer.text += format.slice(i);
      break;
    }
    printer.text += format.slice(i, percent);
    i = percent + 1;
    printer.clearFlags();
    afterIndex = false;
    flags: for (; i < end; i++) {
      switch (format[i]) {
        case "#":
          printer.sharp = true;
          break;
        case "0":
          printer.zero = true;
          break;
        case "+":
          printer.plus = true;
          break;
        case "-":
          printer.minus = true;
          break;
        case " ":
          printer.space = true;
          break;
        default:
          break flags;
      }
    }
    let read = index(i);
    i = read.next;
    afterIndex = read.found;
    if (format[i] === "*") {
      i++;
      const width = star();
      printer.width = width.value;
      printer.hasWidth = width.found;
      if (!width.found) printer.text += "%!(BADWIDTH)";
      if (printer.width < 0) {
        printer.width = -printer.width;
        printer.minus = true;
        printer.zero = false;
      }
      afterIndex = false;
    } else {
      const width = number(i);
      printer.width = width.value;
      printer.hasWidth = width.found;
      i = width.next;
      if (afterIndex && width.found) goodNumber = false;
    }
    if (i + 1 < end && format[i] === ".") {
      i++;
      if (afterIndex) goodNumber = false;
      read = index(i);
      i = read.next;
      afterIndex = read.found;
      if (format[i] === "*") {
        i++;
        const precision = star();
        printer.precision = precision.value;
        printer.hasPrecision = precision.found;
        if (printer.precision < 0) {
          printer.precision = 0;
          printer.hasPrecision = false;
        }
        if (!printer.hasPrecision) printer.text += "%!(BADPREC)";
        afterIndex = false;
      } else {
        const precision = number(i);
        printer.precision = precision.found ? precision.value : 0;
        printer.hasPrecision = true;
        i = precision.next;
      }
    }
    if (!afterIndex) {
      read = index(i);
      i = read.next;
      afterIndex = read.found;
    }
    if (i >= end) {
      printer.text += "%!(NOVERB)";
      break;
    }
    const code = format.codePointAt(i)!;
    const verb = code >= 0xd800 && code <= 0xdfff ? "\ufffd" : String.fromCodePoint(code);
    i += code > 0xffff ? 2 : 1;
    if (verb === "%") printer.text += "%";
    else if (!goodNumber) printer.text += `%!${verb}(BADINDEX)`;
    else if (argument >= values.length) printer.text += `%!${verb}(MISSING)`;
    else {
      if (verb === "v" || verb === "w") {
        printer.sharpV = printer.sharp;
        printer.sharp = false;
        printer.plusV = printer.plus;
        printer.plus = false;
      }
      printer.argument(values[argument], verb);
      argument++;
    }
  }
  if (!reordered && argument < values.length) {
    printer.clearFlags();
    printer.text += "%!(EXTRA ";
    values.slice(argument).forEach((value, position) => {
      if (position > 0) printer.text += ", ";
      if (value === undefined || value === null) printer.text += "<nil>";
      else {
        printer.argument(value, "T");
        printer.text += "=";
        printer.argument(value, "v");
      }
    });
    printer.text += ")";
  }
  return printer.text;
}
