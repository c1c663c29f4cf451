/** Names looked up by their bytes, so that no text is made of the names of a response. */

import { backslash } from './json-bytes.ts';
import type { JsonCursor } from './json-cursor.ts';

/** A short, fixed list of names; asked for each member of a response, so it answers "no" at the first byte. */
export class NameTable {
  readonly #names: readonly string[];
  readonly #encoded: readonly Uint8Array[];
  /** By a name's first byte: 1 when a name may begin so, also when it is written with an escape. */
  readonly #canBegin = new Uint8Array(256);

  constructor(names: readonly string[]) {
    this.#names = names;
    this.#encoded = names.map((name) => new TextEncoder().encode(name));
    for (const bytes of this.#encoded) this.#canBegin[bytes[0]!] = 1;
    this.#canBegin[backslash] = 1;
  }

  /** The index of the name whose JSON string lies from `start` to `end`, quotes included; -1 when not listed. */
  find(cursor: JsonCursor, start: number, end: number): number {
    return this.#canBegin[cursor.bytes[start + 1]!] === 1 ? this.#search(cursor, start, end) : -1;
  }

  #search(cursor: JsonCursor, start: number, end: number): number {
    const { bytes } = cursor;
    const length = end - start - 2;
    for (let index = 0; index < this.#encoded.length; index++) {
      const name = this.#encoded[index]!;
      if (name.length !== length) continue;
      let same = 0;
      while (same < length && name[same] === bytes[start + 1 + same]) same++;
      if (same === length) return index;
    }
    for (let at = start + 1; at < end; at++) {
      if (bytes[at] === backslash) return this.#names.indexOf(cursor.text(start, end));
    }
    return -1;
  }
}
