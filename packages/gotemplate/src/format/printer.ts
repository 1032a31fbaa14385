import { decodeGo, encodeGo } from "../text/bytes.js";
import { canBackquote, isPrint, quoteGo, quoteRune } from "../text/quote.js";
import { GoInt } from "../values/int.js";
import { typeOf } from "../values/kind.js";
import { sortedKeys } from "../values/map.js";
import { GoComplex, type GoSlice, type GoStruct, type GoValue, goTypeOf, isNilContainer } from "../values/value.js";
import { FlagPrinter, LOWER, UPPER } from "./flags.js";

/** Deepest nesting that is printed; deeper data is taken for a cycle. */
const MAX_DEPTH = 2000;

/** State of one `fmt` call: prints operands of any kind by the verbs and flags given. */
export class Printer extends FlagPrinter {
  /** Inside `%!verb(type=value)`, where methods are not asked. */
  private erroring = false;

  /** One operand with one verb, as `fmt` does for arguments. */
  argument(value: GoValue, verb: string): void {
    if (value === undefined || value === null) {
      if (verb === "T" || verb === "v") this.pad("<nil>");
      else this.badVerb(value, verb);
      return;
    }
    if (verb === "T") {
      this.string(typeOf(value), "s", value);
      return;
    }
    if (verb === "p") {
      this.pointer(value);
      return;
    }
    this.value(value, verb, 0);
  }

  private badVerb(value: GoValue, verb: string): void {
    this.text += `%!${verb}(`;
    if (value === undefined || value === null) this.text += "<nil>";
    else {
      this.text += `${typeOf(value)}=`;
      this.erroring = true;
      this.value(value, "v", 0);
      this.erroring = false;
    }
    this.text += ")";
  }

  /** Addresses differ from run to run in Go; ours are all the same. */
  private pointer(value: GoValue): void {
    if (value instanceof Map || Array.isArray(value) || value instanceof Uint8Array) this.text += "0xc000000000";
    else this.badVerb(value, "p");
  }

  private value(value: GoValue, verb: string, depth: number): void {
    if (depth > MAX_DEPTH) throw new RangeError("the value is nested too deeply to print, or contains itself");
    switch (typeof value) {
      case "string":
        this.string(value, verb, value);
        return;
      case "number":
        this.float(value, verb);
        return;
      case "boolean":
        if (verb === "t" || verb === "v") this.pad(value ? "true" : "false");
        else this.badVerb(value, verb);
        return;
    }
    if (value === undefined || value === null) {
      this.text += this.sharpV ? "interface {}(nil)" : "<nil>";
      return;
    }
    if (value instanceof GoInt) {
      this.integer(value, verb);
      return;
    }
    if (value instanceof Uint8Array) {
      this.bytes(value, verb, depth);
      return;
    }
    if (value instanceof GoComplex) {
      this.complex(value, verb);
      return;
    }
    if (verb === "w") {
      // Only Errorf may wrap.
      this.badVerb(value, verb);
      return;
    }
    const text = goTypeOf(value)?.text;
    if (text && !this.sharpV && !this.erroring && "vsxXq".includes(verb)) {
      this.string(text(value as never), verb, value);
      return;
    }
    if (value instanceof Map) this.map(value, verb, depth);
    else if (Array.isArray(value)) this.slice(value, verb, depth);
    else this.struct(value, verb, depth);
  }

  private map(value: Map<string, GoValue>, verb: string, depth: number): void {
    if (this.sharpV) {
      this.text += typeOf(value);
      if (isNilContainer(value)) {
        this.text += "(nil)";
        return;
      }
    }
    this.text += this.sharpV ? "{" : "map[";
    let first = true;
    for (const key of sortedKeys(value)) {
      if (!first) this.text += this.sharpV ? ", " : " ";
      first = false;
      this.string(key, verb, key);
      this.text += ":";
      this.value(value.get(key), verb, depth + 1);
    }
    this.text += this.sharpV ? "}" : "]";
  }

  private slice(value: GoSlice, verb: string, depth: number): void {
    if (this.sharpV) {
      this.text += typeOf(value);
      if (isNilContainer(value)) {
        this.text += "(nil)";
        return;
      }
    }
    this.text += this.sharpV ? "{" : "[";
    for (let i = 0; i < value.length; i++) {
      if (i > 0) this.text += this.sharpV ? ", " : " ";
      this.value(value[i], verb, depth + 1);
    }
    this.text += this.sharpV ? "}" : "]";
  }

  private struct(value: GoStruct, verb: string, depth: number): void {
    const name = goTypeOf(value)!.name;
    const pointer = name.startsWith("*");
    if (pointer && depth > 0) {
      this.text += "0xc000000000";
      return;
    }
    if (pointer) this.text += "&";
    if (this.sharpV) this.text += pointer ? name.slice(1) : name;
    this.text += "{";
    let first = true;
    for (const [field, item] of value.fields) {
      if (!first) this.text += this.sharpV ? ", " : " ";
      first = false;
      if (this.plusV || this.sharpV) this.text += `${field}:`;
      this.value(item, verb, depth + 1);
    }
    this.text += "}";
  }

