import { describe, expect, test } from '@jest/globals';
import {
  reportProgress,
  statusSentence,
  type TableProgress,
} from '../../../connector/capture/progress.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { collectedLog, outcome } from '../aws/retry-context.ts';

const table = (given: Partial<TableProgress>): TableProgress => ({
  tableName: 'orders',
  phase: 'backfilling',
  items: 0,
  itemsExpected: 1000,
  segmentsFinished: 0,
  segmentCount: 100,
  units: 0,
  documents: 0,
  changes: 0,
  lagMs: 0,
  shards: 4,
  ...given,
});

const minute = 60_000;

describe('statusSentence()', () => {
  test.each<[string, Partial<TableProgress>[], number]>([
    ['Starting "orders"', [{ phase: 'starting', lagMs: Infinity }], 0],
    ['Starting 2 of 2 tables', [{ phase: 'starting' }, { phase: 'starting' }], 0],
    [
      'Backfill of "orders" waits for the stream to catch up (stream 30 min behind)',
      [{ phase: 'waiting-for-stream', lagMs: 30 * minute }],
      0,
    ],
    [
      'Backfill of 2 of 2 tables waits for the stream to catch up',
      [{ phase: 'waiting-for-stream', lagMs: Infinity }, { phase: 'starting' }],
      0,
    ],
    [
      'Backfilling "orders" while streaming changes (25 %, 250 items, 17 read units, about 75 s left)',
      [{ items: 250, units: 16.5 }],
      10,
    ],
    [
      'Backfilling "b" (1 of 2 tables) while streaming changes (50 %, 500 items, 0 read units, stream 90 s behind)',
      [{ phase: 'streaming' }, { tableName: 'b', items: 500, lagMs: 90_000 }],
      0,
    ],
    [
      'Backfilling "orders" while streaming changes (2,000 items, 1,234,567 read units)',
      [{ items: 2000, units: 1_234_567.2 }],
      10,
    ],
    [
      'Backfilling "orders" while streaming changes (0 %, 0 items, 0 read units, about 12 days left)',
      [{ itemsExpected: 1_000_000 }],
      1,
    ],
    [
      'Backfilling "orders" again at 2026-08-21T11:00:00.000Z: stream records were lost again and again',
      [{ phase: 'starting', startsAgainAt: '2026-08-21T11:00:00.000Z' }],
      0,
    ],
    ['Streaming changes of 1 table (1 shard open)', [{ phase: 'streaming', shards: 1 }], 0],
    [
      'Streaming changes of 2 tables (8 shards open, stream 3 h behind)',
      [{ phase: 'streaming' }, { phase: 'streaming', lagMs: 180 * minute }],
      0,
    ],
  ])('%s', (want, tables, rate) => {
    expect(statusSentence(tables.map(table), rate)).toBe(want);
  });
});

describe('reportProgress()', () => {
  /** What is reported of one table, whose progress is asked for again and again; with the second of each. */
  async function reported(steps: readonly Partial<TableProgress>[], seconds: number) {
    const clock = new FakeClock(0);
    const { log, lines } = collectedLog(clock);
    const asked: number[] = [];
    const progress = () => {
      const step = steps[Math.min(asked.length, steps.length - 1)];
      asked.push(clock.now() / 1000);
      return table(step ?? {});
    };
    const stop = new AbortController();
    const reporting = outcome(reportProgress([{ progress }], { clock, log }, stop.signal));
    await clock.advance(seconds * 1000);
    stop.abort(new Error('stopped'));
    expect(await clock.run(reporting)).toBe('stopped');
    const sentences = lines.filter(({ level }) => level === 'info').map(({ message }) => message);
    return { asked, sentences };
  }

  test('tells a phase soon after it has begun, and then every ten seconds', async () => {
    const phases = ['starting', 'starting', 'backfilling', 'streaming'] as const;
    const { asked, sentences } = await reported(
      phases.map((phase) => ({ phase })),
      40,
    );
    expect(asked).toEqual([0, 1, 3, 4, 5, 7, 11, 19, 29, 39]);
    expect(sentences).toEqual([
      'Starting "orders"',
      'Backfilling "orders" while streaming changes (0 %, 0 items, 0 read units)',
      'Streaming changes of 1 table (4 shards open)',
    ]);
  });

  test('tells the rate since the last report, and only what is new', async () => {
    const items = [0, 0, 0, 0, 0, 0, 100, 100, 100, 300];
    const { sentences } = await reported(
      items.map((count) => ({ items: count })),
      70,
    );
    expect(sentences).toEqual([
      'Backfilling "orders" while streaming changes (0 %, 0 items, 0 read units)',
      'Backfilling "orders" while streaming changes (10 %, 100 items, 0 read units, about 90 s left)',
      'Backfilling "orders" while streaming changes (10 %, 100 items, 0 read units)',
      'Backfilling "orders" while streaming changes (30 %, 300 items, 0 read units, about 35 s left)',
    ]);
  });
});
