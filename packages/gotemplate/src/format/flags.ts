import { runeCount } from "../text/bytes.js";
import { type FloatVerb, formatFloat } from "./float.js";

export const LOWER = "0123456789abcdefx";
export const UPPER = "0123456789ABCDEFX";

/** Flags of the verb at work, the text so far, and what only depends on these: padding, digits, signs. */
export class FlagPrinter {
  text = "";
  width = 0;
  hasWidth = false;
  precision = 0;
  hasPrecision = false;
  minus = false;
  plus = false;
  sharp = false;
  space = false;
  zero = false;
  plusV = false;
  sharpV = false;
  clearFlags(): void {
    this.width = this.precision = 0;
    this.hasWidth = this.hasPrecision = this.minus = this.plus = this.sharp = this.space = this.zero = this.plusV = this.sharpV = false;
  }

  protected padding(count: number): void {
    if (count > 0) this.text += (this.zero && !this.minus ? "0" : " ").repeat(count);
  }

  protected pad(text: string): void {
    if (!this.hasWidth || this.width === 0) {
      this.text += text;
      return;
    }
    const missing = this.width - runeCount(text);
    if (!this.minus) {
      this.padding(missing);
      this.text += text;
    } else {
      this.text += text;
      this.padding(missing);
    }
  }

  protected padPlain(text: string): void {
    const zero = this.zero;
    this.zero = false;
    this.pad(text);
    this.zero = zero;
  }

  protected truncate(text: string): string {
    if (!this.hasPrecision) return text;
    let left = this.precision;
    let end = 0;
    for (const char of text) {
      if (left-- <= 0) return text.slice(0, end);
      end += char.length;
    }
    return text;
  }

  protected hexText(bytes: Uint8Array, digits: string): void {
    const length = this.hasPrecision ? Math.min(this.precision, bytes.length) : bytes.length;
    if (length === 0) {
      if (this.hasWidth) this.padding(this.width);
      return;
    }
    const prefix = this.sharp ? "0" + digits[16] : "";
    let text = prefix;
    for (let i = 0; i < length; i++) {
      if (this.space && i > 0) text += " " + prefix;
      text += digits[bytes[i]! >> 4]! + digits[bytes[i]! & 15]!;
    }
    if (this.hasWidth && !this.minus) this.padding(this.width - text.length);
    this.text += text;
    if (this.hasWidth && this.minus) this.padding(this.width - text.length);
  }

  protected digits(size: bigint, negative: boolean, base: number, verb: string, alphabet: string): void {
    let wanted = 0;
    if (this.hasPrecision) {
      wanted = this.precision;
      if (wanted === 0 && size === 0n) {
        const zero = this.zero;
        this.zero = false;
        this.padding(this.width);
        this.zero = zero;
        return;
      }
    } else if (this.zero && !this.minus && this.hasWidth) {
      wanted = this.width - (negative || this.plus || this.space ? 1 : 0);
    }
    let text = size.toString(base).padStart(wanted, "0");
    if (alphabet === UPPER) text = text.toUpperCase();
    if (this.sharp) {
      if (base === 2) text = "0b" + text;
      else if (base === 8 && !text.startsWith("0")) text = "0" + text;
      else if (base === 16) text = `0${alphabet[16]}${text}`;
    }
    if (verb === "O") text = "0o" + text;
    if (negative) text = "-" + text;
    else if (this.plus) text = "+" + text;
    else if (this.space) text = " " + text;
    this.padPlain(text);
  }

  protected floatWith(value: number, verb: FloatVerb, defaultPrecision: number, shownVerb: string): void {
    const precision = this.hasPrecision ? this.precision : defaultPrecision;
    let text = formatFloat(value, verb, precision);
    if (text[0] !== "+" && text[0] !== "-") text = "+" + text;
    if (this.space && text[0] === "+" && !this.plus) text = " " + text.slice(1);
    if (text[1] === "I" || text[1] === "N") {
      this.padPlain(text[1] === "N" && !this.space && !this.plus ? text.slice(1) : text);
      return;
    }
    if (this.sharp && verb !== "b") text = restorePoint(text, shownVerb, precision);
    if (this.plus || text[0] !== "+") {
      if (this.zero && !this.minus && this.hasWidth && this.width > text.length) {
        this.text += text[0];
        this.padding(this.width - text.length);
        this.text += text.slice(1);
        return;
      }
      this.pad(text);
      return;
    }
    this.pad(text.slice(1));
  }
}

/** The `#` flag of floats: a point is always there, and %g keeps its trailing zeros. */
function restorePoint(text: string, verb: string, precision: number): string {
  let digits = verb === "v" || verb === "g" || verb === "G" || verb === "x" ? (precision === -1 ? 6 : precision) : 0;
  const isHex = verb === "x" || verb === "X";
  const tailAt = text.search(isHex ? /[pP]/ : /[eEpP]/);
  let head = tailAt === -1 ? text : text.slice(0, tailAt);
  const tail = tailAt === -1 ? "" : text.slice(tailAt);
  let nonZero = false;
  let point = false;
  for (const char of head.slice(1)) {
    if (char === ".") {
      point = true;
      continue;
    }
    if (char !== "0") nonZero = true;
    if (nonZero) digits--;
  }
  if (!point) {
    if (head.length === 2 && head[1] === "0") digits--;
    head += ".";
  }
  return head + "0".repeat(Math.max(digits, 0)) + tail;
}
