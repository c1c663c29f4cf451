/** Names looked up by their bytes, so that no text is made of the names of a response. */

import { backslash } from './bytes.ts';
import { textOf, type ByteSource } from './json-bytes.ts';

const padding = Buffer.alloc(4);

/** A short, fixed list of names; asked for each member of a response, so it answers "no" at the first byte. */
export class NameTable {
  /** By a name's first byte: 1 when a name may begin so, also when it is written with an escape. */
  readonly canBegin = new Uint8Array(256);
  readonly #names: readonly string[];
  readonly #encoded: readonly Uint8Array[];
  /** Of each name its length, its first four bytes, and which bits of these count when it is shorter. */
  readonly #lengths: Int32Array;
  readonly #words: Int32Array;
  readonly #masks: Int32Array;

  constructor(names: readonly string[]) {
    const encoded = names.map((name) => Buffer.from(name));
    this.#names = names;
    this.#encoded = encoded;
    this.#lengths = Int32Array.from(encoded, ({ length }) => length);
    this.#words = Int32Array.from(encoded, (bytes) =>
      Buffer.concat([bytes, padding]).readInt32LE(),
    );
    this.#masks = Int32Array.from(encoded, ({ length }) =>
      length < 4 ? (1 << (8 * length)) - 1 : -1,
    );
    for (const bytes of encoded) this.canBegin[bytes[0]!] = 1;
    this.canBegin[backslash] = 1;
  }

  /** The index of the name whose JSON string lies from `start` to `end`, quotes included; -1 when not listed. */
  find(body: ByteSource, start: number, end: number): number {
    const { bytes, view } = body;
    if (this.canBegin[bytes[start + 1]!] === 0 || start + 5 > bytes.length) return -1;
    const length = end - start - 2;
    const word = view.getInt32(start + 1, true);
    const lengths = this.#lengths;
    for (let index = 0; index < lengths.length; index++) {
      if (lengths[index] !== length) continue;
      if (((word ^ this.#words[index]!) & this.#masks[index]!) !== 0) continue;
      if (length <= 4 || isEqual(this.#encoded[index]!, bytes, start + 1)) return index;
    }
    for (let at = start + 1; at < end; at++) {
      if (bytes[at] !== backslash) continue;
      const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
      return this.#names.indexOf(textOf(buffer, start, end));
    }
    return -1;
  }
}

function isEqual(name: Uint8Array, bytes: Uint8Array, at: number): boolean {
  for (let index = 4; index < name.length; index++) {
    if (name[index] !== bytes[at + index]) return false;
  }
  return true;
}
