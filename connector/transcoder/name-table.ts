/** Names looked up by their bytes, so that no text is made of the names of a response. */

import { backslash, decodeString } from './json-bytes.ts';

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
  find(body: Uint8Array, start: number, end: number): number {
    return this.#canBegin[body[start + 1]!] === 1 ? this.#search(body, start, end) : -1;
  }

  #search(body: Uint8Array, start: number, end: number): number {
    for (let index = 0; index < this.#encoded.length; index++) {
      if (isEqual(this.#encoded[index]!, body, start + 1, end - 1)) return index;
    }
    for (let at = start; at < end; at++) {
      if (body[at] === backslash) return this.#names.indexOf(decodeString(body, start, end));
    }
    return -1;
  }
}

function isEqual(name: Uint8Array, body: Uint8Array, start: number, end: number): boolean {
  const { length } = name;
  if (end - start !== length) return false;
  for (let index = 0; index < length; index++) {
    if (name[index] !== body[start + index]) return false;
  }
  return true;
}
