import { decodeText, encodeText } from "../codec/text.js";
import type { DbfName } from "../tables/types.js";
import { ELEMENT_BYTES } from "../tables/types.js";
import type { Elements } from "./types.js";

const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** Decodes `count` big-endian elements at `offset`. The caller has checked that they are there. */
export function decodeElements(native: DbfName, bytes: Uint8Array, offset: number, count: number): Elements {
  const size = ELEMENT_BYTES[native];
  if (native === "STRING") {
    const texts = new Array<string>(count);
    for (let index = 0; index < count; index++)
      texts[index] = decodeText(bytes.subarray(offset + index * size, offset + (index + 1) * size));
    return texts;
  }
  // Own memory: aligned for the typed array, and free of the buffer it came in.
  const own = Buffer.from(new ArrayBuffer(count * size));
  own.set(bytes.subarray(offset, offset + count * size));
  swap(own, size);
  switch (native) {
    case "SHORT":
      return new Int16Array(own.buffer);
    case "FLOAT":
      return new Float32Array(own.buffer);
    case "ENUM":
      return new Uint16Array(own.buffer);
    case "CHAR":
      return new Uint8Array(own.buffer);
    case "LONG":
      return new Int32Array(own.buffer);
    case "DOUBLE":
      return new Float64Array(own.buffer);
  }
}

/** Writes elements big-endian at `offset`. Numbers are stored as a typed array of that type stores them. */
export function encodeElements(
  native: DbfName,
  elements: ArrayLike<number | string>,
  bytes: Uint8Array,
  offset: number,
  count: number,
): void {
  const size = ELEMENT_BYTES[native];
  const present = Math.min(count, elements.length);
  if (native === "STRING") {
    for (let index = 0; index < present; index++) bytes.set(encodeText(String(elements[index]), size), offset + index * size);
    return;
  }
  const typed = toTyped(native, elements as ArrayLike<number>);
  const copy = Buffer.from(new ArrayBuffer(present * size));
  copy.set(new Uint8Array(typed.buffer, typed.byteOffset, present * size));
  swap(copy, size);
  bytes.set(copy, offset);
}

/** Numbers as the typed array of a native type. */
export function toTyped(native: Exclude<DbfName, "STRING">, numbers: ArrayLike<number>): Exclude<Elements, readonly string[]> {
  switch (native) {
    case "SHORT":
      return numbers instanceof Int16Array ? numbers : Int16Array.from(numbers);
    case "FLOAT":
      return numbers instanceof Float32Array ? numbers : Float32Array.from(numbers);
    case "ENUM":
      return numbers instanceof Uint16Array ? numbers : Uint16Array.from(numbers);
    case "CHAR":
      return numbers instanceof Uint8Array ? numbers : Uint8Array.from(numbers);
    case "LONG":
      return numbers instanceof Int32Array ? numbers : Int32Array.from(numbers);
    case "DOUBLE":
      return numbers instanceof Float64Array ? numbers : Float64Array.from(numbers);
  }
}

function swap(bytes: Buffer, size: number): void {
  if (!LITTLE_ENDIAN || bytes.length === 0) return;
  if (size === 2) bytes.swap16();
  else if (size === 4) bytes.swap32();
  else if (size === 8) bytes.swap64();
}
