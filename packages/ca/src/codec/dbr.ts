import { EpicubeError } from "@epicube/core";
import { severityCode, severityName, statusCode, statusName } from "../tables/alarms.js";
import { type DbrType, dbrBytes } from "../tables/types.js";
import { decodeElements, encodeElements } from "../value/elements.js";
import { toInteger } from "../value/integers.js";
import type { ChannelLimits, DbrData, NumericElements } from "../value/types.js";
import { padded } from "./header.js";
import { decodeText, encodeText } from "./text.js";

const ENUM_STATES = 16;
const ENUM_STATE_BYTES = 26;
const UNITS_BYTES = 8;
const LIMIT_NAMES = [
  "displayHigh",
  "displayLow",
  "alarmHigh",
  "warningHigh",
  "warningLow",
  "alarmLow",
  "controlHigh",
  "controlLow",
] as const;

/**
 * Decodes a DBR payload of `count` elements. The count of the message is never believed beyond the payload.
 *
 * @throws EpicubeError CA_PROTOCOL_REMOTE where the payload is too short for the count
 */
export function decodeDbr(type: DbrType, count: number, payload: Uint8Array): DbrData {
  // count is at most 2^32-1 and an element at most 40 bytes: exact in a double.
  const needed = dbrBytes(type, count);
  if (needed > payload.length)
    throw new EpicubeError(
      "CA_PROTOCOL_REMOTE",
      `${type.name} with ${count} elements needs ${needed} bytes, the payload has ${payload.length}`,
    );
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const elements = decodeElements(type.native, payload, type.offset, count);
  if (type.class === "plain" || type.class === "put-ackt" || type.class === "put-acks" || type.class === "class-name") return { elements };
  const alarm = { status: statusName(view.getUint16(0)), severity: severityName(view.getUint16(2)) };
  if (type.class === "stsack") return { elements, ...alarm, acknowledge: { transients: view.getUint16(4), severity: view.getUint16(6) } };
  if (type.class === "time") return { elements, ...alarm, timestamp: decodeTime(view.getUint32(4), view.getUint32(8)) };
  if (type.class === "sts" || type.native === "STRING") return { elements, ...alarm };
  if (type.native === "ENUM") return { elements, ...alarm, enums: decodeStates(view, payload) };
  const floating = type.native === "FLOAT" || type.native === "DOUBLE";
  const unitsAt = floating ? 8 : 4;
  return {
    elements,
    ...alarm,
    ...(floating ? { precision: view.getInt16(4) } : {}),
    units: decodeText(payload.subarray(unitsAt, unitsAt + UNITS_BYTES)),
    limits: decodeLimits(type, payload, unitsAt + UNITS_BYTES),
  };
}

/** Nanoseconds from a server that overflow a second carry over, so that the pair is always in range. */
function decodeTime(seconds: number, nanoseconds: number) {
  const carry = Math.floor(nanoseconds / 1e9);
  return { secondsPastEpoch: (seconds + carry) % 2 ** 32, nanoseconds: nanoseconds % 1e9 };
}

function decodeStates(view: DataView, payload: Uint8Array): string[] {
  const states = Math.min(view.getUint16(4), ENUM_STATES);
  return Array.from({ length: states }, (_, index) =>
    decodeText(payload.subarray(6 + index * ENUM_STATE_BYTES, 6 + (index + 1) * ENUM_STATE_BYTES)),
  );
}

function limitCount(type: DbrType): number {
  return type.class === "ctrl" ? 8 : 6;
}

function decodeLimits(type: DbrType, payload: Uint8Array, offset: number): ChannelLimits {
  const numbers = decodeElements(type.native, payload, offset, limitCount(type)) as NumericElements;
  return Object.fromEntries(Array.from(numbers, (number, index) => [LIMIT_NAMES[index]!, number])) as unknown as ChannelLimits;
}

/** What {@link encodeDbr} writes: {@link DbrData} with any list of elements. */
export interface DbrInit extends Omit<DbrData, "elements"> {
  readonly elements: ArrayLike<number | string>;
}

/** Writes a DBR structure with `count` elements, padded to 8 bytes; elements that are missing are zero. */
export function encodeDbr(type: DbrType, data: DbrInit, count: number): Uint8Array {
  const payload = new Uint8Array(padded(dbrBytes(type, count)));
  const view = new DataView(payload.buffer);
  encodeElements(type.native, data.elements, payload, type.offset, count);
  if (type.class === "plain" || type.class === "put-ackt" || type.class === "put-acks" || type.class === "class-name") return payload;
  view.setUint16(0, statusCode(data.status ?? 0));
  view.setUint16(2, severityCode(data.severity ?? 0));
  if (type.class === "stsack") {
    view.setUint16(4, data.acknowledge?.transients ?? 0);
    view.setUint16(6, data.acknowledge?.severity ?? 0);
  } else if (type.class === "time") {
    view.setUint32(4, data.timestamp?.secondsPastEpoch ?? 0);
    view.setUint32(8, data.timestamp?.nanoseconds ?? 0);
  } else if (type.class !== "sts" && type.native === "ENUM") encodeStates(view, payload, data.enums ?? []);
  else if (type.class !== "sts" && type.native !== "STRING") {
    const floating = type.native === "FLOAT" || type.native === "DOUBLE";
    if (floating) view.setInt16(4, data.precision ?? 0);
    const unitsAt = floating ? 8 : 4;
    payload.set(encodeText(data.units ?? "", UNITS_BYTES), unitsAt);
    const numbers = LIMIT_NAMES.map((name) => data.limits?.[name] ?? 0);
    encodeElements(type.native, castAll(type, numbers), payload, unitsAt + UNITS_BYTES, limitCount(type));
  }
  return payload;
}

function encodeStates(view: DataView, payload: Uint8Array, states: readonly string[]): void {
  const count = Math.min(states.length, ENUM_STATES);
  view.setUint16(4, count);
  for (let index = 0; index < count; index++) payload.set(encodeText(states[index]!, ENUM_STATE_BYTES), 6 + index * ENUM_STATE_BYTES);
}

/** Limits as a database writes them for an integer type: a C cast, and 0 where there is no limit (NaN). */
function castAll(type: DbrType, numbers: number[]): number[] {
  if (type.native === "FLOAT" || type.native === "DOUBLE") return numbers;
  return numbers.map((number) => (Number.isFinite(number) ? toInteger(type.native, number) : 0));
}
