/** Numbers of DynamoDB as text: 38 digits, which no JavaScript number holds. */

import type { ByteWriter } from './byte-writer.ts';
import { minus, nine, point, quote, zero } from './bytes.ts';
import { doubleDigitsMax, isExactDecimal } from './exact-decimal.ts';
import { invalidResponse, stringEnd } from './json-bytes.ts';
import type { JsonCursor } from './json-cursor.ts';

// DynamoDB's numbers lie between 1E-130 and 1E126; more zeros than this are not a number of DynamoDB's, and a
// short text must not make a long one.
const exponentMax = 400;

/** Every number of so many significant digits reads back from a double as it was. */
const safeDigits = 15;
/** Every integer of so many digits fits 64 bits. */
const safeIntegerDigits = 18;

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
 * Copies the digits of the number whose JSON string begins at `at`, if they are canonical, and returns where the
 * string ends: negative when they are so many that a JSON number may not be exact; 0 for a number in another form.
 */
export function copyPlainNumber(body: Uint8Array, at: number, out: Uint8Array, to: number): number {
  if (body[at] !== quote) return 0;
  const shift = to - at - 1;
  let next = at + 1;
  let byte = body[next]!;
  if (byte === minus) {
    out[next + shift] = byte;
    byte = body[++next]!;
  }
  const first = next;
  while (byte >= zero && byte <= nine) {
    out[next + shift] = byte;
    byte = body[++next]!;
  }
  const isZero = body[first] === zero;
  const pointAt = next;
  if (pointAt === first || (isZero && pointAt > first + 1)) return 0;
  if (byte === point) {
    do {
      out[next + shift] = byte;
      byte = body[++next]!;
    } while (byte >= zero && byte <= nine);
    if (next === pointAt + 1 || body[next - 1] === zero) return 0;
  } else if (isZero && first > at + 1) return 0;
  if (byte !== quote) return 0;
  return next - first > (next === pointAt ? safeIntegerDigits : safeDigits) ? -next - 1 : next + 1;
}

/**
 * Writes the number whose JSON string begins at `at`, in whatever form: as a JSON number where that is exact, else,
 * and always when `isText`, as a string of the same digits. Returns where the string ends. The writer must have
 * room for as many bytes as are left in the body; it has afterwards.
 */
export function writeNumber(
  cursor: JsonCursor,
  at: number,
  writer: ByteWriter,
  isText = false,
): number {
  const { bytes } = cursor;
  if (isText) writer.writeByte(quote);
  const end = copyPlainNumber(bytes, at, writer.bytes, writer.length);
  if (end === 0) return writeOtherNumber(cursor, at, writer, isText);
  const stop = Math.abs(end);
  if (end > 0 || isText || isExactAt(cursor, at, stop)) writer.length += stop - at - 2;
  else writer.writeRange(bytes, at, stop);
  if (isText) writer.writeByte(quote);
  writer.reserve(bytes.length - stop);
  return stop;
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
  isText: boolean,
): number {
  const { bytes } = cursor;
  const end = stringEnd(cursor, at);
  const canonical = canonicalNumber(cursor.text(at, end));
  if (canonical === undefined) throw invalidResponse(bytes, at, 'a number');
  // `1E+125` becomes longer than it was read.
  writer.reserve(canonical.length + bytes.length - at);
  const isQuoted = !isText && !isExactInFlow(canonical);
  if (isQuoted) writer.writeByte(quote);
  writer.writeAscii(canonical);
  if (isQuoted || isText) writer.writeByte(quote);
  return end;
}
