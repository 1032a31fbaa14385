import { compareGo } from "@epicube/gotemplate";

const LETTER = /^\p{L}$/u;
const DIGIT = /^\p{Nd}$/u;

const isLetter = (character: string) => {
  const code = character.charCodeAt(0);
  if (code < 0x80) return (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
  return LETTER.test(character);
};
const isDigit = (character: string | undefined): character is string => {
  if (character === undefined) return false;
  const code = character.charCodeAt(0);
  if (code < 0x80) return code >= 0x30 && code <= 0x39;
  return DIGIT.test(character);
};

/**
 * The order in which go-yaml writes map keys: letters by code point and after all else, runs of digits by their number.
 * Version 3 differs after digits: there a letter comes first.
 */
export function compareKeys(a: string, b: string, version: 2 | 3 = 2): number {
  if (a === b) return 0;
  const ar = Array.from(a);
  const br = Array.from(b);
  let digits = false;
  for (let at = 0; at < ar.length && at < br.length; at++) {
    const x = ar[at]!;
    const y = br[at]!;
    if (x === y) {
      digits = isDigit(x);
      continue;
    }
    const xl = isLetter(x);
    const yl = isLetter(y);
    if (xl && yl) return compareGo(x, y);
    if (xl || yl) return (version === 3 && digits ? xl : yl) ? -1 : 1;
    const base = (x === "0" || y === "0") && followsNumber(ar, at) ? 1 : 0;
    const [xn, xEnd] = readNumber(ar, at, base);
    const [yn, yEnd] = readNumber(br, at, base);
    if (xn !== yn) return xn < yn ? -1 : 1;
    if (xEnd !== yEnd) return xEnd - yEnd;
    return compareGo(x, y);
  }
  return ar.length - br.length;
}

/** True when the digits before `at` are not all zeros: then a zero here is part of a number, not padding. */
function followsNumber(text: readonly string[], at: number): boolean {
  for (let index = at - 1; index >= 0 && isDigit(text[index]); index--) if (text[index] !== "0") return true;
  return false;
}

function readNumber(text: readonly string[], from: number, base: number): [bigint, number] {
  let at = from;
  let value = BigInt(base);
  while (isDigit(text[at])) {
    value = BigInt.asIntN(64, value * 10n + BigInt(text[at]!.codePointAt(0)! - 0x30));
    at++;
  }
  return [value, at];
}
