/** What broke elsewhere when shards rolled over and split, played against the whole connector. */

import { describe, expect, jest, test } from '@jest/globals';
import { Stage, type Scene } from '../scripted.ts';
import { Gate } from '../wire.ts';
import { keepWriting, openShard } from './writers.ts';

jest.setTimeout(300_000);

const minuteMs = 60_000;
const late = (ms: number) => [ms, ms] as const;

/** A stage that notes how iterators are asked for. */
function watched(scene: Scene = {}) {
  const iteratorTypes = new Set<unknown>();
  const operations: string[] = [];
  const stage = new Stage(scene);
  stage.wire.intercept = ({ operation, body }, forward) => {
    operations.push(operation);
    if (operation === 'GetShardIterator') iteratorTypes.add(body['ShardIteratorType']);
    return forward();
  };
  return { stage, iteratorTypes, operations };
}

describe('shards that roll over and split', () => {
  test.each([true, false])(
    'story 8: the last page of a closed shard carries records (committed: %s)',
    async (isCommitted) => {
      const stage = new Stage({ tables: [{ itemCount: 1 }] });
      let lastPages = 0;
      stage.wire.intercept = async ({ operation }, forward) => {
        const response = await forward();
        if (operation !== 'GetRecords') return response;
        const page = JSON.parse(Buffer.from(response.body).toString()) as Record<string, unknown>;
        const isLast = page['NextShardIterator'] === undefined;
        if (isLast && (page['Records'] as unknown[]).length > 0) lastPages += 1;
        return response;
      };
      const got = await stage.play(async () => {
        stage.start();
        await stage.untilBackfilled();
        await stage.sleep(5000);
        stage.isCommitting = isCommitted;
        const parent = openShard(stage);
        stage.world.write(0, 0, false);
        stage.world.write(0, 1, false);
        stage.fake.rollOver('table-0');
        await stage.until(
          'the end of the shard',
          () => stage.tableState().shards![parent]?.finishedReading === true,
        );
        stage.isCommitting = true;
        await stage.restart();
        return { violations: await stage.judged(), shown: stage.shown };
      });
      expect(got).toEqual({ violations: [], shown: ['sc 1', 'u 2', 'c 3'] });
      expect(lastPages).toBe(isCommitted ? 1 : 2);
    },
  );

  test('story 9: writes between the birth of a shard and its first read', async () => {
    const { stage, iteratorTypes } = watched({
      fake: { listing: { childMs: late(3000), childFilterMs: late(3000) } },
    });
    const got = await stage.play(async () => {
      stage.start();
      await stage.untilBackfilled();
      await stage.sleep(5000);
      stage.fake.rollOver('table-0');
      await keepWriting(stage, { everyMs: 100, count: 20 });
      return stage.judged();
    });
    expect(got).toEqual([]);
    expect([...iteratorTypes]).toEqual(['TRIM_HORIZON']);
  });

  test('story 10: writes while the capture starts, before its first page', async () => {
    const { stage, iteratorTypes, operations } = watched({ tables: [{ itemCount: 5 }] });
    const output: string[] = [];
    stage.onOutput = (bytes) => output.push(Buffer.from(bytes).toString());
    const got = await stage.play(async () => {
      const writing = keepWriting(stage, { everyMs: 5, count: 40 });
      stage.start();
      await writing;
      return stage.judged();
    });
    expect(got).toEqual([]);
    expect([...iteratorTypes]).toEqual(['TRIM_HORIZON']);
    // The stream's place is taken, and written down, before the first page is asked for.
    expect(operations.slice(0, 2)).toEqual(['DescribeTable', 'DescribeStream']);
    const lines = output.join('').split('\n');
    const place = { bindingStateV1: { 'table-0': { shards: { [openShard(stage)]: {} } } } };
    expect(JSON.parse(lines[1]!)).toMatchObject({ checkpoint: { state: { updated: place } } });
  });

  test.each(['runs', 'is down'])(
    'story 11: ten roll-overs in a row while the capture %s',
    async (how) => {
      const { stage, iteratorTypes } = watched();
      const got = await stage.play(async () => {
        stage.start();
        await stage.untilBackfilled();
        await stage.sleep(5000);
        if (how === 'is down') await stage.kill();
        for (let generation = 0; generation < 10; generation += 1) {
          stage.world.write(0, 0, false);
          stage.fake.rollOver('table-0');
          await stage.sleep(20);
        }
        if (how === 'is down') stage.start();
        return { violations: await stage.judged(20_000), shown: stage.shown };
      });
      const updates = Array.from({ length: 9 }, (_, index) => `u ${index + 2}`);
      expect(got).toEqual({ violations: [], shown: ['c 1', ...updates] });
      expect(iteratorTypes.has('LATEST')).toBe(false);
    },
  );

  const rotations: [string, Scene, ((stage: Stage) => Promise<void>) | undefined][] = [
    [
      'the children are found by a listing alone',
      { fake: { listing: { childFilterMs: [Infinity, Infinity] } } },
      undefined,
    ],
    [
      'many shards roll over at once',
      { tables: [{ partitionCount: 16, keyCount: 50 }] },
      undefined,
    ],
    [
      'the children are on the second page of the listing',
      {
        tables: [{ partitionCount: 70 }],
        fake: { listing: { childFilterMs: [Infinity, Infinity] } },
      },
      undefined,
    ],
    [
      'iterators expire before any record was read',
      {},
      async (stage) => {
        const gate = new Gate();
        stage.wire.intercept = async ({ operation }, forward) => {
          const response = await forward();
          if (operation === 'GetShardIterator') await gate.pass();
          return response;
        };
        await stage.until('an iterator', () => gate.waiting > 0);
        stage.world.write(0, 3, false);
        await stage.sleep(16 * minuteMs);
        stage.wire.intercept = undefined;
        gate.open();
      },
    ],
  ];
  test.each(rotations)('story 12: %s', async (_, scene, prepare) => {
    const stage = new Stage(scene);
    const got = await stage.play(async () => {
      stage.start();
      await prepare?.(stage);
      await stage.untilBackfilled();
      await keepWriting(stage, { everyMs: 100, count: 30, keyCount: 50 });
      stage.fake.rollOver('table-0');
      await keepWriting(stage, { everyMs: 100, count: 30, keyCount: 50 });
      return stage.judged(150_000);
    });
    expect(got).toEqual([]);
  });

  test('story 13: a split with a hot key on either side, while the parent is read slowly', async () => {
    const gate = new Gate();
    const reads: string[] = [];
    const stage = new Stage({ tables: [{ keyCount: 20 }], advanced: { idleBackoffMax: '200ms' } });
    const got = await stage.play(async () => {
      stage.start();
      await stage.untilBackfilled();
      const parent = openShard(stage);
      for (let turn = 0; turn < 60; turn += 1) stage.world.write(0, turn % 10, turn % 9 === 8);
      stage.wire.intercept = async ({ operation, body }, forward) => {
        if (operation === 'GetShardIterator') reads.push(String(body['ShardId']));
        const response = await forward();
        if (operation === 'GetRecords') await gate.pass();
        return response;
      };
      await stage.until('the parent is being read', () => gate.waiting > 0);
      stage.fake.splitShard('table-0', parent, 2);
      for (let turn = 0; turn < 60; turn += 1) stage.world.write(0, turn % 10, turn % 9 === 8);
      // Long enough for a listing to show the children; and once more after a restart.
      await stage.sleep(90_000);
      await stage.restart();
      await stage.sleep(10_000);
      const whileParent = reads.filter((id) => id !== parent);
      gate.open();
      const violations = await stage.judged();
      return { violations, whileParent, isFirst: reads.indexOf(parent) === 0 };
    });
    expect(got).toEqual({ violations: [], whileParent: [], isFirst: true });
  });
});
