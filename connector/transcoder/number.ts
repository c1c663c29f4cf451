/** Numbers of DynamoDB as text: 38 digits, which no JavaScript number holds. */

import type { ByteWriter } from './byte-writer.ts';
import { point, quote, smallE } from './bytes.ts';
import { doubleDigitsMax, isExactDecimal } from './exact-decimal.ts';
import { invalidResponse, stringEnd } from './json-bytes.ts';
import type { JsonCursor } from './json-cursor.ts';
import { anyNumberText, decimalText, fractional, wholeText } from './known-names.ts';
import { anyDigits, copyPlainNumber, fractionBit, safeDigits } from './plain-number.ts';

/**
 * How numbers that are no key are written: as JSON numbers where Flow holds them exactly and as strings where not; as
 * JSON numbers, rounded to doubles; as strings.
 */
export type NumberForm = 'exact' | 'double' | 'string';

// DynamoDB's numbers lie between 1E-130 and 1E126; more zeros than this are not a number of DynamoDB's, and a
// short text must not make a long one.
const exponentMax = 400;

/** So many digits of a whole number need no thought: any such fits 64 bits, or a double. */
export const wholeDigitsMax: Readonly<Record<NumberForm, number>> = {
  exact: 18,
  double: safeDigits,
  string: anyDigits,
};

const canonicalPattern = /^(?:0|-?[1-9]\d*|-?(?:0|[1-9]\d*)\.\d*[1-9])$/;

const integerMax = '18446744073709551615';
const integerMin = '9223372036854775808';

/**
 * The text as AWS writes it: plain decimal, no exponent, no needless zero or sign. Undefined for what is not a
 * number. Servers other than AWS also send `1.50`, `1E+2`, `-0`.
 */
export function canonicalNumber(text: string): string | undefined {
  if (canonicalPattern.test(text)) return text;
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,9}))?$/.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = '', fraction = '', exponentText = '0'] = match;
  const exponent = Number(exponentText);
  if (whole.length + fraction.length === 0 || Math.abs(exponent) > exponentMax) return undefined;

  let digits = whole + fraction;
  let pointAt = whole.length + exponent;
  if (pointAt < 1) {
    digits = '0'.repeat(1 - pointAt) + digits;
    pointAt = 1;
  }
  const integer = digits
    .slice(0, pointAt)
    .padEnd(pointAt, '0')
    .replace(/^0+(?=\d)/, '');
  const decimals = digits.slice(pointAt).replace(/0+$/, '');
  const plain = decimals === '' ? integer : `${integer}.${decimals}`;
  return sign === '-' && plain !== '0' ? `-${plain}` : plain;
}

/**
 * True when Flow, which keeps integers in 64 bits and everything else as a double, reads these canonical digits
 * and writes the same ones again.
 */
export function isExactInFlow(canonical: string): boolean {
  const magnitude = canonical.startsWith('-') ? canonical.slice(1) : canonical;
  if (!magnitude.includes('.')) {
    const max = canonical === magnitude ? integerMax : integerMin;
    if (magnitude.length < max.length) return true;
    if (magnitude.length === max.length && magnitude <= max) return true;
  }
  if (significantDigits(magnitude) > doubleDigitsMax) return false;
  // What reads back as the same double in the fewest digits is what a writer of doubles prints.
  const shortest = String(Number(canonical));
  return (
    shortest === canonical || (shortest.includes('e') && canonicalNumber(shortest) === canonical)
  );
}

/** How many digits are left when zeros at both ends are not counted. */
function significantDigits(magnitude: string): number {
  let start = 0;
  let end = magnitude.length;
  while (magnitude[start] === '0' || magnitude[start] === '.') start++;
  while (magnitude[end - 1] === '0' || magnitude[end - 1] === '.') end--;
  const pointAt = magnitude.indexOf('.', start);
  return pointAt >= 0 && pointAt < end ? end - start - 1 : end - start;
}

/**
 * Writes the number whose JSON string begins at `at`, however it is spelled, in the form asked for. Returns where the
 * string ends. The writer must have room for as many bytes as are left in the body; it has afterwards.
 */
export function writeNumber(
  cursor: JsonCursor,
  at: number,
  writer: ByteWriter,
  form: NumberForm,
): number {
  const { bytes } = cursor;
  const isText = form === 'string';
  if (isText) writer.writeByte(quote);
  const { bytes: out, view: outView, length } = writer;
  const copied = copyPlainNumber(
    bytes,
    cursor.view,
    at,
    out,
    outView,
    length,
    wholeDigitsMax[form],
  );
  const end = copied < 0 ? -copied : copied & (fractionBit - 1);
  if (end === 0) return writeOtherNumber(cursor, at, writer, form);
  if (copied > 0 || isText || (form === 'exact' && isExactAt(cursor, at, end))) {
    writer.length += end - at - 2;
  } else if (form === 'double') {
    writer.writeAscii(doubleText(cursor, at, cursor.text(at, end)));
  } else writer.writeRange(bytes, at, end);
  if (isText) writer.writeByte(quote);
  writer.reserve(bytes.length - end);
  return end;
}

/** For canonical digits from `at` to `end`, quotes included: what `isExactInFlow` says of them. */
function isExactAt(cursor: JsonCursor, at: number, end: number): boolean {
  return isExactDecimal(cursor.bytes, at + 1, end - 1) ?? isExactInFlow(cursor.text(at, end));
}

/** For a number in another form than AWS's. */
function writeOtherNumber(
  cursor: JsonCursor,
  at: number,
  writer: ByteWriter,
  form: NumberForm,
): number {
  const { bytes } = cursor;
  const end = stringEnd(cursor, at);
  const canonical = canonicalNumber(cursor.text(at, end));
  if (canonical === undefined) throw invalidResponse(bytes, at, 'a number');
  // `1E+125` becomes longer than it was read.
  writer.reserve(canonical.length + bytes.length - at);
  const isQuoted = form === 'exact' && !isExactInFlow(canonical);
  if (isQuoted) writer.writeByte(quote);
  writer.writeAscii(form === 'double' ? doubleText(cursor, at, canonical) : canonical);
  if (isQuoted || form === 'string') writer.writeByte(quote);
  return end;
}

/** As Estuary's Go connector writes the number at `at`: the digits, at most 17, of the nearest double. */
function doubleText({ bytes }: JsonCursor, at: number, canonical: string): string {
  const double = Number(canonical);
  // Far beyond what DynamoDB holds; JSON has no word for it.
  if (!Number.isFinite(double)) throw invalidResponse(bytes, at, 'a number');
  return String(double);
}

/** What was written from `from` to `to`, as a fact of its location; 0 for an integer of 64 bits. */
export function numberFact(bytes: Uint8Array, from: number, to: number, form: NumberForm): number {
  if (form === 'string') return anyNumberText;
  const isText = bytes[from] === quote;
  for (let at = from; at < to; at++) {
    if (bytes[at] === point || bytes[at] === smallE) return isText ? decimalText : fractional;
  }
  if (isText) return wholeText;
  // Flow takes whole numbers beyond 64 bits for fractions.
  return to - from < integerMin.length || isIntegerIn64Bits(bytes, from, to) ? 0 : fractional;
}

function isIntegerIn64Bits(bytes: Uint8Array, from: number, to: number): boolean {
  const value = BigInt(String.fromCharCode(...bytes.subarray(from, to)));
  return value >= -BigInt(integerMin) && value <= BigInt(integerMax);
}
