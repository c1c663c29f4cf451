/** Whether a double holds a decimal exactly, told from its digits: nearly none needs a text made of them. */

import { minus, point, zero } from './bytes.ts';

/** No double prints more digits that mean something. */
export const doubleDigitsMax = 17;
/** Every number of so many significant digits reads back from a double as it was. */
const safeDigits = 15;
/** Digits of the longest 64-bit integer. */
const integerDigitsMax = 20;
/** Powers of ten that a double holds exactly. */
const powers = Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));

/** So many digits at the end are read apart: the others, eight or nine, times its power of ten are exact in a double. */
const tailDigits = 8;
const tailPower = 1e8;

/**
 * For canonical digits from `start` to `end`, too many to be surely exact: whether a writer of doubles, which prints
 * the fewest digits that read back as the same double, prints just these. Undefined where that takes a closer look.
 */
export function isExactDecimal(body: Uint8Array, start: number, end: number): boolean | undefined {
  let first = body[start] === minus ? start + 1 : start;
  let pointAt = first;
  while (pointAt < end && body[pointAt] !== point) pointAt++;
  if (pointAt === end) return isExactInteger(body, first, end);
  let significant = end - first - 1;
  if (body[first] === zero) {
    first = pointAt + 1;
    while (body[first] === zero) first++;
    significant = end - first;
  }
  if (significant > doubleDigitsMax) return false;
  if (significant <= safeDigits) return true;
  const tailAt = end - (pointAt < end - tailDigits ? tailDigits : tailDigits + 1);
  const head = integerOf(body, first, tailAt);
  return isShortest(head, integerOf(body, tailAt, end), end - pointAt - 1);
}

function isExactInteger(body: Uint8Array, first: number, end: number): boolean | undefined {
  if (end - first <= integerDigitsMax) return undefined;
  let last = end - 1;
  while (body[last] === zero) last--;
  return last + 1 - first > doubleDigitsMax ? false : undefined;
}

/** The digits from `at` to `end`, at most nine, without the point that may be among them. */
function integerOf(body: Uint8Array, at: number, end: number): number {
  let integer = 0;
  for (let next = at; next < end; next++) {
    const byte = body[next]!;
    if (byte !== point) integer = Math.imul(integer, 10) + byte - zero;
  }
  return integer;
}

/** Doubles as their bits. */
const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);
/** Nearer to a limit than this, in units of the last digit, sums of rounded numbers do not tell; they err by 1e-14. */
const doubtful = 1e-9;

/**
 * The same for 16 or 17 significant digits: `tail` is the last eight of them, `head` the others.
 *
 * Problem. Printing the double and comparing takes ten times as long as all else that is done to a number.
 *
 * Rule. In units of the last digit, the number is an integer D, the double nearest to it lies `off` beneath D, and all
 * that reads as this double lies within `half` of it. The digits are those printed if no multiple of ten, which has a digit
 * less, lies within `half`, and if no other integer is nearer to the double.
 *
 * Why it holds. D and the double's product with the power of ten are sums of two doubles without an error, so `off` is
 * known to 1e-14 of a unit, and `half` exactly. Where either is that near to a limit, or the double is a power of
 * two, beneath which doubles are denser, the answer is left to printing.
 */
function isShortest(head: number, tail: number, scale: number): boolean | undefined {
  const power = powers[scale];
  if (power === undefined) return undefined;
  // D = whole + rest.
  const shifted = head * tailPower;
  const whole = shifted + tail;
  const rest = tail - (whole - shifted);
  const near = whole / power;
  double[0] = near;
  if (words[0]! < 4 || words[0]! > 0xffff_fffb) return undefined; // May be next to a power of two.
  words[0]!++;
  const step = (double[0] - near) * power;
  const half = step / 2;
  const product = near * power;
  let off = whole - product - errorOf(product, near, power) + rest;
  // What lies beyond half a step belongs to a neighbour: the whole is the integer but for what a double lacks of it.
  off -= Math.round(off / step) * step;
  const fromDouble = Math.abs(off);
  if (half - fromDouble < doubtful) return undefined;
  const last = tail % 10;
  const toLower = Math.abs(last - off);
  const toUpper = Math.abs(10 - last + off);
  const toShorter = Math.min(toLower, toUpper);
  if (Math.abs(toShorter - half) < doubtful || Math.abs(fromDouble - 0.5) < doubtful)
    return undefined;
  return toShorter > half && fromDouble < 0.5;
}

/** What a rounded product of two doubles lacks, exactly. https://en.wikipedia.org/wiki/2Sum; Dekker, 1971 */
function errorOf(product: number, a: number, b: number): number {
  const aSplit = 134_217_729 * a;
  const aHigh = aSplit - (aSplit - a);
  const aLow = a - aHigh;
  const bSplit = 134_217_729 * b;
  const bHigh = bSplit - (bSplit - b);
  const bLow = b - bHigh;
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
}
