/** Go's integer types that a template can meet. */
export type IntType = "int" | "int64" | "int32" | "uint" | "uint8" | "uint32" | "uint64";

const WIDTH: Readonly<Record<IntType, number>> = { int: 64, int64: 64, int32: 32, uint: 64, uint8: 8, uint32: 32, uint64: 64 };

/** A Go integer: its type and its value. Never compare two with `===`; a JavaScript number is a Go float64. */
export class GoInt {
  readonly type: IntType;
  readonly value: bigint;

  constructor(type: IntType, value: bigint) {
    this.type = type;
    this.value = value;
  }

  /** Decimal digits. */
  toString(): string {
    return this.value.toString();
  }
}

const SMALL_FROM = -16;
const SMALL_TO = 1024;
const smallInts: GoInt[] = [];
for (let i = SMALL_FROM; i < SMALL_TO; i++) smallInts.push(new GoInt("int", BigInt(i)));

/** Makes an `int`. A number must be whole; values outside 64 bits wrap as Go's do. */
export function goInt(value: number | bigint): GoInt {
  if (typeof value === "number" && value >= SMALL_FROM && value < SMALL_TO) return smallInts[value - SMALL_FROM]!;
  return new GoInt("int", BigInt.asIntN(64, BigInt(value)));
}

/** Makes an `int64`, wrapping at 64 bits. */
export function goInt64(value: number | bigint): GoInt {
  return new GoInt("int64", BigInt.asIntN(64, BigInt(value)));
}

/** Makes an integer of any Go type, wrapping at its width. */
export function goInteger(type: IntType, value: number | bigint): GoInt {
  const wide = BigInt(value);
  return new GoInt(type, type.startsWith("u") ? BigInt.asUintN(WIDTH[type], wide) : BigInt.asIntN(WIDTH[type], wide));
}

/** True for any Go integer. */
export function isInt(value: unknown): value is GoInt {
  return value instanceof GoInt;
}
