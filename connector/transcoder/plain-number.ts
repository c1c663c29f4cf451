/**
 * Numbers as AWS writes them: digits, copied as they are. A file without imports, for the reason given in `bytes.ts`.
 */

const quote = 0x22;
const minus = 0x2d;
const point = 0x2e;
const zero = 0x30;

/** Every number of so many significant digits reads back from a double as it was. */
export const safeDigits = 15;
/** For numbers whose digits need no thought, however many there are. */
export const anyDigits = 1 << 30;

/** Said with the end of a number that has a fraction: no body is so long. */
export const fractionBit = 1 << 30;

/**
 * Marks, by its highest bit, the first byte of four that is no digit; 0 when all are. For a word of four bytes, lowest byte
 * first: in `word ^ 0x30303030` digits become 0 to 9.
 */
function nonDigitsIn(word: number): number {
  const values = word ^ 0x30303030;
  return ((values + 0x76767676) | values) & 0x80808080;
}

/** Copies the digits that begin at `at`, and up to seven bytes more, and returns where they end; 0 at the end of the body. */
function copyDigits(
  view: DataView,
  at: number,
  wordsEnd: number,
  outView: DataView,
  shift: number,
): number {
  let next = at;
  while (next < wordsEnd) {
    const word = view.getInt32(next, true);
    outView.setInt32(next + shift, word, true);
    const marks = nonDigitsIn(word);
    if (marks !== 0) return next + ((31 - Math.clz32(marks & -marks)) >> 3);
    next += 4;
  }
  return 0;
}

/**
 * Copies the digits of the number whose JSON string begins at `at`, if they are canonical, and returns where the
 * string ends, with `fractionBit` where there is a fraction: negative when they are so many that a JSON number may not be
 * as wanted, more than `wholeMax` of a whole number; 0 for a number in another form, or among the last bytes of the body.
 */
export function copyPlainNumber(
  body: Uint8Array,
  view: DataView,
  at: number,
  out: Uint8Array,
  outView: DataView,
  to: number,
  wholeMax: number,
): number {
  if (body[at] !== quote) return 0;
  const wordsEnd = body.length - 3;
  const shift = to - at - 1;
  let first = at + 1;
  if (body[first] === minus) {
    out[first + shift] = minus;
    first++;
  }
  const pointAt = copyDigits(view, first, wordsEnd, outView, shift) | 0;
  const isZero = body[first] === zero;
  if (pointAt <= first || (isZero && pointAt > first + 1)) return 0;
  if (body[pointAt] !== point) {
    if (body[pointAt] !== quote || (isZero && first > at + 1)) return 0;
    return pointAt - first > wholeMax ? -pointAt - 1 : pointAt + 1;
  }
  const end = copyDigits(view, pointAt + 1, wordsEnd, outView, shift) | 0;
  if (end <= pointAt + 1 || body[end - 1] === zero || body[end] !== quote) return 0;
  return end - first > (wholeMax === anyDigits ? anyDigits : safeDigits)
    ? -end - 1
    : end + 1 + fractionBit;
}
