/** Keys of items that are not there, for pages that hold nothing but a place to go on from. */

import type { Item } from './attribute-value.ts';
import { type Key, keyOf, type KeySchema } from './key.ts';
import type { HashRange } from './range-list.ts';

// Hashes cannot be turned round: keys are tried until one falls into the range, or it is too small for luck.
const triesMax = 2000;

/** A key whose hash lies in the range; absent when none was found. */
export function phantomKey(
  schema: KeySchema,
  { low, high }: HashRange,
  random: () => number,
): Key | undefined {
  for (let tries = 0; tries < triesMax; tries++) {
    const item: Item = Object.fromEntries(
      schema.map(({ name, type }) => [name, { [type]: valueText(type, random) }]),
    );
    const key = keyOf(schema, item);
    if (key.hash >= low && key.hash < high) return key;
  }
  return undefined;
}

function valueText(type: 'S' | 'N' | 'B', random: () => number): string {
  const number = String(Math.floor(random() * 1e15));
  if (type === 'N') return number;
  return type === 'S' ? `phantom-${number}` : Buffer.from(number).toString('base64');
}
