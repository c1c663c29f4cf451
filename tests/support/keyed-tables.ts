/** Tables with keys of every type, for captures that change hands. */

import { keyText } from './captured-collection.ts';
import type { DynamoDbCalls, Item, KeyDefinition } from './dynamodb-calls.ts';
import { createTestTable } from './shared-dynamodb.ts';
import { keyValueOf } from './verify.ts';

const itemCount = 100;
/** As many as one call may put. */
const batchSize = 25;

export interface Shape {
  readonly name: string;
  readonly key: readonly KeyDefinition[];
  readonly keyOf: (index: number) => Item;
}

const binary = (...bytes: number[]) => ({ B: Buffer.from(bytes).toString('base64') });
export const shapes: readonly Shape[] = [
  {
    name: 'strings',
    key: [{ name: 'id', type: 'S' }],
    keyOf: (index) => ({ id: { S: `item ${index}\0é` } }),
  },
  {
    name: 'numbers',
    key: [
      { name: 'n', type: 'N' },
      { name: 's', type: 'S' },
    ],
    keyOf: (index) => ({
      n: { N: [`${index}.5`, `-${index}`, `${index + 1}000000000000`][index % 3] ?? '' },
      s: { S: `row ${index}` },
    }),
  },
  {
    name: 'bytes',
    key: [
      { name: 'b', type: 'B' },
      { name: 'n', type: 'N' },
    ],
    keyOf: (index) => ({ b: binary(0, index, 255, 0), n: { N: `${index}` } }),
  },
];

/** A table at its beginning. */
export interface KeyedTable extends Shape {
  readonly table: string;
  readonly items: readonly Item[];
  readonly textOf: (item: Item) => string;
  readonly put: (item: Item) => Promise<void>;
  readonly remove: (item: Item) => Promise<void>;
}

/** A table of items whose stream begins after them, so that only a scan can tell of them. */
export async function createKeyedTable(dynamoDb: DynamoDbCalls, shape: Shape): Promise<KeyedTable> {
  const { name, key, keyOf } = shape;
  const table = await createTestTable(dynamoDb, `go-${name}`, { key });
  const items = Array.from({ length: itemCount }, (_, index): Item => ({
    ...keyOf(index),
    colour: { S: `colour ${index}` },
    total: { N: `${index}.25` },
  }));
  for (let index = 0; index < items.length; index += batchSize) {
    await dynamoDb.putItems(table, items.slice(index, index + batchSize));
  }
  await dynamoDb.enableStream(table, 'NEW_AND_OLD_IMAGES');
  const keyIn = (item: Item) =>
    Object.fromEntries(Object.entries(item).filter(([name]) => key.some((k) => k.name === name)));
  return {
    ...shape,
    table,
    items,
    textOf: (item) => keyText(key.map((part) => keyValueOf(item, part.name))),
    put: (item) => dynamoDb.putItem(table, item),
    remove: (item) => dynamoDb.deleteItem(table, keyIn(item)),
  };
}
