/** A capture that changes hands in the middle of its backfill: from Estuary's Go connector to ours, and back. */

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseJson } from '../../connector/reduction/json.ts';
import { createReducer } from '../../connector/reduction/reducer.ts';
import { CapturedCollection } from '../support/captured-collection.ts';
import type { AttributeValue, DynamoDbCalls, Item } from '../support/dynamodb-calls.ts';
import { GoCapture, readStream } from '../support/go-connector.ts';
import { readAsGo, type GoTable } from '../support/go-state.ts';
import { HandOver, type CapturedTable, type Commit } from '../support/hand-over.ts';
import { createKeyedTable, shapes, type KeyedTable } from '../support/keyed-tables.ts';
import { sharedDynamoDb } from '../support/shared-dynamodb.ts';

const segmentCount = 4;
const pageItems = 5;
const startMsMax = 60_000;
const testMsMax = 150_000;

const keyOfDocument = (table: KeyedTable, text: string) =>
  new CapturedCollection(table.key.map(({ name }) => `/${name}`)).add(text).key;
const without = (item: Item, name: string) =>
  Object.fromEntries(Object.entries(item).filter(([attribute]) => attribute !== name));
const recoloured = (item: Item, colour: string): Item => ({ ...item, colour: { S: colour } });

let dynamoDb: DynamoDbCalls;
beforeAll(async () => {
  dynamoDb = await sharedDynamoDb();
}, startMsMax);

const created: string[] = [];
afterAll(async () => {
  for (const table of created) await dynamoDb.deleteTable(table);
}, startMsMax);

async function createTables(): Promise<KeyedTable[]> {
  const tables = await Promise.all(shapes.map((shape) => createKeyedTable(dynamoDb, shape)));
  created.push(...tables.map(({ table }) => table));
  return tables;
}

/** Captures some of a table as the Go connector does, while items change; returns what it never saw change. */
async function captureByGo(table: KeyedTable) {
  const go = new GoCapture({ ...table, dynamoDb, segmentCount, pageItems });
  await go.start();
  await go.scan(0, Infinity);
  await go.scan(1, 1);
  await go.scan(2, 2);
  const isScanned = new Set(go.scanned.map(table.textOf));
  const waiting = table.items.filter((item) => !isScanned.has(table.textOf(item)));
  const [faded, removed, late, lost, ...quiet] = go.scanned as [Item, Item, Item, Item, ...Item[]];
  const [unseen, changed] = waiting as [Item, Item];
  // Captured by that connector: its documents have nulls, and no epoch.
  await table.put(without(faded, 'colour'));
  await go.follow(0, faded, without(faded, 'colour'));
  await table.remove(removed);
  await go.follow(1, removed, undefined);
  // Left to ours.
  await table.put(recoloured(without(faded, 'total'), 'again'));
  await table.put(recoloured(removed, 'back'));
  await table.put(recoloured(late, 'late'));
  await table.remove(lost);
  await table.remove(unseen);
  await table.put(recoloured(changed, 'changed'));
  return { go, quiet, waiting };
}

describe('a backfill that the Go connector began', () => {
  test.each(['json', 'proto'] as const)(
    'is finished by ours, with the codec "%s"',
    async (codec) => {
      const tables = await createTables();
      const before = await Promise.all(tables.map(captureByGo));
      const capture = await HandOver.of({ dynamoDb, codec, pageItems }, tables);
      const states = before.map(({ go }, at) => [tables[at]?.table, go.state] as const);
      capture.runtime.state = { bindingStateV1: Object.fromEntries(states) };
      const begun = [...readAsGo(capture.runtime.state).values()];
      expect(begun.map(({ segments }) => [...segments.values()])).toEqual(
        tables.map(({ key }) =>
          [true, false, false].map((isFinished) => ({
            startKey: key.map(({ type }) => ({ [type]: expect.any(String) })),
            isFinished,
          })),
        ),
      );
      capture.tables.forEach(({ collection }, at) => {
        for (const text of before[at]?.go.documents ?? []) collection.add(text);
      });

      await capture.run(async () => {
        for (const [at, table] of tables.entries()) {
          const [first, second, third] = (before[at]?.quiet ?? []).slice(-3) as [Item, Item, Item];
          await table.put(recoloured(first, 'live'));
          await table.remove(second);
          await table.remove(third);
          await table.put(without(third, 'colour'));
        }
      });
      await capture.run();

      const nothing = { missing: 0, stale: 0, resurrected: 0, duplicated: 0, examples: [] };
      expect(await capture.verdicts()).toEqual(
        // Two were deleted before the hand-over, one after it.
        tables.map(({ items }) => ({ items: items.length - 3, ...nothing })),
      );
      for (const [at, table] of capture.tables.entries()) {
        const { quiet = [], waiting = [] } = before[at] ?? {};
        expectExactContinuation(table, quiet.slice(0, -3), waiting);
      }
      const end = capture.commits.at(-1)?.state;
      const got = tables.map(({ table }) => {
        const state = end?.get(table);
        return [
          state?.isBackfilled,
          state?.totalBackfillSegments,
          state?.segments.size,
          [...(state?.shards.values() ?? [])].filter((shard) => !shard.finishedReading).length,
        ];
      });
      expect(got).toEqual(tables.map(() => [true, segmentCount, segmentCount, 1]));
    },
    testMsMax,
  );
});

