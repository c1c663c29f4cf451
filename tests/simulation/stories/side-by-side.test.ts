/** Tables and shards beside each other: the trouble of one is not the other's. */

import { describe, expect, jest, test } from '@jest/globals';
import { latenciesMs, evidenceOf } from '../emissions.ts';
import { Stage } from '../scripted.ts';
import { keepWriting, openShard } from './writers.ts';

jest.setTimeout(300_000);

const minuteMs = 60_000;

describe('side by side', () => {
  const troubles = [
    ['its stream is throttled', 'GetRecords'],
    ['its scan is throttled', 'Scan'],
  ] as const;
  test.each(troubles)(
    'one table of two, when %s, does not slow the other',
    async (_, operation) => {
      const stage = new Stage({ tables: [{ itemCount: 30 }, { itemCount: 30 }] });
      const got = await stage.play(async () => {
        stage.fake.faults.add({ kind: 'throttle', operation, table: 'table-0', count: Infinity });
        stage.start();
        const isBackfilled = () => stage.tableState(1).backfillFinishedAt !== undefined;
        await stage.until('the backfill of the other', isBackfilled);
        const beganMs = stage.clock.now();
        await Promise.all([
          keepWriting(stage, { everyMs: 700, count: 400, table: 0 }),
          keepWriting(stage, { everyMs: 700, count: 400, table: 1 }),
        ]);
        const latencies = latenciesMs(evidenceOf(stage.world, stage.flow, 1), beganMs);
        stage.fake.faults.clear();
        await stage.sleep(minuteMs);
        const longestMs = Math.max(...latencies);
        return {
          count: latencies.length,
          longestMs,
          violations: await stage.judged(),
        };
      });
      expect(got.violations).toEqual([]);
      expect(got.count).toBeGreaterThan(300);
      expect(got.longestMs).toBeLessThan(1100);
    },
  );

  test('a shard that splits three times between two listings is followed to its great-grandchildren', async () => {
    const stage = new Stage({
      tables: [{ keyCount: 40 }],
      fake: { listing: { childFilterMs: [Infinity, Infinity] } },
    });
    const got = await stage.play(async () => {
      stage.start();
      await stage.untilBackfilled();
      await stage.sleep(5000);
      for (let generation = 0; generation < 3; generation += 1) {
        await keepWriting(stage, { everyMs: 20, count: 40, keyCount: 40 });
        const open = stage.fake.shards('table-0').filter(({ isOpen }) => isOpen);
        for (const { id } of open) stage.fake.splitShard('table-0', id, 2);
      }
      await keepWriting(stage, { everyMs: 20, count: 40, keyCount: 40 });
      const openCount = stage.fake.shards('table-0').filter(({ isOpen }) => isOpen).length;
      return { openCount, violations: await stage.judged(150_000) };
    });
    expect(got).toEqual({ openCount: 8, violations: [] });
  });

  test.each(['new-stream', 'new-table'] as const)(
    'a %s in the middle of a backfill, while no process runs, and a crash in the next backfill',
    async (how) => {
      const stage = new Stage({
        tables: [{ itemCount: 40 }],
        advanced: { scanLimit: 1, onDataLoss: 'backfill' },
        resource: { rcuAllocation: 2 },
      });
      const got = await stage.play(async () => {
        stage.start();
        await stage.untilCommitted(10);
        await stage.kill();
        stage.world.lose(0, how, new Map());
        stage.start();
        await stage.until('a new epoch', () => stage.flow.epochsBegan.size === 2);
        await stage.sleep(4000);
        await stage.restart();
        stage.world.write(0, 3, false);
        return { violations: await stage.judged(), epochs: stage.flow.epochsBegan.size };
      });
      expect(got).toEqual({ violations: [], epochs: 2 });
      expect(openShard(stage)).toMatch(/^shardId-/);
    },
  );
});
