/** What broke elsewhere with hundreds of shards, played against the whole connector. */

import { describe, expect, jest, test } from '@jest/globals';
import { Stage } from '../scripted.ts';
import { callCount, keepWriting, openShard } from './writers.ts';

jest.setTimeout(300_000);

const longestMs = (stage: Stage) => {
  const visible = new Map(
    stage.fake.log.map(({ sequenceNumber, visibleAtMs }) => [sequenceNumber, visibleAtMs]),
  );
  return stage.flow.committed.reduce((longest, { document, emittedAtMs }) => {
    const { sequenceNumber } = document['_meta'] as { sequenceNumber?: string };
    return Math.max(longest, emittedAtMs - (visible.get(sequenceNumber) ?? Infinity));
  }, 0);
};

const isChange = ({ document }: Stage['flow']['committed'][number]) =>
  !(document['_meta'] as { snapshot: boolean }).snapshot;

describe('many shards', () => {
  const knownShards = (stage: Stage) => Object.keys(stage.tableState().shards ?? {}).length;

  test('story 17: 5,000 shards are found though listings are throttled and fail', async () => {
    const stage = new Stage({
      tables: [{ partitionCount: 5000 }],
      advanced: { backfillSegments: 1 },
    });
    stage.fake.faults.setChances({ 'internal-error': 0.01, 'throttle-unmodelled': 0.05 });
    const got = await stage.play(async () => {
      stage.start();
      await stage.until('all shards are known', () => knownShards(stage) === 5000, 30_000);
      const isEachRead = () => callCount(stage, 'GetRecords') > 6000;
      await stage.until('all shards are read', isEachRead, 30_000);
      for (let key = 0; key < 100; key += 1) stage.world.write(0, key, false);
      // The items from before are committed meanwhile, too.
      const areCaptured = () => stage.flow.committed.filter(isChange).length >= 100;
      await stage.until('all changes are captured', areCaptured, 60_000);
      return stage.judged(0);
    });
    expect(got).toEqual([]);
    // Fifty pages; each failure costs one page, not all of them.
    expect(callCount(stage, 'DescribeStream')).toBeLessThan(150);
  });

  test.each([101, 250])('story 18: all of %d shards are seen', async (shardCount) => {
    const stage = new Stage({ tables: [{ partitionCount: shardCount, keyCount: 500 }] });
    const got = await stage.play(async () => {
      stage.start();
      await stage.until('a checkpoint', () => stage.flow.checkpointCount > 0);
      const atFirst = knownShards(stage);
      for (let key = 0; key < 500; key += 1) stage.world.write(0, key, false);
      return { violations: await stage.judged(3000), atFirst };
    });
    expect(got).toEqual({ violations: [], atFirst: shardCount });
  });

  test('story 18: all of 3,500 shards are seen', async () => {
    const stage = new Stage({ tables: [{ partitionCount: 3500 }] });
    await stage.play(async () => {
      stage.start();
      await stage.until('a checkpoint', () => stage.flow.checkpointCount > 0);
      expect(knownShards(stage)).toBe(3500);
      const areRead = () => callCount(stage, 'GetShardIterator') === 3500;
      await stage.until('all shards are read', areRead, 10_000);
    });
  });

  test('story 19: one process reads two thousand busy shards, only slower', async () => {
    const stage = new Stage({ tables: [{ partitionCount: 2000, keyCount: 1000 }] });
    const got = await stage.play(async () => {
      stage.start();
      await stage.untilBackfilled();
      const callsBefore = callCount(stage, 'GetRecords');
      await keepWriting(stage, { everyMs: 10, count: 300, keyCount: 1000 });
      const perSecond = (callCount(stage, 'GetRecords') - callsBefore) / 3;
      const violations = await stage.judged(3500);
      return { violations, isWithinBudget: perSecond < 2010, isSlow: longestMs(stage) > 4000 };
    });
    expect(got).toEqual({ violations: [], isWithinBudget: true, isSlow: false });
  });

  test('the state of 5,000 shards is bounded, and checkpoints do not grow with it', async () => {
    const stage = new Stage({
      tables: [{ partitionCount: 1000, keyCount: 300 }],
      advanced: { backfillSegments: 1, idleBackoffMax: '20s' },
    });
    for (let rollOver = 0; rollOver < 4; rollOver += 1) stage.fake.rollOver('table-0');
    const checkpoints: number[] = [];
    stage.onOutput = (bytes) => {
      const lines = Buffer.from(bytes).toString().split('\n');
      for (const line of lines) if (line.includes('checkpoint')) checkpoints.push(line.length);
    };
    const stateBytes = () => JSON.stringify(stage.flow.state).length;
    const got = await stage.play(async () => {
      stage.start();
      await stage.untilBackfilled();
      const listed = stateBytes();
      checkpoints.length = 0;
      await keepWriting(stage, { everyMs: 20, count: 500, keyCount: 300 });
      await stage.sleep(25_000);
      const longest = Math.max(...checkpoints);
      for (const { id, isOpen } of stage.fake.shards('table-0')) {
        if (!isOpen) stage.fake.forgetShard('table-0', id);
      }
      await stage.sleep(3 * 60_000);
      return { listed, longest, left: stateBytes(), known: knownShards(stage) };
    });
    expect(got.known).toBe(1000);
    // 70 bytes for a shard that is done with.
    expect(got.listed).toBeLessThan(350_000);
    expect(got.longest).toBeLessThan(300);
    expect(got.left).toBeLessThan(100_000);
  });

  test('idle shards by the thousand hold no busy one up', async () => {
    const stage = new Stage({
      tables: [{ partitionCount: 3000 }],
      advanced: { backfillSegments: 1 },
    });
    await stage.play(async () => {
      stage.start();
      await stage.until('all shards are read', () => callCount(stage, 'GetRecords') > 9000);
      await stage.sleep(5000);
      // One shard, four times a second.
      await keepWriting(stage, { everyMs: 250, count: 30, keyCount: 1 });
      stage.flow.committed.length = 0;
      await keepWriting(stage, { everyMs: 250, count: 60, keyCount: 1 });
      await stage.sleep(1000);
    });
    expect(stage.flow.committed.length).toBeGreaterThan(55);
    expect(longestMs(stage)).toBeLessThan(700);
  });

  test('shards that are throttled hold no others up', async () => {
    const stage = new Stage({ tables: [{ partitionCount: 60, keyCount: 500 }] });
    const { fake } = stage;
    const shardIds = fake.shards('table-0').map(({ id }) => id);
    const isThrottled = (key: number) =>
      shardIds.indexOf(fake.shardOf('table-0', { pk: { S: `k${key}` } })) < 40;
    for (const bodyPart of shardIds.slice(0, 40)) {
      const operation = 'GetShardIterator';
      fake.faults.add({ kind: 'throttle', operation, bodyPart, count: Infinity });
    }
    const got = await stage.play(async () => {
      stage.start();
      // The others' first changes, which are due within a second or two.
      await stage.sleep(5000);
      for (let key = 0; key < 200; key += 1) {
        fake.put('table-0', { pk: { S: `k${key}` }, v: { N: '1' } });
      }
      await stage.sleep(2500);
      return new Set(stage.flow.committed.map(({ document }) => document['pk'])).size;
    });
    const want = Array.from({ length: 200 }, (_, key) => key).filter((key) => !isThrottled(key));
    expect(want.length).toBeGreaterThan(40);
    expect(got).toBe(want.length);
  });

  test('story 20: nothing is replayed when the state of finished shards is gone', async () => {
    const stage = new Stage({ tables: [{ itemCount: 2 }] });
    const got = await stage.play(async () => {
      stage.start();
      await stage.untilBackfilled();
      for (let generation = 0; generation < 4; generation += 1) {
        stage.world.write(0, 0, false);
        stage.world.write(0, 1, generation % 2 === 0);
        await stage.sleep(3000);
        if (generation < 3) stage.fake.rollOver('table-0');
      }
      await stage.sleep(5000);
      await stage.kill();
      forgetFinishedShards(stage);
      stage.start();
      return stage.judged();
    });
    expect(got).toEqual([]);
  });

  test('story 21: throttling by an error outside the model is waited out', async () => {
    const stage = new Stage({ tables: [{ itemCount: 2 }] });
    for (const operation of ['DescribeStream', 'GetShardIterator', 'GetRecords']) {
      stage.fake.faults.add({ kind: 'throttle-unmodelled', operation, count: 40 });
    }
    const got = await stage.play(async () => {
      stage.start();
      await stage.untilBackfilled();
      stage.fake.rollOver('table-0');
      stage.fake.faults.add({
        kind: 'throttle-unmodelled',
        operation: 'DescribeStream',
        count: 40,
      });
      await keepWriting(stage, { everyMs: 100, count: 10 });
      return stage.judged(600_000);
    });
    expect(got).toEqual([]);
    expect(stage.fake.stats.faults.get('throttle-unmodelled')).toBe(160);
  });

  test('story 22: children of a thousand shards that end at once are read within seconds', async () => {
    const stage = new Stage({
      tables: [{ partitionCount: 1000 }, { partitionCount: 300 }],
      advanced: { idleBackoffMax: '2s', backfillSegments: 1 },
    });
    const got = await stage.play(async () => {
      stage.start();
      await stage.untilBackfilled();
      await stage.sleep(5000);
      const callsBefore = callCount(stage, 'DescribeStream');
      const readBefore = callCount(stage, 'GetShardIterator');
      for (const table of ['table-0', 'table-1']) stage.fake.rollOver(table);
      const beganMs = stage.clock.now();
      const areRead = () => callCount(stage, 'GetShardIterator') - readBefore === 1300;
      await stage.until('all children are read', areRead, 60_000);
      const tookMs = stage.clock.now() - beganMs;
      return { tookMs, calls: callCount(stage, 'DescribeStream') - callsBefore };
    });
    // Of those: two to find out that a shard has ended.
    expect(got.tookMs).toBeLessThan(12_000);
    expect(got.calls).toBeLessThan(60);
  });

  const pickups: [string, number, number][] = [
    // A child is asked for as soon as its parent has ended.
    ['with a filter for children', 0, 1500],
    // Or a listing from its parent on is made.
    ['without one', Infinity, 2500],
  ];
  test.each(pickups)('story 22: a child is picked up, %s', async (_, childFilterMs, withinMs) => {
    const childFilter = [childFilterMs, childFilterMs] as const;
    const stage = new Stage({ fake: { listing: { childFilterMs: childFilter } } });
    const got = await stage.play(async () => {
      stage.start();
      await stage.untilBackfilled();
      for (let rotation = 0; rotation < 10; rotation += 1) {
        await stage.sleep(withinMs + 700 * rotation);
        stage.fake.rollOver('table-0', openShard(stage));
        stage.world.write(0, 0, false);
      }
      const violations = await stage.judged(withinMs);
      return { violations, isLate: longestMs(stage) > withinMs };
    });
    expect(got).toEqual({ violations: [], isLate: false });
  });
});

function forgetFinishedShards(stage: Stage): void {
  const table = stage.tableState();
  const shards = Object.entries(table.shards ?? {}).filter(
    ([, { finishedReading }]) => finishedReading !== true,
  );
  stage.flow.state = {
    bindingStateV1: { 'table-0': { ...table, shards: Object.fromEntries(shards) } },
  };
}