/** Ours scanned what the other had not, and nothing that it had; and its documents are what the schema says. */
function expectExactContinuation(
  table: CapturedTable,
  quiet: readonly Item[],
  waiting: readonly Item[],
) {
  const scanned = new Set(
    table.documents.flatMap(({ _meta, text }) =>
      _meta.snapshot ? keyOfDocument(table, text) : [],
    ),
  );
  const again = quiet.map(table.textOf).filter((key) => scanned.has(key));
  // The first was deleted, the second changed, before ours began; that was to be read from the stream.
  const missed = waiting
    .slice(2)
    .map(table.textOf)
    .filter((key) => !scanned.has(key));
  expect({ again, missed, hadWork: waiting.length > 2 * pageItems }).toEqual({
    again: [],
    missed: [],
    hadWork: true,
  });
  const reducer = createReducer(table.binding.collection.writeSchema);
  for (const { text } of table.documents) reducer.assertValid(parseJson(text));
}

describe('a backfill that ours began', () => {
  test(
    'can be finished by the Go connector, half-way and at its end',
    async () => {
      const tables = await createTables();
      for (const { put, items } of tables) {
        for (const item of items.slice(0, 3)) await put(recoloured(item, 'new'));
      }
      const capture = await HandOver.of({ dynamoDb, codec: 'json', pageItems }, tables);
      await capture.run();

      for (const [at, table] of capture.tables.entries()) {
        const { commits } = capture;
        const stateOf = ({ state }: Commit) => state.get(table.table);
        const isUnderWay = (commit: Commit) =>
          [...(stateOf(commit)?.segments.values() ?? [])].some(
            ({ startKey, isFinished }) => startKey !== undefined && !isFinished,
          );
        const underWay = commits.filter(isUnderWay);
        const halfway = underWay[Math.floor(underWay.length / 2)];
        const documents = table.documents.slice(0, halfway?.documentCounts[at]);
        const scanned = documents.map(({ text }) => keyOfDocument(table, text));
        const rest = halfway && (await itemsLeft(table, stateOf(halfway)));
        const found = [...scanned, ...(rest ?? []).map(table.textOf)];
        expect(new Set(found)).toEqual(new Set(table.items.map(table.textOf)));
        expect(rest?.length).toBeLessThan(table.items.length);

        const end = commits.at(-1);
        const state = end && stateOf(end);
        const [[, shard] = []] = [...(state?.shards ?? [])];
        const { records } = await readStream(dynamoDb, state?.streamArn ?? '');
        const after = await readStream(dynamoDb, state?.streamArn ?? '', shard?.lastReadSequence);
        const got = [state?.isBackfilled, shard?.finishedReading, records.length, after.records];
        expect(got).toEqual([true, false, 3, []]);
      }
    },
    testMsMax,
  );
});

/** What a scan of the unfinished segments finds, each from its start key, as the Go connector goes on. */
async function itemsLeft({ table, key }: KeyedTable, state: GoTable | undefined): Promise<Item[]> {
  const left: Item[] = [];
  const total = state?.totalBackfillSegments ?? 0;
  for (let segment = 0; segment < total; segment++) {
    const { startKey, isFinished = false } = state?.segments.get(segment) ?? {};
    if (isFinished) continue;
    const values = startKey?.map((value, at): [string, AttributeValue] => [
      key[at]?.name ?? '',
      value,
    ]);
    const answer = await dynamoDb.call('Scan', {
      TableName: table,
      ConsistentRead: true,
      Segment: segment,
      TotalSegments: total,
      ...(values === undefined ? {} : { ExclusiveStartKey: Object.fromEntries(values) }),
    });
    left.push(...(answer['Items'] as Item[]));
  }
  return left;
}
