import { describe, expect, test } from '@jest/globals';
import { mergePatch } from '../../../connector/merge-patch.ts';
import { documentSchema } from '../../../connector/discovery/discovery.ts';
import type { Table } from '../../../connector/table.ts';
import { CapturedCollection, countDuplicates } from '../../support/captured-collection.ts';
import type { Item, ItemPage } from '../../support/dynamodb-calls.ts';
import { verifyTable } from '../../support/verify.ts';

const epoch = '2026-01-01T00:00:00.000Z';
const key = [{ name: 'id', type: 'S' }] as const;
const schema = documentSchema({ key } as unknown as Table, { historyMode: false });

const snapshot = (id: string, v: number, second = 1) =>
  JSON.stringify({
    id,
    v,
    _meta: { op: 'c', snapshot: true, epoch, scannedAt: `2026-01-01T00:00:0${second}.000Z` },
  });
const change = (op: 'c' | 'u', id: string, v: number, eventId: string) =>
  JSON.stringify({ id, v, _meta: { op, snapshot: false, epoch, eventId } });
const deletion = (id: string, eventId: string) =>
  JSON.stringify({ id, _meta: { op: 'd', snapshot: false, epoch, eventId } });

const counts = { items: 1, missing: 0, stale: 0, resurrected: 0, duplicated: 0, examples: [] };

describe('verifyTable()', () => {
  const item: Item = { id: { S: 'a' }, v: { N: '2' } };

  const cases: readonly (readonly [string, string[], object])[] = [
    ['an item that was scanned', [snapshot('a', 2)], counts],
    ['a change after the scan', [snapshot('a', 1), change('u', 'a', 2, 'e1')], counts],
    ['a stale scan after the change', [change('u', 'a', 2, 'e1'), snapshot('a', 1)], counts],
    [
      'a deleted item that was never scanned',
      [snapshot('a', 2), snapshot('b', 1), deletion('b', 'e1')],
      counts,
    ],
    [
      'an item without a document',
      [],
      { ...counts, missing: 1, examples: ['table ["a"] is missing'] },
    ],
    [
      'a lost change',
      [snapshot('a', 1)],
      { ...counts, stale: 1, examples: ['table ["a"] is stale: /v is 1, not {"N":"2"}'] },
    ],
    [
      'a lost delete',
      [snapshot('a', 2), snapshot('b', 1)],
      {
        ...counts,
        resurrected: 1,
        examples: ['table ["b"] was deleted, and is still in the collection'],
      },
    ],
    [
      'a scan that brings a deleted item back',
      [snapshot('a', 2), change('c', 'b', 1, 'e1'), deletion('b', 'e2'), snapshot('b', 1)],
      {
        ...counts,
        resurrected: 1,
        examples: ['table ["b"] was deleted, and is still in the collection'],
      },
    ],
    [
      'a delete of what was never emitted, which Flow would store',
      [snapshot('a', 2), deletion('b', 'e1')],
      {
        ...counts,
        resurrected: 1,
        examples: ['table ["b"] was deleted, and is still in the collection'],
      },
    ],
    [
      'a change that was committed twice',
      [snapshot('a', 1), change('u', 'a', 2, 'e1'), change('u', 'a', 2, 'e1')],
      {
        ...counts,
        duplicated: 1,
        examples: ['table ["a"] has a document that was committed twice'],
      },
    ],
  ];

  test.each(cases)('judges %s', async (_name, documents, want) => {
    const collection = new CapturedCollection(['/id']);
    for (const text of documents) collection.add(text);
    const scan = (): Promise<ItemPage> => Promise.resolve({ Items: [item] });

    const { signal } = new AbortController();
    const captured = { table: 'table', key, schema, collection };
    const got = await verifyTable({ scan }, captured, signal);

    expect(got).toEqual(want);
  });
});

describe('countDuplicates()', () => {
  const scanned = { op: 'c', snapshot: true, epoch } as const;
  const inserted = { op: 'c', snapshot: false, epoch, eventId: 'e1' } as const;
  const deleted = { op: 'd', snapshot: false, epoch, eventId: 'e2' } as const;

  test.each([
    ['nothing', [], 0],
    ['a scan and a change', [scanned, inserted], 0],
    ['two scans in an epoch', [scanned, inserted, scanned], 1],
    ['two scans in two epochs', [scanned, { ...scanned, epoch: '2026-01-02T00:00:00.000Z' }], 0],
    ['a record three times', [inserted, inserted, inserted], 2],
    [
      'images that go before deletes',
      [scanned, deleted, inserted, scanned, { ...deleted, eventId: 'e3' }],
      0,
    ],
    ['a delete twice, each with its image', [scanned, deleted, scanned, deleted], 1],
  ])('of %s', (_name, documents, want) => {
    expect(countDuplicates(documents)).toBe(want);
  });
});

describe('mergePatch()', () => {
  // Examples of https://www.rfc-editor.org/rfc/rfc7396#appendix-A
  test.each([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('patches %j by %j', (target, patch, want) => {
    expect(mergePatch(target, patch)).toEqual(want);
  });
});
