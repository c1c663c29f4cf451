import { describe, expect, test } from '@jest/globals';
import { Harness, type ListingAnswer } from '../fake-harness.ts';

const isShownClosed = (shard: ListingAnswer['Shards'][number]) =>
  shard.SequenceNumberRange.EndingSequenceNumber !== undefined;
const idsOf = ({ Shards }: ListingAnswer) => Shards.map(({ ShardId }) => ShardId);
const childFilter = (ShardId: string) => ({ ShardFilter: { Type: 'CHILD_SHARDS', ShardId } });

describe('DescribeStream', () => {
  test('lists shards by id, 100 to a page', async () => {
    const harness = new Harness({ describeStreamPerSecond: Infinity }).createOrders(250);
    const ids: string[] = [];
    const lengths: number[] = [];
    let after: string | undefined;
    do {
      const start = after === undefined ? {} : { ExclusiveStartShardId: after };
      const page = await harness.listing(start);
      ids.push(...idsOf(page));
      lengths.push(page.Shards.length);
      after = page.LastEvaluatedShardId;
    } while (after !== undefined);
    expect(lengths).toEqual([100, 100, 50]);
    expect(ids).toEqual(harness.fake.shards('orders').map(({ id }) => id));
    expect(ids).toEqual([...ids].sort());
  });

  test('gives the children of a shard alone', async () => {
    const harness = new Harness().createOrders(2);
    const [first, second] = harness.fake.shards('orders');
    const children = harness.fake.splitShard('orders', first?.id);
    expect(idsOf(await harness.listing(childFilter(first?.id ?? ''))).sort()).toEqual(
      children.sort(),
    );
    expect(idsOf(await harness.listing(childFilter(second?.id ?? '')))).toEqual([]);
  });

  test('may learn of a child late, and tell a parent closed late', async () => {
    const listing = {
      childMs: [5000, 5000],
      childFilterMs: [2000, 2000],
      openParentMs: [9000, 9000],
    } as const;
    const harness = new Harness({ listing }).createOrders();
    await harness.clock.advance(60_000);
    const [parent] = harness.fake.shards('orders');
    const [child] = harness.fake.rollOver('orders');
    const got: unknown[] = [];
    for (const waitMs of [0, 2000, 3000, 4000]) {
      await harness.clock.advance(waitMs);
      const all = await harness.listing();
      const children = idsOf(await harness.listing(childFilter(parent?.id ?? '')));
      got.push([idsOf(all).length, all.Shards[0] && isShownClosed(all.Shards[0]), children]);
    }
    expect(got).toEqual([
      [1, false, []],
      [1, false, [child]],
      [2, false, [child]],
      [2, true, [child]],
    ]);
  });

  test('may never tell children to those who ask for them', async () => {
    const listing = { childFilterMs: [Infinity, Infinity] } as const;
    const harness = new Harness({ listing }).createOrders();
    const [parent] = harness.fake.shards('orders');
    harness.fake.rollOver('orders');
    await harness.clock.advance(3_600_000);
    expect(idsOf(await harness.listing(childFilter(parent?.id ?? '')))).toEqual([]);
    expect(idsOf(await harness.listing())).toHaveLength(2);
  });

  test.each([
    ['missing-parent', ['child']],
    ['late-child', ['parent']],
  ] as const)('shows a parent and its child as %s says', async (kind, want) => {
    const harness = new Harness().createOrders();
    const names = new Map([[harness.fake.shards('orders')[0]?.id, 'parent']]);
    names.set(harness.fake.rollOver('orders')[0], 'child');
    const shown = async () => idsOf(await harness.listing()).map((id) => names.get(id));
    harness.fake.faults.add({ kind });
    expect(await shown()).toEqual(want);
    expect(await shown()).toEqual(['parent', 'child']);
  });

  test('shows some shards twice on the fault "repeated-shards"', async () => {
    const harness = new Harness().createOrders(3);
    harness.fake.faults.add({ kind: 'repeated-shards' });
    const got = idsOf(await harness.listing());
    const want = harness.fake.shards('orders').map(({ id }) => id);
    expect(got.slice(0, 3)).toEqual(want);
    expect(got.length).toBeGreaterThan(3);
    expect([...new Set(got)]).toEqual(want);
  });

  test('shows a parent open on the fault "open-parent"', async () => {
    const harness = new Harness().createOrders();
    harness.fake.rollOver('orders');
    harness.fake.faults.add({ kind: 'open-parent' });
    const got = [await harness.listing(), await harness.listing()];
    expect(got.map(({ Shards }) => Shards.map(isShownClosed))).toEqual([
      [false, false],
      [true, false],
    ]);
  });

  test('is refused past ten calls a second, by an error no model knows', async () => {
    const harness = new Harness().createOrders();
    const request = { StreamArn: harness.fake.streamArn('orders') };
    const errors: string[] = [];
    for (let call = 0; call < 12; call++)
      errors.push(await harness.errorOf('DescribeStream', request));
    expect(errors).toEqual([
      ...Array<string>(10).fill('none'),
      'ThrottlingException',
      'ThrottlingException',
    ]);
    await harness.clock.advance(1000);
    expect(await harness.errorOf('DescribeStream', request)).toBe('none');
  });
});
