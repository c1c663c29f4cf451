/** What becomes of a table under the schema we publish, over all ways in which its events can be grouped. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { documentKey, documentSchema } from '../../../connector/discovery/document-schema.ts';
import {
  Collection,
  combineDocuments,
  Materialization,
  type JsonObject,
  type JsonSchema,
  type JsonValue,
} from '../../../connector/reduction/reduction.ts';
import type { Table } from '../../../connector/table.ts';

const table: Table = {
  name: 'orders',
  id: '2e4a',
  arn: 'arn:aws:dynamodb:eu-west-1:123456789012:table/orders',
  status: 'ACTIVE',
  key: [
    { name: 'pk', type: 'S' },
    { name: 'sk', type: 'N' },
  ],
  stream: undefined,
  itemCount: 0,
  sizeBytes: 0,
  capacity: { mode: 'on-demand', readUnitsPerSecondMax: undefined },
};

const key = documentKey(table);
const published = documentSchema(table, { historyMode: false });
const merging = new Collection({ schema: published, key });
const keeping = new Collection({ schema: documentSchema(table, { historyMode: true }), key });
const replacing = new Collection({ schema: replacingSchema(), key });

/** The published schema with snapshots that replace like any other document: right only in a fenced order. */
function replacingSchema(): JsonSchema {
  const [meta, item] = published['allOf'] as [JsonObject, JsonObject];
  const lastWriteWins = { reduce: { strategy: 'lastWriteWins' } };
  return { ...published, allOf: [{ ...meta, else: lastWriteWins }, item] };
}

// An event is a letter, S(napshot), I(nsert), U(pdate) or D(elete), and its epoch: `S1`. No two are alike, and a
// later one of the list was also scanned later.
type Kind = 'S' | 'I' | 'U' | 'D';
type Event = `${Kind}${1 | 2}`;

function documentOf(event: Event, index: number): JsonValue {
  const kind = event[0] as Kind;
  const epoch = `2026-08-2${event.slice(1)}T10:00:00.000Z`;
  const time = `2026-09-01T10:00:00.00${index}Z`;
  const before = { pk: 'a', sk: '1', was: index };
  const meta =
    kind === 'S'
      ? { op: 'c', snapshot: true, epoch, scannedAt: time }
      : {
          op: { I: 'c', U: 'u', D: 'd' }[kind],
          snapshot: false,
          epoch,
          eventId: `${index}`,
          before,
        };
  const attributes = kind === 'D' ? {} : { [`of${event}`]: index };
  return { _meta: meta, pk: 'a', sk: '1', ...attributes };
}

/** Every way to cut a list into consecutive parts. */
function splitsOf<Item>(items: readonly Item[]): Item[][][] {
  const [first, ...rest] = items;
  if (first === undefined) return [[]];
  return splitsOf(rest).flatMap((split) => {
    const [head, ...tail] = split;
    const apart = [[first], ...split];
    return head === undefined ? [apart] : [apart, [[first, ...head], ...tail]];
  });
}

/** What the only row is after all of it: the name of an event, `none`, or `mixed` for no event's document. */
function rowAfter(
  collection: Collection,
  events: readonly Event[],
  transactions: readonly JsonValue[][],
  hardDelete: boolean,
): string {
  const materialization = new Materialization(collection, { hardDelete });
  for (const transaction of transactions) materialization.store(transaction);
  const [row] = [...materialization.rows().values()];
  if (row === undefined) return 'none';
  const text = JSON.stringify(row);
  const index = events.findIndex((event, at) => JSON.stringify(documentOf(event, at)) === text);
  return index === -1 ? 'mixed' : `${events[index]!}#${index}`;
}

/** How often each outcome comes, over all capture transactions and, of each, all materializations. */
function outcomes(collection: Collection, events: readonly Event[], hardDelete: boolean) {
  const counts: Record<string, number> = {};
  for (const captured of splitsOf(events.map(documentOf))) {
    const documents = captured.flatMap((part) => combineDocuments(collection, part));
    for (const transactions of splitsOf(documents)) {
      const row = rowAfter(collection, events, transactions, hardDelete);
      counts[row] = (counts[row] ?? 0) + 1;
    }
  }
  return counts;
}

type Case = readonly [situation: string, events: Event[], soft: string[], hard: string[]];

describe('the published schema', () => {
  const cases: readonly Case[] = [
    ['an update after its snapshot', ['S1', 'U1'], ['U1#1'], ['U1#1']],
    ['a stale snapshot after an update', ['U1', 'S1'], ['U1#0'], ['U1#0']],
    ['a stale snapshot after both', ['S1', 'U1', 'S1'], ['U1#1'], ['U1#1']],
    ['changes older than their snapshot', ['S1', 'U1', 'U1'], ['U1#2'], ['U1#2']],
    ['an insert after a delete', ['I1', 'D1', 'I1'], ['I1#2'], ['I1#2']],
    ['a delete after a snapshot', ['S1', 'D1'], ['D1#1'], ['none']],
    ['a delete after an update', ['S1', 'U1', 'D1'], ['D1#2'], ['none']],
    ['a second backfill after an update', ['U1', 'S2'], ['S2#1'], ['S2#1']],
    ['a second backfill', ['S1', 'S2'], ['S2#1'], ['S2#1']],
    ['a second backfill after a delete', ['S1', 'D1', 'S2'], ['S2#2'], ['S2#2']],
    ['a stale snapshot of a second backfill', ['U1', 'U2', 'S2'], ['U2#1'], ['U2#1']],
    ['an update in a second backfill', ['S1', 'S2', 'U2'], ['U2#2'], ['U2#2']],
    ['a delete that finds no row', ['D1'], ['D1#0'], ['D1#0']],
    ['an old image put before its delete', ['U1', 'S1', 'D1'], ['D1#2'], ['none']],
    ['a stale snapshot after a delete without a row', ['D1', 'S1'], ['D1#0'], ['D1#0']],
    // What annotations cannot give: the fence keeps this order from happening.
    ['a stale snapshot after a delete', ['I1', 'D1', 'S1'], ['D1#1'], ['D1#1', 'S1#2', 'none']],
    // A capture transaction that begins with the delete folds insert and delete into a delete of its own, and
    // Flow stores one that meets no row.
    ['insert and delete after a delete', ['S1', 'D1', 'I1', 'D1'], ['D1#3'], ['D1#3', 'none']],
  ];
  test.each(cases)('with %s', (_situation, events, soft, hard) => {
    expect({
      soft: Object.keys(outcomes(merging, events, false)).sort(),
      hard: Object.keys(outcomes(merging, events, true)).sort(),
    }).toEqual({ soft, hard });
  });

  test('leaves a stale snapshot after a hard delete to the grouping', () => {
    const want = { none: 5, 'S1#2': 6, 'D1#1': 3 };
    expect(outcomes(merging, ['I1', 'D1', 'S1'], true)).toEqual(want);
  });
});

