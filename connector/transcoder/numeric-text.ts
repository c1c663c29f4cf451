/** Texts that Flow takes for numbers: `01234`, `12e4`, `-7.`, `NaN`. A file without imports, for the reason given in `bytes.ts`. */

const plus = 0x2b;
const minus = 0x2d;
const point = 0x2e;
const nine = 0x39;
const letterI = 0x49;
const letterN = 0x4e;
const backslash = 0x5c;
const smallE = 0x65;
const smallY = 0x79;

/**
 * True for the few strings that are worth another look, told by single bytes: those that begin and end like a number, and
 * are no date, nor a UUID. The string lies from `at` to `end`, quotes included, and has no escapes.
 */
export function looksNumeric(bytes: Uint8Array, at: number, end: number): boolean {
  if (!hasNumericEnds(bytes, at, end)) return false;
  if (end - at < 12) return true;
  return !isHyphen(bytes, at + 5) && !isHyphen(bytes, at + 9);
}

function hasNumericEnds(bytes: Uint8Array, at: number, end: number): boolean {
  const first = bytes[at + 1]!;
  if (first > nine ? first !== letterN && first !== letterI : first < plus) return false;
  const last = bytes[end - 2]!;
  return last > nine ? last === letterN || last === smallY : last >= point;
}

/** True for a minus that begins no exponent. */
function isHyphen(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === minus && (bytes[at - 1]! | 0x20) !== smallE;
}

const numericText = /^(?:(?:[+-]?(?:\d+\.?\d*|\.\d+)|\.[+-]\d+)(?:[eE][+-]?\d+)?|NaN|-?Infinity)$/;

/**
 * True for a text to which Flow gives the format `integer` or `number`. It reads decimals of any length as Rust's
 * `BigDecimal` does, but for `_`; and that also takes a sign behind the point, as in `.-5`.
 * https://github.com/estuary/flow/blob/master/crates/json/src/schema/formats.rs
 */
export function isNumericText(text: string): boolean {
  return numericText.test(text);
}

/** The same for the string that lies from `at` to `end`, quotes included, with escapes or without; `text` decodes it. */
export function isNumericString(
  bytes: Uint8Array,
  at: number,
  end: number,
  text: () => string,
): boolean {
  const isEscaped = bytes[at + 1] === backslash || bytes[end - 7] === backslash;
  return (isEscaped || hasNumericEnds(bytes, at, end)) && isNumericText(text());
}
