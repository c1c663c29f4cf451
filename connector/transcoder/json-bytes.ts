/** The bytes JSON is made of, and strings as they lie in a body: scanned, copied, decoded. */

import { ConnectorError } from '../errors.ts';

export const quote = 0x22;
export const comma = 0x2c;
export const minus = 0x2d;
export const point = 0x2e;
export const zero = 0x30;
export const nine = 0x39;
export const colon = 0x3a;
export const openList = 0x5b;
export const backslash = 0x5c;
export const closeList = 0x5d;
export const openMap = 0x7b;
export const closeMap = 0x7d;

/** 1 for the bytes that cannot stand for themselves in a string: quote, backslash, control characters. */
const isSpecial = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < 0x20 || byte === quote || byte === backslash ? 1 : 0,
);
const hexDigits = new Set(Buffer.from('0123456789abcdefABCDEF'));
const shortEscapes = new Set(Buffer.from('"\\/bfnrt'));
const replacement = Buffer.from('\\ufffd');

/** A body that is not what AWS sends: what was looked for, and at which byte it is not. */
export function invalidResponse(body: Uint8Array, at: number, expected: string): ConnectorError {
  const found = at < body.length ? '' : ', but it ends there';
  return new ConnectorError(
    'response-invalid',
    `Cannot read the response of DynamoDB: expected ${expected} at byte ${at}${found}`,
    { hint: 'If this happens again, something on the way to DynamoDB alters its responses.' },
  );
}

/** Where the string that begins at `at` ends, its quotes included. */
export function stringEnd(body: Uint8Array, at: number): number {
  if (body[at] !== quote) throw invalidResponse(body, at, 'a string');
  let next = at + 1;
  for (;;) {
    while (isSpecial[body[next]!] === 0) next++;
    const byte = body[next];
    if (byte === quote) return next + 1;
    if (byte !== backslash) throw invalidResponse(body, next, 'the rest of a string');
    next += escapeLength(body, next);
  }
}

/**
 * Copies the string at `at`, quotes and escapes as they are, and returns where it ends: as many bytes as were
 * read have been written. Half a surrogate pair becomes U+FFFD, because Flow's JSON parser refuses it.
 */
export function copyString(body: Uint8Array, at: number, out: Uint8Array, to: number): number {
  if (body[at] !== quote) throw invalidResponse(body, at, 'a string');
  out[to] = quote;
  const shift = to - at;
  let next = at + 1;
  for (;;) {
    let byte = body[next]!;
    while (isSpecial[byte] === 0) {
      out[next + shift] = byte;
      byte = body[++next]!;
    }
    if (byte === quote) {
      out[next + shift] = quote;
      return next + 1;
    }
    if (byte !== backslash) throw invalidResponse(body, next, 'the rest of a string');
    next = copyEscape(body, next, out, next + shift);
  }
}

/** The text of the string that lies from `start` to `end`, quotes included. */
export function decodeString(body: Uint8Array, start: number, end: number): string {
  const token = Buffer.from(body.buffer, body.byteOffset + start, end - start);
  if (!token.includes(backslash)) return token.toString('utf8', 1, token.length - 1);
  return JSON.parse(token.toString('utf8')) as string;
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
  if (shortEscapes.has(body[at + 1]!)) return 2;
  const unit = codeUnitAt(body, at);
  if ((unit & 0xfc00) !== 0xd800 || body[at + 6] !== backslash || body[at + 7] !== 0x75) return 6;
  return (codeUnitAt(body, at + 6) & 0xfc00) === 0xdc00 ? 12 : 6;
}

function codeUnitAt(body: Uint8Array, at: number): number {
  const digits = body.subarray(at + 2, at + 6);
  if (
    body[at + 1] !== 0x75 ||
    digits.length < 4 ||
    !digits.every((digit) => hexDigits.has(digit))
  ) {
    throw invalidResponse(body, at, 'an escape sequence');
  }
  return parseInt(String.fromCharCode(...digits), 16);
}
