/** Backfills of days and weeks, and a month of nothing, in virtual time. */

import { describe, expect, jest, test } from '@jest/globals';
import { parseRfc3339 } from '../../../connector/time.ts';
import { Stage } from '../scripted.ts';
import { callCount, keepWriting } from './writers.ts';

jest.setTimeout(300_000);

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const rollOverMs = [4 * hourMs, 4 * hourMs + 5 * minuteMs] as const;

interface LongBackfill {
  readonly itemCount: number;
  /** How long each scan page is under way after it was read. */
  readonly pageMs: number;
  readonly idleBackoffMax: string;
  readonly restartEveryMs: number;
  readonly writeEveryMs: number;
}

/** How long the service takes to describe a table: it is asked each minute, which takes a test its time. */
const describeMs = 29 * minuteMs;
/** The wait between two status reports; made longer here, since half of all waits are this one. */
const reportMs = 10_000;
const stretched = (ms: number) => (ms === reportMs ? 10 * minuteMs : ms);

/** Scans item by item, four at a time, while the table is written to and the capture dies now and then. */
async function playBackfill(options: LongBackfill) {
  const { itemCount, pageMs, idleBackoffMax, restartEveryMs, writeEveryMs } = options;
  const stage: Stage = new Stage({
    tables: [{ itemCount, partitionCount: 2 }],
    fake: { rollOverMs },
    advanced: { backfillSegments: 4, scanLimit: 1, idleBackoffMax },
    intercept: async ({ operation }, forward) => {
      const response = await forward();
      if (operation === 'Scan') await stage.sleep(pageMs);
      if (operation === 'DescribeTable') await stage.sleep(describeMs);
      return response;
    },
  });
  stage.wire.stretched = stretched;
  return stage.play(async () => {
    stage.start();
    const covered: number[] = [];
    const isFinished = () => stage.tableState().backfillFinishedAt !== undefined;
    let turn = 0;
    for (let sinceRestartMs = 0; !isFinished(); sinceRestartMs += writeEveryMs) {
      if (sinceRestartMs >= restartEveryMs) {
        covered.push(stage.tableState().backfillItems ?? 0);
        await stage.restart();
        sinceRestartMs = 0;
      }
      stage.world.write(0, (turn * 31) % (itemCount + 10), turn % 5 === 4);
      turn += 1;
      await stage.sleep(writeEveryMs);
    }
    const { backfillStartedAt, backfillFinishedAt } = stage.tableState();
    const tookMs = parseRfc3339(backfillFinishedAt!) - parseRfc3339(backfillStartedAt!);
    const violations = await stage.judged(30 * minuteMs);
    return { violations, tookHours: tookMs / hourMs, covered, scans: callCount(stage, 'Scan') };
  });
}

describe('long runs', () => {
  test('story 1: a backfill of 72 hours, with roll-overs and a day of retention', async () => {
    const got = await playBackfill({
      itemCount: 1800,
      pageMs: 10 * minuteMs,
      idleBackoffMax: '300s',
      restartEveryMs: 7 * hourMs,
      writeEveryMs: 10 * minuteMs,
    });
    expect(got.violations).toEqual([]);
    expect(got.tookHours).toBeGreaterThan(72);
  });

  test('a backfill of three weeks', async () => {
    const got = await playBackfill({
      itemCount: 1100,
      pageMs: 2 * hourMs,
      idleBackoffMax: '600s',
      restartEveryMs: 50 * hourMs,
      writeEveryMs: hourMs,
    });
    expect(got.violations).toEqual([]);
    expect(got.tookHours).toBeGreaterThan(3 * 7 * 24);
  });

  test('story 5: a backfill of a day that is restarted every hour goes on where it was', async () => {
    const itemCount = 850;
    const got = await playBackfill({
      itemCount,
      pageMs: 5 * minuteMs,
      idleBackoffMax: '60s',
      restartEveryMs: hourMs,
      writeEveryMs: 10 * minuteMs,
    });
    expect(got.violations).toEqual([]);
    expect(got.tookHours).toBeGreaterThan(24);
    expect(got.covered.length).toBeGreaterThan(23);
    // Each turn covers more, and a restart costs no more than the pages that were under way.
    expect(got.covered).toEqual([...new Set(got.covered)].sort((a, b) => a - b));
    expect(got.scans).toBeLessThan(itemCount + 4 + got.covered.length * 4 + 100);
  });

  test('a month without a change: state, waits and calls stay as they were', async () => {
    const stage: Stage = new Stage({
      tables: [{ itemCount: 10, partitionCount: 2 }],
      fake: { rollOverMs },
      advanced: { backfillSegments: 1, idleBackoffMax: '600s' },
      intercept: async ({ operation }, forward) => {
        const response = await forward();
        if (operation === 'DescribeTable') await stage.sleep(describeMs);
        return response;
      },
    });
    stage.wire.stretched = stretched;
    const days: { state: number; waits: number; checkpoints: number; reads: number }[] = [];
    const violations = await stage.play(async () => {
      stage.start();
      for (let day = 0; day < 30; day += 1) {
        const checkpoints = stage.flow.checkpointCount;
        const reads = callCount(stage, 'GetRecords');
        await stage.sleep(dayMs);
        days.push({
          state: JSON.stringify(stage.flow.state).length,
          waits: stage.clock.waitCount,
          checkpoints: stage.flow.checkpointCount - checkpoints,
          reads: callCount(stage, 'GetRecords') - reads,
        });
      }
      return stage.judged();
    });
    expect(violations).toEqual([]);
    const settled = days.slice(3);
    for (const name of ['state', 'waits', 'checkpoints', 'reads'] as const) {
      const values = settled.map((day) => day[name]);
      // A shard more or less is listed, or about to be read.
      expect(Math.max(...values) - Math.min(...values)).toBeLessThan(Math.max(...values) * 0.3 + 4);
    }
    const last = settled.at(-1)!;
    expect(last.state).toBeLessThan(3000);
    expect(last.waits).toBeLessThan(20);
  });

  test('while a backfill runs, a change is emitted within a second (p99)', async () => {
    const stage = new Stage({
      tables: [{ itemCount: 3000, partitionCount: 3 }],
      fake: { rollOverMs: [4 * minuteMs, 6 * minuteMs] },
      advanced: { scanLimit: 5 },
      resource: { rcuAllocation: 1 },
    });
    const violations = await stage.play(async () => {
      stage.start();
      await stage.untilCommitted(10);
      for (let turn = 0; turn < 150; turn += 1) {
        await keepWriting(stage, { everyMs: 130 + 37 * (turn % 80), count: 4, keyCount: 3000 });
      }
      expect(stage.tableState().backfillFinishedAt).toBe(undefined);
      stage.flow.finish();
      return [];
    });
    expect(violations).toEqual([]);
    const visibleAtMs = new Map(
      stage.fake.log.map(({ sequenceNumber, visibleAtMs }) => [sequenceNumber, visibleAtMs]),
    );
    const latencies = stage.flow.committed
      .flatMap(({ document, emittedAtMs }) => {
        const { sequenceNumber } = document['_meta'] as { sequenceNumber?: string };
        return sequenceNumber === undefined ? [] : emittedAtMs - visibleAtMs.get(sequenceNumber)!;
      })
      .sort((a, b) => a - b);
    expect(latencies.length).toBeGreaterThan(590);
    expect(latencies[Math.floor(latencies.length * 0.99)]).toBeLessThanOrEqual(1000);
    expect(latencies.at(-1)).toBeLessThan(2000);
  });
});
