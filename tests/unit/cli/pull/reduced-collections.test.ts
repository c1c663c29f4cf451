import { describe, expect, test } from '@jest/globals';
import { countDocument, noCounts } from '../../../../connector/cli/pull/document-counts.ts';
import { ReducedCollections } from '../../../../connector/cli/pull/reduced-collections.ts';
import { documentSchema } from '../../../../connector/discovery/discovery.ts';
import { tableNamed } from '../../discovery/fake-aws.ts';

const schema = documentSchema(tableNamed('orders'), { historyMode: false });
const key = tableNamed('orders').key.map(({ name }) => `/${name}`);
const keyName = tableNamed('orders').key[0]!.name;
const orders = { name: 'acmeCo/orders', key, schema };
const epoch = '2026-08-21T10:00:00.000Z';

const documentOf = (document: object, binding = 0) => ({
  binding,
  json: Buffer.from(JSON.stringify(document)),
});
const scanned = (id: string, more: object = {}) => ({
  ...{ [keyName]: id, ...more },
  _meta: { op: 'c', snapshot: true, epoch, scannedAt: '2026-08-21T10:00:01.000Z' },
});
const changed = (op: 'c' | 'u' | 'd', id: string, more: object = {}) => ({
  ...{ [keyName]: id, ...more },
  _meta: { op, snapshot: false, epoch, eventId: `event of ${id}`, sequenceNumber: '1' },
});

/** What is left, as key and colour. */
function rowsAfter(...transactions: object[][]) {
  const reduced = new ReducedCollections([orders]);
  for (const documents of transactions) reduced.store(documents.map((each) => documentOf(each)));
  const rows = reduced.rows().get('acmeCo/orders') as unknown as Record<string, unknown>[];
  return rows.map((row) => [row[keyName], row['colour']]);
}

describe('ReducedCollections', () => {
  test('holds what a materialization with hard deletes would', () => {
    const got = rowsAfter(
      [scanned('b', { colour: 'red' }), scanned('a', { colour: 'red' }), scanned('c')],
      [changed('u', 'a', { colour: 'blue' }), changed('d', 'c'), changed('c', 'd')],
      // An item that the scan comes to late is no newer than its change.
      [scanned('a', { colour: 'red' })],
    );
    expect(got).toEqual([
      ['a', 'blue'],
      ['b', 'red'],
      ['d', undefined],
    ]);
  });

  test('goes on from the rows of an earlier run', () => {
    const first = new ReducedCollections([orders]);
    first.store([documentOf(scanned('a')), documentOf(scanned('b'))]);
    const second = new ReducedCollections([orders]);
    second.restore(new Map([...first.rows(), ['acmeCo/gone', [{ x: 1 }]]]));
    second.store([documentOf(changed('d', 'a'))]);
    expect(second.rowCount).toBe(1);
  });

  test('puts two bindings of one collection together', () => {
    const reduced = new ReducedCollections([orders, orders]);
    reduced.store([documentOf(scanned('a')), documentOf(scanned('b'), 1)]);
    expect([reduced.rows().size, reduced.rowCount]).toEqual([1, 2]);
  });

  test('makes room for what was deleted', () => {
    const big = { text: 'x'.repeat(600) };
    const reduced = new ReducedCollections([orders], 1000);
    for (let index = 0; index < 10; index += 1) {
      reduced.store([documentOf(scanned(`item ${index}`, big))]);
      reduced.store([documentOf(changed('d', `item ${index}`))]);
    }
    reduced.store([documentOf(scanned('a', big))]);
    expect(() => {
      reduced.store([documentOf(scanned('b', big))]);
    }).toThrow('Cannot hold the collections in memory: they are larger than');
  });

  test('names the collection whose schema refuses a document', () => {
    const strict = { ...orders, schema: { required: ['total'], reduce: { strategy: 'merge' } } };
    const reduced = new ReducedCollections([strict]);
    expect(() => {
      reduced.store([documentOf(scanned('a'))]);
    }).toThrow('Cannot reduce collection "acmeCo/orders" by its schema: ');
    expect(() => new ReducedCollections([{ ...orders, schema: { type: 7 } }])).toThrow(
      'Cannot reduce collection "acmeCo/orders" by its schema: ',
    );
  });
});

describe('countDocument()', () => {
  test.each([
    ['scanned', scanned('a')],
    ['scanned', { id: 1, _meta: { ...scanned('a')._meta, attribute: { op: 'd' } } }],
    ['inserts', changed('c', 'a')],
    ['updates', changed('u', 'a')],
    ['deletes', changed('d', 'a')],
    // Old images that end as a scanned document does.
    ['updates', { _meta: { op: 'u', snapshot: false, before: scanned('a') } }],
    ['deletes', { x: '"_meta":{"op":"c","snapshot":true}', _meta: { op: 'd', snapshot: false } }],
  ] as const)('as %s: %j', (kind, document) => {
    const counts = noCounts();
    const { json, binding } = documentOf(document);
    countDocument(counts, { json, binding }, undefined);
    expect(counts).toEqual({ ...noCounts(), [kind]: 1, bytes: json.length });
  });

  test('a deleted item that was put out once more apart from those scanned', () => {
    const epoch = '2026-08-21T10:00:00.000Z';
    const meta = { op: 'c', snapshot: true, epoch, scannedAt: epoch };
    const image = { id: 'a', x: { y: [1] } };
    const items = [
      { ...image, _meta: meta },
      { id: 'a', _meta: { op: 'd', snapshot: false, epoch, before: image } },
      { id: 'b', _meta: meta },
      { id: 'c', _meta: { op: 'd', snapshot: false, epoch, before: { id: 'c' } } },
    ].map((document) => documentOf(document));
    const counts = noCounts();
    items.forEach((item, index) => {
      countDocument(counts, item, items[index - 1]);
    });
    expect(counts).toMatchObject({ scanned: 1, reemitted: 1, deletes: 2 });
  });
});
