/** What broke elsewhere with odd and late listings, played against the whole connector. */

import { describe, expect, jest, test } from '@jest/globals';
import { Stage } from '../scripted.ts';
import { Gate } from '../wire.ts';
import { callCount, keepWriting, openShard } from './writers.ts';

jest.setTimeout(300_000);

const minuteMs = 60_000;
const late = (ms: number) => [ms, ms] as const;

describe('listings', () => {
  test('story 14: listings that are odd but legal stop nothing', async () => {
    const stage = new Stage({
      tables: [{ partitionCount: 6, itemCount: 10 }],
      fake: { rollOverMs: [minuteMs, 2 * minuteMs] },
    });
    stage.fake.faults.setChances({
      'missing-parent': 0.4,
      'repeated-shards': 0.2,
      'open-parent': 0.2,
      'late-child': 0.15,
    });
    const got = await stage.play(async () => {
      stage.start();
      await keepWriting(stage, { everyMs: 4000, count: 60, keyCount: 30 });
      stage.fake.faults.clear();
      return stage.judged(100_000);
    });
    expect(got).toEqual([]);
  });

  // Found by seed 3000089.
  test('a shard that looks open at the start is done with when it has a child', async () => {
    const stage = new Stage({ tables: [{ itemCount: 3 }] });
    const got = await stage.play(async () => {
      const oldest = openShard(stage);
      stage.world.write(0, 0, true);
      stage.fake.rollOver('table-0');
      stage.fake.rollOver('table-0');
      const shownClosedAtMs = stage.clock.now() + minuteMs;
      stage.fake.setListing('table-0', oldest, { shownClosedAtMs });
      stage.world.write(0, 0, false);
      stage.fake.faults.add({
        kind: 'slow',
        operation: 'GetShardIterator',
        bodyPart: oldest,
        delayMs: 3000,
      });
      stage.start();
      return stage.judged();
    });
    expect(got).toEqual([]);
    expect(stage.shown.filter((shown) => !shown.startsWith('s'))).toEqual(['c 4']);
  });

  test('story 15: a child whose parent is gone is read at the first start', async () => {
    const stage = new Stage({ tables: [{ itemCount: 2 }] });
    const got = await stage.play(async () => {
      const parent = openShard(stage);
      stage.fake.splitShard('table-0', parent, 2);
      stage.fake.forgetShard('table-0', parent);
      stage.start();
      await stage.untilBackfilled(3000);
      stage.world.write(0, 0, false);
      await stage.until('the change', () => stage.shown.includes('u 3'), 2000);
      return stage.judged();
    });
    expect(got).toEqual([]);
  });

  test('a parent that is listed as open, though its child is closed, is not read at a first start', async () => {
    // Seed 1001127.
    const gate = new Gate();
    const stage = new Stage({ tables: [{ itemCount: 2 }] });
    const got = await stage.play(async () => {
      const parent = openShard(stage);
      for (let generation = 0; generation < 3; generation += 1) {
        stage.world.write(0, 0, false);
        if (generation < 2) stage.fake.rollOver('table-0');
        await stage.sleep(100);
      }
      stage.fake.setListing('table-0', parent, { shownClosedAtMs: stage.clock.now() + minuteMs });
      stage.wire.intercept = async ({ operation, body }, forward) => {
        if (operation === 'GetShardIterator' && body['ShardId'] === parent) await gate.pass();
        return forward();
      };
      stage.start();
      await stage.sleep(10_000);
      gate.open();
      return stage.judged();
    });
    expect(got).toEqual([]);
  });

  test('a child that listings show late, and a restart meanwhile, is no loss', async () => {
    // Seed 1002536: the parent tells its child at once.
    const stage = new Stage({ fake: { listing: { childMs: late(3 * minuteMs) } } });
    const got = await stage.play(async () => {
      stage.start();
      await stage.untilBackfilled();
      stage.fake.rollOver('table-0');
      stage.world.write(0, 0, false);
      await stage.sleep(10_000);
      await stage.restart();
      await stage.sleep(minuteMs);
      stage.world.write(0, 0, false);
      await stage.sleep(3 * minuteMs);
      return stage.judged();
    });
    expect(got).toEqual([]);
  });

  test('story 16: a closed shard without a child is asked again until there is one', async () => {
    const stage = new Stage({
      fake: { listing: { childMs: late(20 * minuteMs), childFilterMs: late(20 * minuteMs) } },
    });
    const got = await stage.play(async () => {
      stage.start();
      await stage.untilBackfilled();
      await stage.sleep(5000);
      const [child] = stage.fake.rollOver('table-0');
      stage.world.write(0, 0, false);
      const listedAtMs = stage.clock.now() + 20 * minuteMs;
      const callsBefore = callCount(stage, 'DescribeStream');
      await stage.sleep(20 * minuteMs - 1000);
      const calls = callCount(stage, 'DescribeStream') - callsBefore;
      await stage.until('the change', () => stage.shown.includes('c 1'));
      const afterMs = stage.clock.now() - listedAtMs;
      const isKnown = stage.tableState().shards![child!] !== undefined;
      return { violations: await stage.judged(), calls, afterMs, isKnown };
    });
    expect(got).toEqual({
      violations: [],
      calls: expect.any(Number),
      afterMs: expect.any(Number),
      isKnown: true,
    });
    // Every five seconds, and not oftener.
    expect(got.calls).toBeGreaterThan(200);
    expect(got.calls).toBeLessThan(300);
    expect(got.afterMs).toBeLessThan(6000);
  });
});
