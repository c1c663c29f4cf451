/** Numbers of DynamoDB as text: 38 digits, which no JavaScript number holds. */

import type { ByteWriter } from './byte-writer.ts';
import {
  decodeString,
  invalidResponse,
  minus,
  nine,
  point,
  quote,
  stringEnd,
  zero,
} from './json-bytes.ts';

// DynamoDB's numbers lie between 1E-130 and 1E126; more zeros than this are not a number of DynamoDB's, and a
// short text must not make a long one.
const exponentMax = 400;

/** Every number of so many significant digits reads back from a double as it was. */
const safeDigits = 15;

const integerMax = '18446744073709551615';
const integerMin = '9223372036854775808';

/**
 * The text as AWS writes it: plain decimal, no exponent, no needless zero or sign. Undefined for what is not a
 * number. Servers other than AWS also send `1.50`, `1E+2`, `-0`.
 */
export function canonicalNumber(text: string): string | undefined {
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
  // The shortest text that reads back as the double is what a writer of doubles prints.
  return canonicalNumber(String(Number(canonical))) === canonical;
}

/**
 * Writes the number whose JSON string begins at `at`: as a JSON number where that is exact, else, and always when
 * `isText`, as a string of the same digits. Returns where the string ends. The writer must have room for as many
 * bytes as are left in the body; it has afterwards.
 */
export function writeNumber(
  body: Uint8Array,
  at: number,
  writer: ByteWriter,
  isText: boolean,
): number {
  const end = canonicalEnd(body, at);
  const length = end - at - 1;
  if (end < 0 || (length > safeDigits && !isText)) return writeLongNumber(body, at, writer, isText);
  const { bytes } = writer;
  let to = writer.length;
  const last = isText ? end : end - 1;
  for (let next = isText ? at : at + 1; next <= last; next++) bytes[to++] = body[next]!;
  writer.length = to;
  return end + 1;
}

/** Where the closing quote of a canonical number is; -1 when the number is written in any other way. */
function canonicalEnd(body: Uint8Array, at: number): number {
  if (body[at] !== quote) throw invalidResponse(body, at, 'a number as a string');
  const isNegative = body[at + 1] === minus;
  let next = isNegative ? at + 2 : at + 1;
  let byte = body[next]!;
  if (byte === zero) {
    byte = body[++next]!;
    if (byte === quote && isNegative) return -1;
  } else {
    if (!(byte > zero && byte <= nine)) return -1;
    do byte = body[++next]!;
    while (byte >= zero && byte <= nine);
  }
  if (byte === point) {
    const pointAt = next;
    do byte = body[++next]!;
    while (byte >= zero && byte <= nine);
    if (next === pointAt + 1 || body[next - 1] === zero) return -1;
  }
  return byte === quote ? next : -1;
}

function writeLongNumber(
  body: Uint8Array,
  at: number,
  writer: ByteWriter,
  isText: boolean,
): number {
  const end = stringEnd(body, at);
  const canonical = canonicalNumber(decodeString(body, at, end));
  if (canonical === undefined) throw invalidResponse(body, at, 'a number');
  const text = isText || !isExactInFlow(canonical) ? `"${canonical}"` : canonical;
  // `1E+125` becomes longer than it was read.
  writer.reserve(text.length + body.length - at);
  writer.writeAscii(text);
  return end;
}