  private string(text: string, verb: string, shown: GoValue): void {
    switch (verb) {
      case "v":
        if (this.sharpV) this.quoted(text);
        else this.pad(this.truncate(text));
        return;
      case "s":
        this.pad(this.truncate(text));
        return;
      case "x":
        this.hexText(encodeGo(text), LOWER);
        return;
      case "X":
        this.hexText(encodeGo(text), UPPER);
        return;
      case "q":
        this.quoted(text);
        return;
      default:
        this.badVerb(shown, verb);
    }
  }

  private quoted(text: string): void {
    const cut = this.truncate(text);
    if (this.sharp && canBackquote(cut)) this.pad("`" + cut + "`");
    else this.pad(quoteGo(cut, this.plus));
  }

  private bytes(value: Uint8Array, verb: string, depth: number): void {
    switch (verb) {
      case "v":
      case "d": {
        if (this.sharpV) {
          this.text += `${depth === 0 ? "[]byte" : "[]uint8"}{${[...value].map((byte) => "0x" + byte.toString(16)).join(", ")}}`;
          return;
        }
        this.text += "[";
        value.forEach((byte, index) => {
          if (index > 0) this.text += " ";
          this.digits(BigInt(byte), false, 10, verb, LOWER);
        });
        this.text += "]";
        return;
      }
      case "s":
        this.pad(this.truncate(decodeGo(value)));
        return;
      case "x":
        this.hexText(value, LOWER);
        return;
      case "X":
        this.hexText(value, UPPER);
        return;
      case "q":
        this.quoted(decodeGo(value));
        return;
      default: {
        this.text += "[";
        value.forEach((byte, index) => {
          if (index > 0) this.text += " ";
          this.integer(new GoInt("uint8", BigInt(byte)), verb);
        });
        this.text += "]";
      }
    }
  }

  private integer(value: GoInt, verb: string): void {
    const negative = value.value < 0n;
    const size = negative ? -value.value : value.value;
    switch (verb) {
      case "v":
        if (this.sharpV && value.type.startsWith("u")) {
          const sharp = this.sharp;
          this.sharp = true;
          this.digits(size, negative, 16, verb, LOWER);
          this.sharp = sharp;
        } else this.digits(size, negative, 10, verb, LOWER);
        return;
      case "d":
        this.digits(size, negative, 10, verb, LOWER);
        return;
      case "b":
        this.digits(size, negative, 2, verb, LOWER);
        return;
      case "o":
      case "O":
        this.digits(size, negative, 8, verb, LOWER);
        return;
      case "x":
        this.digits(size, negative, 16, verb, LOWER);
        return;
      case "X":
        this.digits(size, negative, 16, verb, UPPER);
        return;
      case "c":
        this.pad(String.fromCodePoint(validRune(value.value)));
        return;
      case "q":
        this.pad(quoteRune(validRune(value.value), this.plus));
        return;
      case "U":
        this.unicode(value.value);
        return;
      default:
        this.badVerb(value, verb);
    }
  }

  private unicode(value: bigint): void {
    const wide = BigInt.asUintN(64, value);
    let digits = wide.toString(16).toUpperCase().padStart(4, "0");
    if (this.hasPrecision && this.precision > 4) digits = digits.padStart(this.precision, "0");
    const code = wide <= 0x10ffffn ? Number(wide) : -1;
    this.padPlain(`U+${digits}${this.sharp && code >= 0 && isPrint(code) ? ` '${String.fromCodePoint(code)}'` : ""}`);
  }

  private float(value: number, verb: string): void {
    switch (verb) {
      case "v":
        this.floatWith(value, "g", -1, "v");
        return;
      case "b":
      case "g":
      case "G":
      case "x":
      case "X":
        this.floatWith(value, verb, -1, verb);
        return;
      case "f":
      case "e":
      case "E":
        this.floatWith(value, verb, 6, verb);
        return;
      case "F":
        this.floatWith(value, "f", 6, "f");
        return;
      default:
        this.badVerb(value, verb);
    }
  }

  private complex(value: GoComplex, verb: string): void {
    if (!"vbgGxXfFeE".includes(verb)) {
      this.badVerb(value, verb);
      return;
    }
    const plus = this.plus;
    this.text += "(";
    this.float(value.real, verb);
    this.plus = true;
    this.float(value.imaginary, verb);
    this.text += "i)";
    this.plus = plus;
  }
}

function validRune(value: bigint): number {
  const wide = BigInt.asUintN(64, value);
  if (wide > 0x10ffffn || (wide >= 0xd800n && wide <= 0xdfffn)) return 0xfffd;
  return Number(wide);
}
