/** The sum of two numbers as Flow adds them: 64-bit integers, doubles, or decimal text of any length. */
import type { JsonValue } from './json.ts';

export type Sum =
  { readonly value: JsonValue } | { readonly error: 'sum-wrong-type' | 'sum-overflow' };

/** `units` divided by 10 to the power of `scale`. */
interface Decimal {
  readonly units: bigint;
  readonly scale: number;
}

const signedMin = -(2n ** 63n);
const unsignedMax = 2n ** 64n - 1n;
// A scale beyond this would make numbers of megabytes out of a few characters such as `1e-9999999`.
const scaleMax = 10_000;
const decimalText = /^([-+]?)(\d*)(?:\.(\d*))?(?:[eE]([-+]?\d{1,5}))?$/;

/**
 * Adds two values. Integers are added exactly and must stay within 64 bits, signed or unsigned; anything else
 * as doubles, which must stay finite. When either side is text, both are added as decimals and the sum is text.
 */
export function sum(lhs: JsonValue, rhs: JsonValue): Sum {
  if (typeof lhs === 'string' || typeof rhs === 'string') return sumDecimals(lhs, rhs);
  if (!isNumeric(lhs) || !isNumeric(rhs)) return { error: 'sum-wrong-type' };
  if (isInteger(lhs) && isInteger(rhs)) {
    const total = BigInt(lhs) + BigInt(rhs);
    if (total < signedMin || total > unsignedMax) return { error: 'sum-overflow' };
    const number = Number(total);
    return { value: Number.isSafeInteger(number) ? number : total };
  }
  const total = Number(lhs) + Number(rhs);
  return Number.isFinite(total) ? { value: total } : { error: 'sum-overflow' };
}

function isNumeric(value: JsonValue): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

// A double of integral value, such as 1e300, stays a double unless it is small enough to be either.
function isInteger(value: number | bigint): boolean {
  if (typeof value === 'bigint') return value >= signedMin && value <= unsignedMax;
  return Number.isSafeInteger(value);
}

function sumDecimals(lhs: JsonValue, rhs: JsonValue): Sum {
  const left = decimalOf(lhs);
  const right = decimalOf(rhs);
  if (left === undefined || right === undefined) return { error: 'sum-wrong-type' };
  const scale = Math.max(left.scale, right.scale);
  const units = unitsAt(left, scale) + unitsAt(right, scale);
  return { value: textOf({ units, scale }) };
}

function decimalOf(value: JsonValue): Decimal | undefined {
  if (typeof value === 'string') return parseDecimal(value);
  if (!isNumeric(value)) return undefined;
  // A fraction counts with 16 significant digits, trailing zeros included, as in Flow.
  return parseDecimal(isInteger(value) ? value.toString() : Number(value).toExponential(15));
}

function parseDecimal(text: string): Decimal | undefined {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = decimalText.exec(text) ?? [];
  if (whole + fraction === '') return undefined;
  const units = BigInt(whole + fraction) * (sign === '-' ? -1n : 1n);
  const scale = fraction.length - Number(exponent);
  if (Math.abs(scale) > scaleMax) return undefined;
  return scale < 0 ? { units: units * 10n ** BigInt(-scale), scale: 0 } : { units, scale };
}

function unitsAt({ units, scale }: Decimal, wanted: number): bigint {
  return units * 10n ** BigInt(wanted - scale);
}

function textOf({ units, scale }: Decimal): string {
  if (scale === 0) return units.toString();
  const sign = units < 0n ? '-' : '';
  const digits = units
    .toString()
    .replace('-', '')
    .padStart(scale + 1, '0');
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}
