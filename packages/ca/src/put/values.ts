import { EpicubeError } from "@epicube/core";
import type { CircuitChannel } from "../circuit/client-circuit.js";
import { encodeDbr } from "../codec/dbr.js";
import { type DbfName, type DbrType, dbrType } from "../tables/types.js";

/** A value to write. */
export type PutValue = number | string | ArrayLike<number> | readonly string[];

/** A value ready to be sent. */
export interface EncodedValue {
  readonly type: DbrType;
  readonly count: number;
  readonly payload: Uint8Array;
}

const RANGES: Readonly<Partial<Record<DbfName, readonly [number, number]>>> = {
  SHORT: [-32768, 32767],
  ENUM: [0, 65535],
  CHAR: [0, 255],
  LONG: [-2147483648, 2147483647],
};
const STRING_BYTES = 39;

/**
 * Checks a value against the channel and encodes it: numbers in the native type, text as STRING (the server converts it), one text for a
 * CHAR array as its bytes. What a server would answer by dropping the circuit, or by mangling, is refused here.
 *
 * @throws EpicubeError CA_VALUE_INVALID
 */
export function encodeValue(channel: Pick<CircuitChannel, "type" | "count">, value: PutValue): EncodedValue {
  if (typeof value === "string" && channel.type === "CHAR" && channel.count > 1) {
    const bytes = Buffer.from(`${value}\0`);
    return encode(
      channel,
      dbrType("plain", "CHAR"),
      bytes.length > channel.count && bytes.length - 1 === channel.count ? bytes.subarray(0, -1) : bytes,
    );
  }
  const elements: ArrayLike<number | string> = typeof value === "number" || typeof value === "string" ? [value] : value;
  if (elements.length === 0 && channel.count === 1) throw invalid("a scalar needs one element");
  const texts = elements.length > 0 && typeof elements[0] === "string";
  const native = texts ? "STRING" : channel.type === "STRING" ? "DOUBLE" : channel.type;
  for (let index = 0; index < elements.length; index++) checkElement(native, elements[index]!);
  return encode(channel, dbrType("plain", native), elements);
}

function encode(channel: Pick<CircuitChannel, "count">, type: DbrType, elements: ArrayLike<number | string>): EncodedValue {
  if (elements.length > channel.count) throw invalid(`${elements.length} elements do not fit into ${channel.count}`);
  return { type, count: elements.length, payload: encodeDbr(type, { elements }, elements.length) };
}

function checkElement(native: DbfName, element: number | string): void {
  if (native === "STRING") {
    if (typeof element !== "string") throw invalid("numbers and texts are mixed");
    if (Buffer.byteLength(element) > STRING_BYTES)
      throw invalid(`a text of ${Buffer.byteLength(element)} bytes does not fit into ${STRING_BYTES}`);
    return;
  }
  if (typeof element !== "number") throw invalid("numbers and texts are mixed");
  const range = RANGES[native];
  if (range && !(Number.isInteger(element) && element >= range[0] && element <= range[1]))
    throw invalid(`${element} is not a whole number from ${range[0]} to ${range[1]}, which ${native} holds`);
}

function invalid(text: string): EpicubeError {
  return new EpicubeError("CA_VALUE_INVALID", text);
}
