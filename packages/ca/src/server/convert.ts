import { EpicubeError } from "@epicube/core";
import type { DbfName } from "../tables/types.js";
import { toInteger } from "../value/integers.js";
import { formatFloating, integerFromText, numberFromText, toFloat } from "./numbers.js";
import type { ChannelSnapshot, ChannelValue } from "./types.js";

/** The elements of a value, however it was given. */
export function elementsOf(value: ChannelValue): ArrayLike<number | string> {
  return typeof value === "number" || typeof value === "string" ? [value] : value;
}

/** What a conversion needs to know of the channel. */
export type ConversionContext = Pick<ChannelSnapshot, "precision" | "enums">;

/**
 * Converts elements of a channel from its native type to the one asked for, as `dbGet` does.
 *
 * @throws EpicubeError CA_CONVERT where a database would answer ECA_GETFAIL
 */
export function convertForRead(
  from: DbfName,
  to: DbfName,
  elements: ArrayLike<number | string>,
  context: ConversionContext,
): ArrayLike<number | string> {
  if (from === to) return elements;
  if (to === "STRING") return mapElements(elements, (element) => textForRead(from, element as number, context));
  if (from === "STRING") return mapElements(elements, (element) => numberOfText(to, String(element), true));
  return mapElements(elements, (element) => narrow(to, element as number));
}

/**
 * Converts what a client wrote to the native type of the channel, as `dbPut` does.
 *
 * @throws EpicubeError CA_CONVERT where a database would answer ECA_PUTFAIL
 */
export function convertForWrite(
  from: DbfName,
  to: DbfName,
  elements: ArrayLike<number | string>,
  context: ConversionContext,
): ArrayLike<number | string> {
  if (from === to) return elements;
  if (to === "STRING") return mapElements(elements, (element) => textOf(from, element as number, 6));
  if (to === "ENUM" && from === "STRING") return mapElements(elements, (element) => stateOfText(String(element), context.enums ?? []));
  if (from === "STRING") return mapElements(elements, (element) => numberOfText(to, String(element), false));
  return mapElements(elements, (element) => narrow(to, element as number));
}

function textForRead(from: DbfName, value: number, context: ConversionContext): string {
  if (from !== "ENUM") return textOf(from, value, context.precision ?? 0);
  const states = context.enums;
  if (states === undefined) throw new EpicubeError("CA_CONVERT", "an ENUM without state names has no text");
  // Record support answers an empty text for a state without a name, and this sentence beyond the 16 states a record can have. A menu may have more.
  return states[value] ?? (value < 16 ? "" : "Illegal Value");
}

function textOf(from: DbfName, value: number, precision: number): string {
  return from === "FLOAT" || from === "DOUBLE" ? formatFloating(value, precision) : String(value);
}

/** What an integer type holds of a number in text; beyond it a database refuses. */
const TEXT_RANGE: Readonly<Partial<Record<DbfName, readonly [number, number]>>> = {
  SHORT: [-32768, 32767],
  CHAR: [-128, 255],
  LONG: [-2147483648, 2147483647],
};

function numberOfText(to: DbfName, text: string, emptyIsZero: boolean): number {
  if (emptyIsZero && text === "" && to !== "ENUM") return 0;
  const range = TEXT_RANGE[to];
  const number = range ? integerFromText(text) : numberFromText(text);
  // Record support knows texts for states, not states for any text: even "1" is refused.
  if (number === undefined || to === "ENUM") throw new EpicubeError("CA_CONVERT", `"${text}" is not a number`);
  if (range && (number < range[0] || number > range[1])) throw new EpicubeError("CA_CONVERT", `${number} does not fit into ${to}`);
  return narrow(to, number);
}

function stateOfText(text: string, states: readonly string[]): number {
  const index = states.indexOf(text);
  if (index !== -1) return index;
  const number = /^\s*[0-9]+\s*$/.test(text) ? Number(text) : Number.NaN;
  if (number < states.length) return number;
  throw new EpicubeError("CA_CONVERT", `"${text}" is not a state of the channel`);
}

function narrow(to: DbfName, value: number): number {
  if (to === "DOUBLE") return value;
  return to === "FLOAT" ? toFloat(value) : toInteger(to, value);
}

function mapElements<Result>(elements: ArrayLike<number | string>, map: (element: number | string) => Result): Result[] {
  const results = new Array<Result>(elements.length);
  for (let index = 0; index < elements.length; index++) results[index] = map(elements[index]!);
  return results;
}
