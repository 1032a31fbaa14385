import type { DbfName } from "../tables/types.js";

/** A C cast from double to a 32-bit integer as x86-64 does it: towards zero, and the smallest integer where it does not fit. */
export function toInt32(value: number): number {
  const whole = Math.trunc(value);
  return whole >= -2147483648 && whole <= 2147483647 ? whole | 0 : -2147483648;
}

/** A number as C stores it in an integer type: cast to 32 bits, then cut to the width. */
export function toInteger(type: DbfName, value: number): number {
  const whole = toInt32(value);
  switch (type) {
    case "SHORT":
      return (whole << 16) >> 16;
    case "ENUM":
      return whole & 0xffff;
    case "CHAR":
      return whole & 0xff;
    default:
      return whole;
  }
}
