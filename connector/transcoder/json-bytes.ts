/** The bytes JSON is made of, and strings as they lie in a body: scanned, copied, decoded. */

import { ConnectorError } from '../errors.ts';
import {
  backslash,
  carriageReturn,
  comma,
  letterE,
  lineFeed,
  minus,
  nine,
  plus,
  point,
  quote,
  smallE,
  smallU,
  space,
  tab,
  zero,
} from './bytes.ts';

/** 1 for the bytes that cannot stand for themselves in a string: quote, backslash, control characters. */
const isSpecial = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < space || byte === quote || byte === backslash ? 1 : 0,
);
const hexDigits = new Set(Buffer.from('0123456789abcdefABCDEF'));
const shortEscapes = new Set(Buffer.from('"\\/bfnrt'));
const replacement = Buffer.from('\\ufffd');

/** Bytes, with a view to read and write four at once. */
export interface ByteSource {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

/** A body that is not what AWS sends: what was looked for, and at which byte it is not. */
export function invalidResponse(body: Uint8Array, at: number, expected: string): ConnectorError {
  const found = at < body.length ? '' : ', but it ends there';
  return new ConnectorError(
    'response-invalid',
    `Cannot read the response of DynamoDB: expected ${expected} at byte ${at}${found}`,
    { hint: 'If this happens again, something between here and DynamoDB alters its responses.' },
  );
}

/**
 * Marks, by its highest bit, the first byte of four that cannot stand for itself in a string; 0 when all can. For a
 * word of four bytes, lowest byte first, without looking at each: in `word ^ 0x02020202` the quote becomes 0x20 and
 * control characters stay below it, so that subtracting 0x21 borrows from these bytes only (and perhaps from ones
 * above them, which are marked in vain); the same with the backslash and 1. Bytes above 0x7f are told by `& ~word`.
 */
function marksIn(word: number): number {
  const quoteAt20 = word ^ 0x02020202;
  const backslashAt0 = word ^ 0x5c5c5c5c;
  return (
    (((quoteAt20 - 0x21212121) & ~quoteAt20) | ((backslashAt0 - 0x01010101) & ~backslashAt0)) &
    0x80808080
  );
}

/** Which byte is the first one marked; 4 for none. */
function firstMarked(marks: number): number {
  return marks === 0 ? 4 : (31 - Math.clz32(marks & -marks)) >> 3;
}

/** Where the string that begins at `at` ends, its quotes included. */
export function stringEnd(body: ByteSource, at: number): number {
  const { bytes, view } = body;
  if (bytes[at] !== quote) throw invalidResponse(bytes, at, 'a string');
  const wordsEnd = bytes.length - 3;
  let next = at + 1;
  for (;;) {
    while (next < wordsEnd) {
      const skip = firstMarked(marksIn(view.getInt32(next, true)));
      next += skip;
      if (skip < 4) break;
    }
    while (isSpecial[bytes[next]!] === 0) next++;
    if (bytes[next] === quote) return next + 1;
    next += escapeLength(bytes, next);
  }
}

/**
 * Copies the string at `at`, if it has no escapes and is not among the last bytes of the body, and returns where it
 * ends; else 0. As many bytes as were read have been written, and up to seven more that mean nothing.
 */
export function copyPlainString(
  body: Uint8Array,
  view: DataView,
  at: number,
  out: Uint8Array,
  outView: DataView,
  to: number,
): number {
  const wordsEnd = body.length - 7;
  const shift = to - at;
  out[to] = quote;
  let next = at + 1;
  while (next < wordsEnd) {
    const word = view.getInt32(next, true);
    const nextWord = view.getInt32(next + 4, true);
    outView.setInt32(next + shift, word, true);
    outView.setInt32(next + shift + 4, nextWord, true);
    let marks = marksIn(word);
    if (marks === 0) {
      next += 4;
      marks = marksIn(nextWord);
    }
    next += firstMarked(marks);
    if (marks !== 0) return body[next] === quote ? next + 1 : 0;
  }
  return 0;
}

/**
 * Copies the string at `at`, escapes as they are, and returns where it ends; as many bytes are written as are read.
 * Half a surrogate pair becomes U+FFFD, because Flow's JSON parser refuses it.
 */
export function copyString(body: ByteSource, at: number, out: ByteSource, to: number): number {
  const { bytes, view } = body;
  if (bytes[at] !== quote) throw invalidResponse(bytes, at, 'a string');
  const wordsEnd = bytes.length - 3;
  const shift = to - at;
  out.bytes[to] = quote;
  let next = at + 1;
  for (;;) {
    for (let skip = 4; skip === 4 && next < wordsEnd; next += skip) {
      const word = view.getInt32(next, true);
      out.view.setInt32(next + shift, word, true);
      skip = firstMarked(marksIn(word));
    }
    const byte = bytes[next]!;
    out.bytes[next + shift] = byte;
    if (byte === quote) return next + 1;
    if (isSpecial[byte] === 0) next++;
    else next = copyEscape(bytes, next, out.bytes, next + shift);
  }
}

/** The text of the string that lies from `start` to `end`, quotes included. */
export function textOf(body: Buffer, start: number, end: number): string {
  const inside = body.toString('utf8', start + 1, end - 1);
  return inside.includes('\\') ? (JSON.parse(`"${inside}"`) as string) : inside;
}

/** The next place, from `at` on, that is not whitespace. */
export function skipSpace(body: Uint8Array, at: number): number {
  let next = at;
  let byte = body[next];
  while (byte === space || byte === lineFeed || byte === carriageReturn || byte === tab)
    byte = body[++next];
  return next;
}

/** The place behind `byte`, which must be at `at` but for whitespace. */
export function afterByte(body: Uint8Array, at: number, byte: number): number {
  const next = skipSpace(body, at);
  if (body[next] === byte) return next + 1;
  const expected = byte === quote ? 'a string' : `"${String.fromCharCode(byte)}"`;
  throw invalidResponse(body, next, expected);
}

/** Where the comma or the closing byte is that must be at `at` but for whitespace. */
export function separatorAt(body: Uint8Array, at: number, close: number): number {
  const next = skipSpace(body, at);
  if (body[next] === comma || body[next] === close) return next;
  throw invalidResponse(body, next, `"," or "${String.fromCharCode(close)}"`);
}

/** Where the JSON number that begins at `at` ends; throws when there is none. */
export function numberEnd(body: Uint8Array, at: number): number {
  let next = body[at] === minus ? at + 1 : at;
  next = body[next] === zero ? next + 1 : digitsEnd(body, next);
  if (body[next] === point) next = digitsEnd(body, next + 1);
  if (body[next] === letterE || body[next] === smallE) {
    const sign = body[next + 1];
    next = digitsEnd(body, sign === minus || sign === plus ? next + 2 : next + 1);
  }
  return next;
}

/** Where the digits end that must begin at `at`. */
function digitsEnd(body: Uint8Array, at: number): number {
  let next = at;
  while (body[next]! >= zero && body[next]! <= nine) next++;
  if (next === at) throw invalidResponse(body, at, 'a number');
  return next;
}

function copyEscape(body: Uint8Array, at: number, out: Uint8Array, to: number): number {
  const length = escapeLength(body, at);
  const isLoneSurrogate = length === 6 && (codeUnitAt(body, at) & 0xf800) === 0xd800;
  const [source, start] = isLoneSurrogate ? [replacement, 0] : [body, at];
  for (let index = 0; index < length; index++) out[to + index] = source[start + index]!;
  return at + length;
}

/** How long the escape at `at` is: 2, 6, or 12 for the two halves of a surrogate pair. */
function escapeLength(body: Uint8Array, at: number): number {
  if (body[at] !== backslash) throw invalidResponse(body, at, 'the rest of a string');
  if (shortEscapes.has(body[at + 1]!)) return 2;
  const unit = codeUnitAt(body, at);
  if ((unit & 0xfc00) !== 0xd800 || body[at + 6] !== backslash || body[at + 7] !== smallU) return 6;
  return (codeUnitAt(body, at + 6) & 0xfc00) === 0xdc00 ? 12 : 6;
}

function codeUnitAt(body: Uint8Array, at: number): number {
  const digits = body.subarray(at + 2, at + 6);
  if (
    body[at + 1] !== smallU ||
    digits.length < 4 ||
    !digits.every((digit) => hexDigits.has(digit))
  ) {
    throw invalidResponse(body, at, 'an escape sequence');
  }
  return parseInt(String.fromCharCode(...digits), 16);
}
