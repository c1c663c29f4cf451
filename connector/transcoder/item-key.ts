/** Primary keys, read where they lie in a body. */

import type { ItemKey, KeyAttribute, KeyValue } from '../table.ts';
import { closeMap, openMap } from './bytes.ts';
import { JsonCursor } from './json-cursor.ts';
import { NameTable } from './name-table.ts';
import { canonicalNumber } from './number.ts';

/** Where the keys of a page's documents lie; their texts are made for the few that are asked for. */
export class KeyPlaces {
  readonly #key: readonly KeyAttribute[];
  readonly #cursor: JsonCursor;
  #places: Int32Array;
  #length = 0;

  constructor(key: readonly KeyAttribute[], body: Uint8Array) {
    this.#key = key;
    this.#cursor = new JsonCursor(body);
    this.#places = new Int32Array(64 * key.length);
  }

  /** How many keys were added. */
  get count(): number {
    return this.#length / this.#key.length;
  }

  /** Adds a key by the places of its attributes' values, which are of the right types. */
  add(places: Int32Array): void {
    if (this.#length === this.#places.length) {
      const grown = new Int32Array(2 * this.#length);
      grown.set(this.#places);
      this.#places = grown;
    }
    for (let index = 0; index < places.length; index++) {
      this.#places[this.#length++] = places[index]!;
    }
  }

  /**
   * The key as a text that is the same for the same key, however a response wrote it, and another for another:
   * each value with its type and, since a value may contain anything, its length.
   */
  text(index: number): string {
    let text = '';
    for (let attribute = 0; attribute < this.#key.length; attribute++) {
      this.#cursor.at = this.#places[index * this.#key.length + attribute]!;
      text += valueText(readKeyValue(this.#cursor));
    }
    return text;
  }
}

/** The same text of a key that was read. */
export function keyText(key: ItemKey): string {
  return key.map(valueText).join('');
}

function valueText({ type, value }: KeyValue): string {
  const canonical = type === 'N' ? canonicalNumber(value)! : value;
  return `${type}${canonical.length}:${canonical}`;
}

/** The key at the cursor, a map of attributes, in the order of the table's key. */
export function readKey(cursor: JsonCursor, key: readonly KeyAttribute[]): ItemKey {
  const { at } = cursor;
  const names = new NameTable(key.map(({ name }) => name));
  const values: (KeyValue | undefined)[] = key.map(() => undefined);
  let isMore = cursor.open(openMap);
  while (isMore) {
    const index = cursor.member(names);
    if (index < 0) cursor.skipValue();
    else values[index] = readKeyValue(cursor);
    isMore = cursor.next(closeMap);
  }
  return key.map(({ name, type }, index) => {
    const value = values[index];
    if (value?.type === type) return value;
    cursor.at = at;
    throw cursor.expected(`a key with the attribute "${name}" of type ${type}`);
  });
}

const keyTypes = ['S', 'N', 'B'] as const;
const keyTypeNames = new NameTable(keyTypes);

function readKeyValue(cursor: JsonCursor): KeyValue {
  cursor.take(openMap);
  const type = keyTypes[cursor.member(keyTypeNames)];
  if (type === undefined) throw cursor.expected('a key value of type S, N or B');
  const value = cursor.string();
  cursor.take(closeMap);
  return { type, value };
}