describe('a schema that replaces only', () => {
  const cases: readonly Case[] = [
    ['an update after its snapshot', ['S1', 'U1'], ['U1#1'], ['U1#1']],
    ['a delete after a snapshot', ['S1', 'D1'], ['D1#1'], ['none']],
    ['a second backfill', ['S1', 'S2'], ['S2#1'], ['S2#1']],
    // Wrong, which is why snapshots are compared.
    ['a stale snapshot after an update', ['U1', 'S1'], ['S1#1'], ['S1#1']],
    ['a stale snapshot after a delete', ['I1', 'D1', 'S1'], ['S1#2'], ['S1#2']],
  ];
  test.each(cases)('with %s', (_situation, events, soft, hard) => {
    expect({
      soft: Object.keys(outcomes(replacing, events, false)).sort(),
      hard: Object.keys(outcomes(replacing, events, true)).sort(),
    }).toEqual({ soft, hard });
  });
});

describe('history mode', () => {
  test('keeps every change of a key', () => {
    const documents = (['I1', 'U1', 'U1', 'D1'] as const).map(documentOf);
    expect(combineDocuments(keeping, documents)).toEqual(documents);
  });

  test('still reduces to the last change', () => {
    expect(Object.keys(outcomes(keeping, ['S1', 'U1', 'U1'], false))).toEqual(['U1#2']);
  });
});

// Epochs never decrease in the order of emission: the events of the first backfill, then those of the second.
const kinds = fc.array(fc.constantFrom<Kind>('S', 'I', 'U', 'D'), { maxLength: 4 });
const histories = fc
  .tuple(kinds, kinds)
  .map(([first, second]): Event[] => [
    ...first.map((kind): Event => `${kind}1`),
    ...second.map((kind): Event => `${kind}2`),
  ])
  .filter((events) => events.length > 0);

const collections = [
  ['the published schema', merging],
  ['a schema that replaces only', replacing],
] as const;

describe.each(collections)('%s, for any history,', (_name, collection) => {
  const { reducer } = collection;
  const partial = (lhs: JsonValue, rhs: JsonValue) => reducer.reduce(lhs, rhs, false).document;
  const full = (lhs: JsonValue, rhs: JsonValue) => reducer.reduce(lhs, rhs, true).document;

  test('reduces associatively', () => {
    const threes = histories.filter((events) => events.length >= 3);
    fc.assert(
      fc.property(threes, (events) => {
        const [a, b, c] = events.map(documentOf) as [JsonValue, JsonValue, JsonValue];
        expect(partial(a, partial(b, c))).toEqual(partial(partial(a, b), c));
        expect(full(a, partial(b, c))).toEqual(full(full(a, b), c));
      }),
    );
  });

  test('ends in the same row whatever the transactions, deletes being soft', () => {
    const cuts = fc.array(fc.boolean(), { minLength: 16, maxLength: 16 });
    fc.assert(
      fc.property(histories, cuts, cuts, (events, captureCuts, storeCuts) => {
        const all = events.map(documentOf);
        const captured = cut(all, captureCuts).flatMap((part) =>
          combineDocuments(collection, part),
        );
        const rows = (transactions: readonly JsonValue[][]) =>
          rowAfter(collection, events, transactions, false);
        expect(rows(cut(captured, storeCuts))).toBe(rows([all]));
      }),
    );
  });
});

test('the published schema needs epochs that never decrease', () => {
  const { reducer } = merging;
  const [a, b, c] = (['I2', 'I1', 'S2'] as const).map(documentOf) as [
    JsonValue,
    JsonValue,
    JsonValue,
  ];
  const partial = (lhs: JsonValue, rhs: JsonValue) => reducer.reduce(lhs, rhs, false).document;
  expect(partial(partial(a, b), c)).toEqual(c);
  expect(partial(a, partial(b, c))).toEqual(a);
});

test('the published schema refuses a document without its metadata', () => {
  const document = { pk: 'a', sk: '1' };
  const act = () => {
    merging.reducer.assertValid(document);
  };
  const want = `Cannot reduce at "": the document must have required property '_meta'`;
  expect(act).toThrow(want);
});

function cut<Item>(items: readonly Item[], cuts: readonly boolean[]): Item[][] {
  const parts: Item[][] = [];
  for (const [index, item] of items.entries()) {
    const last = parts.at(-1);
    if (last === undefined || cuts[index] === true) parts.push([item]);
    else last.push(item);
  }
  return parts;
}
