import { exponentParts, exponentText, fixedText } from "./numbers.js";

/** Digits of a float in one of the presentation types, without sign and padding. `value` is not negative. */
export function floatDigits(value: number, type: string, precision: number, alternate: boolean): string {
  const upper = type === "E" || type === "F" || type === "G";
  const text = lowerDigits(value, type.toLowerCase(), precision, alternate);
  return upper ? text.toUpperCase() : text;
}

function lowerDigits(value: number, type: string, precision: number, alternate: boolean): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return "inf";
  if (type === "f") return fixedText(value, precision) + (alternate && precision === 0 ? "." : "");
  if (type === "e") return exponentForm(exponentParts(value, precision), precision, alternate);
  const significant = precision === 0 ? 1 : precision;
  const parts = exponentParts(value, significant - 1);
  if (parts.exponent < -4 || parts.exponent >= significant) {
    const digits = alternate ? parts.digits : parts.digits.replace(/0+$/, "") || "0";
    return exponentForm({ digits: digits.padEnd(1, "0"), exponent: parts.exponent }, digits.length - 1, alternate);
  }
  const fixed = fixedText(value, significant - 1 - parts.exponent);
  if (alternate) return fixed.includes(".") ? fixed : `${fixed}.`;
  return fixed.includes(".") ? fixed.replace(/\.?0+$/, "") : fixed;
}

function exponentForm(parts: { digits: string; exponent: number }, decimals: number, alternate: boolean): string {
  const point = decimals > 0 || alternate ? "." : "";
  return `${parts.digits[0]}${point}${parts.digits.slice(1)}e${exponentText(parts.exponent)}`;
}
