/** The order of a shard's records. */

import { backslash, nine, quote, zero } from './bytes.ts';
import { invalidResponse } from './json-bytes.ts';
import { JsonCursor } from './json-cursor.ts';

/**
 * A sequence number to compare others with, where they lie in a body. They have 21 to 40 digits, not all the same
 * count: more digits, leading zeros aside, are a greater number, and of equally many the text decides.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_StreamRecord.html
 */
export class SequenceNumberMark {
  readonly #digits: Uint8Array | undefined;

  constructor(sequenceNumber: string | undefined) {
    this.#digits =
      sequenceNumber === undefined ? undefined : Buffer.from(sequenceNumber.replace(/^0+/, ''));
  }

  /** True when the sequence number whose JSON string begins at `at` comes after; always, without a mark. */
  isPassedBy(body: Uint8Array, at: number): boolean {
    let start = at + 1;
    while (body[start] === zero) start++;
    let end = start;
    while (body[end]! >= zero && body[end]! <= nine) end++;
    if (body[end] === backslash) return this.#isPassedByEscaped(body, at);
    if (body[end] !== quote || end === at + 1)
      throw invalidResponse(body, end, 'a sequence number');
    const digits = this.#digits;
    if (digits === undefined) return true;
    const difference = end - start - digits.length;
    if (difference !== 0) return difference > 0;
    for (let index = 0; index < digits.length; index++) {
      const order = body[start + index]! - digits[index]!;
      if (order !== 0) return order > 0;
    }
    return false;
  }

  #isPassedByEscaped(body: Uint8Array, at: number): boolean {
    const text = new JsonCursor(body, at).string();
    if (!/^\d+$/.test(text)) throw invalidResponse(body, at, 'a sequence number');
    return this.isPassedBy(Buffer.from(`"${text}"`), 0);
  }
}

/** The later of two sequence numbers; where one is absent, the other. */
export function laterSequenceNumber(
  first: string | undefined,
  second: string | undefined,
): string | undefined {
  if (first === undefined || second === undefined) return second ?? first;
  const isLater = new SequenceNumberMark(first).isPassedBy(Buffer.from(`"${second}"`), 0);
  return isLater ? second : first;
}
