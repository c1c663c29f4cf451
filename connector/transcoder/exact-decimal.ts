/** Whether a double holds a decimal exactly, told from its digits: most need no text made of them. */

import { minus, point, zero } from './bytes.ts';

/** No double prints more digits that mean something. */
export const doubleDigitsMax = 17;
/** Every number of so many significant digits reads back from a double as it was. */
const safeDigits = 15;
/** Digits of the longest 64-bit integer. */
const integerDigitsMax = 20;
/** Powers of ten that a double holds exactly. */
const powers = Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));

/**
 * For canonical digits from `start` to `end`, too many to be surely exact: whether a writer of doubles, which prints
 * the fewest digits that read back as the same double, prints just these. Undefined where that takes a closer look.
 */
export function isExactDecimal(body: Uint8Array, start: number, end: number): boolean | undefined {
  let mantissa = 0;
  let significant = 0;
  let trailingZeros = 0;
  let scale = -1;
  for (let at = body[start] === minus ? start + 1 : start; at < end; at++) {
    const byte = body[at]!;
    if (byte === point) {
      scale = 0;
      continue;
    }
    if (scale >= 0) scale++;
    mantissa = mantissa * 10 + byte - zero;
    if (byte !== zero) {
      significant += trailingZeros + 1;
      trailingZeros = 0;
    } else if (significant > 0) trailingZeros++;
  }
  if (scale < 0 && significant + trailingZeros <= integerDigitsMax) return undefined;
  if (significant > doubleDigitsMax) return false;
  if (scale < 0 || significant > safeDigits + 1) return undefined;
  return significant <= safeDigits ? true : isShortest(mantissa, scale);
}

/**
 * The same for `mantissa / 10 ** scale`, of 16 significant digits. Division of integers that doubles hold gives the
 * nearest double, as reading the digits would. All decimals between two that read as one double read as it, too; so
 * if any of 15 digits does, a neighbour of this one among them does, and if another of 16 does, the next one does.
 */
function isShortest(mantissa: number, scale: number): boolean | undefined {
  const power = powers[scale];
  const shorterPower = powers[scale - 1];
  if (power === undefined || shorterPower === undefined) return undefined;
  if (mantissa >= Number.MAX_SAFE_INTEGER) return undefined;
  const double = mantissa / power;
  const shorter = Math.floor(mantissa / 10);
  if (shorter / shorterPower === double || (shorter + 1) / shorterPower === double) return false;
  // Which of several is nearest, only printing tells.
  const isOnly = (mantissa - 1) / power !== double && (mantissa + 1) / power !== double;
  return isOnly ? true : undefined;
}
