/** Many items at once, for measurements. */

import type { FakeDynamoDb, Item } from './fake-dynamodb.ts';

export interface Load {
  readonly table: string;
  readonly count: number;
  /** Of each item's filler; the item is about 60 bytes larger. */
  readonly bytes: number;
  /** Number of the first item; the same numbers again replace the same items. */
  readonly from: number;
}

const wordLength = 12;

/** Puts items under the numbers `from` to `from + count - 1`, in the table's key attributes. */
export function loadItems(fake: FakeDynamoDb, { table, count, bytes, from }: Load): void {
  const key = fake.keyOf(table);
  for (let number = from; number < from + count; number++) {
    const item: Item = Object.fromEntries(
      key.map(({ name, type }) => [name, keyValue(type, number)]),
    );
    fake.put(table, { ...item, ...filler(number, bytes) });
  }
}

function keyValue(type: 'S' | 'N' | 'B', number: number) {
  const text = `item-${String(number).padStart(9, '0')}`;
  if (type === 'N') return { N: String(number) };
  return type === 'S' ? { S: text } : { B: Buffer.from(text).toString('base64') };
}

/** Attributes of several types that weigh about as much as asked for. */
function filler(number: number, bytes: number): Item {
  const words = Math.max(1, Math.floor(bytes / wordLength));
  const text = Array.from({ length: words }, (_, index) =>
    ((number * 31 + index * 7919) % 2 ** 31).toString(36).padStart(wordLength, 'x'),
  );
  return {
    amount: { N: `${number % 10_000}.${String(number % 100).padStart(2, '0')}` },
    isOpen: { BOOL: number % 2 === 0 },
    tags: { L: text.slice(0, 2).map((word) => ({ S: word })) },
    note: { S: text.slice(2).join('') },
  };
}
