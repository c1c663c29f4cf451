/** Which member of an object comes next: objects of a response are alike. */

import type { ByteSource } from './json-bytes.ts';
import type { JsonCursor } from './json-cursor.ts';
import { NameTable } from './name-table.ts';

/** How a member begins: its name and the colon, in words of four bytes. */
interface Beginning {
  readonly length: number;
  readonly words: readonly number[];
}

/** Names of the members that come, and after each the one that came next the last time, which is looked for first. */
export class MemberOrder {
  readonly #names: NameTable;
  /** How each begins a member. */
  readonly #beginnings: readonly Beginning[];
  readonly #following: Int32Array;
  #last = 0;

  constructor(names: readonly string[]) {
    this.#names = new NameTable(names);
    this.#beginnings = names.map(beginningOf);
    this.#following = new Int32Array(names.length);
  }

  /** The index of the name of the member at the cursor, -1 for another; goes past the colon. */
  next(cursor: JsonCursor): number {
    const expected = this.#following[this.#last]!;
    const beginning = this.#beginnings[expected]!;
    if (isAt(beginning, cursor, cursor.at)) {
      cursor.at += beginning.length;
      this.#last = expected;
      return expected;
    }
    const index = cursor.member(this.#names);
    if (index < 0) return index;
    this.#following[this.#last] = index;
    this.#last = index;
    return index;
  }
}

function beginningOf(name: string): Beginning {
  const bytes = Buffer.from(`"${name}":\0\0\0`);
  const words = Array.from({ length: bytes.length >> 2 }, (_, word) => bytes.readInt32LE(4 * word));
  return { length: bytes.length - 3, words };
}

/** Whether a member at `at` begins so. */
function isAt({ words, length }: Beginning, { bytes, view }: ByteSource, at: number): boolean {
  if (at + length + 3 > bytes.length) return false;
  const whole = length >> 2;
  let next = at;
  for (let index = 0; index < whole; index++, next += 4) {
    if (view.getInt32(next, true) !== words[index]) return false;
  }
  const rest = length & 3;
  return rest === 0 || (view.getInt32(next, true) ^ words[whole]!) << (32 - 8 * rest) === 0;
}
