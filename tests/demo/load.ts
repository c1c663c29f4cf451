/** Fills the tables before they are captured. */

import { batchItemsMax, type DynamoDbCalls, type Item } from '../support/dynamodb-calls.ts';
import { demoTables, itemOf, type DemoTable } from './demo-tables.ts';

/** DynamoDB Local is at its fastest with a few requests at once. */
const loaderCount = 8;
/** Share of the items that are written with the stream on. */
const streamedShare = 0.01;

export interface LoadOptions {
  readonly dynamoDb: DynamoDbCalls;
  /** Items over all tables. */
  readonly items: number;
  readonly seed: number;
  readonly onProgress: (loaded: number) => void;
  /** Called for each table that was created. */
  readonly onCreated: (name: string) => void;
}

export interface LoadedTable {
  readonly table: DemoTable;
  readonly itemCount: number;
  /** About as many bytes as DynamoDB counts. */
  readonly bytes: number;
}

/**
 * Creates and fills all tables. Their streams are turned on shortly before the end: most items are history that
 * only the scan can find, and the last ones are in both, as in a table that is in use.
 */
export async function loadTables(
  options: LoadOptions,
  signal: AbortSignal,
): Promise<LoadedTable[]> {
  const { dynamoDb, items, onProgress, onCreated } = options;
  let loaded = 0;
  const onItems = (count: number) => {
    signal.throwIfAborted();
    loaded += count;
    onProgress(loaded);
  };
  const results: LoadedTable[] = [];
  for (const [at, table] of demoTables.entries()) {
    await dynamoDb.createTable(table.name, table.key);
    onCreated(table.name);
    const itemCount = shareOf(items, at);
    const streamedFrom = itemCount - Math.ceil(itemCount * streamedShare);
    const history = await loadItems(options, { table, from: 0, to: streamedFrom }, onItems);
    await dynamoDb.enableStream(table.name, 'NEW_AND_OLD_IMAGES');
    const latest = await loadItems(options, { table, from: streamedFrom, to: itemCount }, onItems);
    const bytes = history + latest;
    results.push({ table, itemCount, bytes });
  }
  return results;
}

interface Ordinals {
  readonly table: DemoTable;
  readonly from: number;
  /** The first one that is not among them. */
  readonly to: number;
}

/** Loads these items, and returns about how many bytes they have. */
async function loadItems(
  { dynamoDb, seed }: LoadOptions,
  { table, from, to }: Ordinals,
  onItems: (count: number) => void,
): Promise<number> {
  let next = from;
  let bytes = 0;
  const load = async () => {
    while (next < to) {
      const batch: Item[] = [];
      for (; batch.length < batchItemsMax && next < to; next++) {
        batch.push(itemOf({ table, ordinal: next, seed, change: 0 }));
      }
      bytes += itemBytes(batch);
      await dynamoDb.putItems(table.name, batch);
      onItems(batch.length);
    }
  };
  await Promise.all(Array.from({ length: loaderCount }, load));
  return bytes;
}

/** Equal shares, the remainder to the first tables. */
function shareOf(items: number, at: number): number {
  const { length } = demoTables;
  return Math.floor(items / length) + (at < items % length ? 1 : 0);
}

/** In JSON each value also has quotes, a type and braces, which DynamoDB does not count. */
const jsonOverhead = 1.5;

function itemBytes(items: readonly Item[]): number {
  return JSON.stringify(items).length / jsonOverhead;
}
