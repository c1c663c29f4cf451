/** Writers that keep changing the tables while they are captured. */

import { setTimeout as sleep } from 'node:timers/promises';
import { keyText } from '../support/captured-collection.ts';
import type { DynamoDbCalls, Item } from '../support/dynamodb-calls.ts';
import { drawBelow, seededRandom } from '../support/seeded-random.ts';
import { keyValueOf } from '../support/verify.ts';
import type { ChangeLog } from './change-log.ts';
import { itemOf, type DemoTable } from './demo-tables.ts';
import type { LiveKeys } from './live-keys.ts';

/** Enough to keep a pace of a thousand changes a second. */
const writerCount = 8;
/** Shares of the kinds of change; the rest are updates of single attributes. */
const insertShare = 0.25;
const deleteShare = 0.2;
const replaceShare = 0.25;
/** How many of the items scanned last are candidates for the next change. */
const recentMax = 500;
const recentShare = 0.4;

export interface WrittenTable {
  readonly table: DemoTable;
  readonly keys: LiveKeys;
  /** Ordinals of the items whose snapshot documents came last. */
  readonly recent: number[];
}

export interface WriterOptions {
  readonly dynamoDb: DynamoDbCalls;
  readonly tables: readonly WrittenTable[];
  readonly log: ChangeLog;
  readonly seed: number;
  /** Number of the first one; 1 when absent. */
  readonly firstChange?: number;
  readonly changeCount: number;
  readonly changesPerSecond: number;
}

/** An item was captured by the scan: a change of it now is the most delicate one. */
export function noteScanned({ recent }: WrittenTable, ordinal: number): void {
  recent.push(ordinal);
  if (recent.length > recentMax) recent.splice(0, recentMax / 2);
}

/** Makes all changes at their pace, and returns when the last one is acknowledged. */
export async function writeChanges(options: WriterOptions, signal: AbortSignal): Promise<void> {
  const { seed, firstChange = 1, changeCount, changesPerSecond } = options;
  const random = seededRandom(seed + 1);
  const startMs = Date.now();
  let next = firstChange;
  const write = async () => {
    while (next < firstChange + changeCount) {
      const change = next++;
      const dueMs = startMs + ((change - firstChange + 1) / changesPerSecond) * 1000;
      await sleep(Math.max(0, dueMs - Date.now()), undefined, { signal });
      await writeChange(options, change, random);
    }
  };
  await Promise.all(Array.from({ length: writerCount }, write));
}

async function writeChange(
  options: WriterOptions,
  change: number,
  random: () => number,
): Promise<void> {
  const { dynamoDb, tables, log, seed } = options;
  const written = tables[drawBelow(random, tables.length)];
  if (written === undefined) return;
  const { table, keys } = written;
  const kind = random();
  const existing = kind < insertShare ? undefined : takeChanged(written, random);
  const ordinal = existing ?? keys.takeAbsent(random);
  const key = table.keyOf(ordinal);
  const isDelete = existing !== undefined && kind < insertShare + deleteShare;
  const isPut = existing === undefined || kind < insertShare + deleteShare + replaceShare;
  try {
    log.sent(change, table.name, isDelete ? keyTextOf(table, key) : undefined);
    if (isDelete) await dynamoDb.deleteItem(table.name, key);
    else if (isPut) await dynamoDb.putItem(table.name, itemOf({ table, ordinal, seed, change }));
    else await dynamoDb.call('UpdateItem', updateOf(table, key, { ordinal, change }));
    log.acknowledged(change, Date.now());
  } finally {
    keys.release(ordinal, !isDelete);
  }
}

/** An item that exists: one just scanned, or any one, which at first is most likely not scanned yet. */
function takeChanged({ keys, recent }: WrittenTable, random: () => number): number | undefined {
  const scanned = random() < recentShare ? recent[drawBelow(random, recent.length)] : undefined;
  return scanned !== undefined && keys.take(scanned) ? scanned : keys.takeLive(random);
}

/** Changes one attribute and takes another one away. */
function updateOf(
  { name }: DemoTable,
  key: Item,
  { ordinal, change }: { readonly ordinal: number; readonly change: number },
): object {
  return {
    TableName: name,
    Key: key,
    UpdateExpression:
      'SET #change = :change, #ordinal = :ordinal, #balance = :balance REMOVE #note',
    ExpressionAttributeNames: {
      '#change': 'change',
      '#ordinal': 'ordinal',
      '#balance': 'balance',
      '#note': 'note',
    },
    ExpressionAttributeValues: {
      ':change': { N: String(change) },
      ':ordinal': { N: String(ordinal) },
      ':balance': { N: `${change}.25` },
    },
  };
}

function keyTextOf(table: DemoTable, key: Item): string {
  return keyText(table.key.map(({ name }) => keyValueOf(key, name)));
}
