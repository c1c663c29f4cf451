import { describe, expect, test } from '@jest/globals';
import { Harness, order, type ScanAnswer } from '../fake-harness.ts';

/** Scans to the end and gives the pages. */
async function scanAll(harness: Harness, parameters: Record<string, unknown> = {}) {
  const pages: ScanAnswer[] = [];
  let key: unknown;
  do {
    const start = key === undefined ? {} : { ExclusiveStartKey: key };
    const page = await harness.scan({ ...parameters, ...start });
    pages.push(page);
    key = page.LastEvaluatedKey;
  } while (key !== undefined && pages.length < 1000);
  return pages;
}

const idsOf = (pages: readonly ScanAnswer[]) =>
  pages.flatMap(({ Items }) => Items.map((item) => String(item['id']?.['S'])));

function filled(count: number, note = '', options = {}): Harness {
  const harness = new Harness(options).createOrders();
  for (let id = 0; id < count; id++) harness.fake.put('orders', order(String(id), note));
  return harness;
}

const allIds = (count: number) => Array.from({ length: count }, (_, id) => String(id)).sort();

describe('Scan', () => {
  test('gives every item once, in pages of the limit, the last one maybe empty', async () => {
    const pages = await scanAll(filled(20), { Limit: 5 });
    expect(idsOf(pages).sort()).toEqual(allIds(20));
    expect(pages.map(({ Count }) => Count)).toEqual([5, 5, 5, 5, 0]);
  });

  test('gives every item once over all segments', async () => {
    const harness = filled(200);
    const ids: string[] = [];
    for (let Segment = 0; Segment < 7; Segment++) {
      ids.push(...idsOf(await scanAll(harness, { Segment, TotalSegments: 7, Limit: 10 })));
    }
    expect(ids.sort()).toEqual(allIds(200));
  });

  test('ends its pages at 1 MB of items and charges their summed size', async () => {
    const harness = filled(30, 'x'.repeat(100_000));
    await harness.clock.advance(2000);
    const [strong] = await scanAll(harness, { ReturnConsumedCapacity: 'TOTAL' });
    const [stale] = await scanAll(harness, {
      ReturnConsumedCapacity: 'TOTAL',
      ConsistentRead: false,
    });
    const got = [strong, stale].map((page) => [page?.Count, page?.ConsumedCapacity?.CapacityUnits]);
    expect(got).toEqual([
      [10, Math.ceil((10 * 100_008) / 4096)],
      [10, Math.ceil((10 * 100_008) / 4096) / 2],
    ]);
  });

  test('costs a unit even when there is nothing to read', async () => {
    const page = await filled(0).scan({ ReturnConsumedCapacity: 'TOTAL' });
    expect(page).toMatchObject({ Items: [], ConsumedCapacity: { CapacityUnits: 1 } });
  });

  test.each([
    ['a start key of another segment', { Segment: 0, TotalSegments: 1_000_000 }],
    ['a segment too high', { Segment: 4, TotalSegments: 4 }],
    ['a segment without a total', { Segment: 4 }],
    ['a start key that is none', { ExclusiveStartKey: { other: { S: '1' } } }],
    ['a limit of 0', { Limit: 0 }],
    ['what the fake does not know', { FilterExpression: 'a = b' }],
  ])('refuses %s', async (_, parameters) => {
    const got = await filled(10).scan({ ExclusiveStartKey: { id: { S: '1' } }, ...parameters });
    expect(got.error).toBe('ValidationException');
  });

  test('asked again gives the same, and what is new after a write', async () => {
    const harness = filled(3, 'old');
    const pages = [await harness.scan(), await harness.scan()];
    harness.fake.put('orders', order('1', 'new'));
    harness.fake.delete('orders', { id: { S: '2' } });
    const after = await harness.scan();
    expect(pages[0]).toEqual(pages[1]);
    expect(after.Items.map((item) => [item['id']?.['S'], item['note']?.['S']]).sort()).toEqual([
      ['0', 'old'],
      ['1', 'new'],
    ]);
  });

  test('contains all that was written before it began, and some of what was written meanwhile', async () => {
    const harness = filled(500, 'before', { latencyMs: [100, 100] });
    const answer = harness.send('Scan', { TableName: 'orders', ConsistentRead: true });
    for (let id = 0; id < 500; id++) harness.fake.put('orders', order(String(id), 'meanwhile'));
    const { body } = await harness.clock.run(answer);
    const { Items } = JSON.parse(Buffer.from(body).toString()) as ScanAnswer;
    const notes = Items.map((item) => String(item['note']?.['S']));
    const count = (note: string) => notes.filter((other) => other === note).length;
    expect([notes.length, count('before') > 50, count('meanwhile') > 50]).toEqual([
      500,
      true,
      true,
    ]);
  });

  test('may still contain an item that was deleted meanwhile, and never one deleted before', async () => {
    const harness = filled(300, '', { latencyMs: [100, 100] });
    for (let id = 0; id < 100; id++) harness.fake.delete('orders', { id: { S: String(id) } });
    const answer = harness.send('Scan', { TableName: 'orders', ConsistentRead: true });
    for (let id = 100; id < 200; id++) harness.fake.delete('orders', { id: { S: String(id) } });
    const { body } = await harness.clock.run(answer);
    const ids = idsOf([JSON.parse(Buffer.from(body).toString()) as ScanAnswer]).map(Number);
    const between = (low: number, high: number) =>
      ids.filter((id) => id >= low && id < high).length;
    expect([between(0, 100), between(200, 300)]).toEqual([0, 100]);
    expect(between(100, 200)).toBeGreaterThan(0);
    expect(between(100, 200)).toBeLessThan(100);
  });

  test('without ConsistentRead may miss what was written a moment ago, but not longer ago', async () => {
    const harness = filled(200, 'old', { staleMs: 1000 });
    await harness.clock.advance(2000);
    for (let id = 0; id < 200; id++) harness.fake.put('orders', order(String(id), 'new'));
    const notes = async () => {
      const page = await harness.scan({ ConsistentRead: false });
      return new Set(page.Items.map((item) => String(item['note']?.['S'])));
    };
    await harness.clock.advance(500);
    expect(await notes()).toEqual(new Set(['old', 'new']));
    await harness.clock.advance(600);
    expect(await notes()).toEqual(new Set(['new']));
  });

  test.each(['empty-page', 'short-page', 'repeat-page'] as const)(
    'with the fault "%s" gives every item all the same',
    async (kind) => {
      const harness = filled(60);
      harness.fake.faults.setChances({ [kind]: 0.5 });
      for (const TotalSegments of [1, 3]) {
        const ids: string[] = [];
        for (let Segment = 0; Segment < TotalSegments; Segment++) {
          ids.push(...idsOf(await scanAll(harness, { Segment, TotalSegments, Limit: 10 })));
        }
        expect([...new Set(ids)].sort()).toEqual(allIds(60));
      }
      expect(harness.fake.stats.faults.get(kind)).toBeGreaterThan(0);
    },
  );

  test('with the fault "empty-page" goes on from a key that is not there', async () => {
    const harness = filled(3);
    harness.fake.faults.add({ kind: 'empty-page' });
    const page = await harness.scan();
    expect([page.Count, typeof page.LastEvaluatedKey?.['id']?.['S']]).toEqual([0, 'string']);
    const rest = await scanAll(harness, { ExclusiveStartKey: page.LastEvaluatedKey });
    expect(idsOf(rest).sort()).toEqual(allIds(3));
  });
});
