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
  test('tells the rate of the last ten seconds, and only what is new', async () => {
    const clock = new FakeClock(0);
    const { log, lines } = collectedLog(clock);
    const items = [0, 100, 100, 100, 300];
    const reporting = { progress: () => table({ items: items.shift() ?? 1000 }) };
    const stop = new AbortController();
    const reported = outcome(reportProgress([reporting], { clock, log }, stop.signal));
    await clock.advance(45_000);
    stop.abort(new Error('stopped'));
    expect(await clock.run(reported)).toBe('stopped');
    const sentences = lines.filter(({ level }) => level === 'info').map(({ message }) => message);
    expect(sentences).toEqual([
      'Backfilling "orders" while streaming changes (0 %, 0 items, 0 read units)',
      'Backfilling "orders" while streaming changes (10 %, 100 items, 0 read units, about 90 s left)',
      'Backfilling "orders" while streaming changes (10 %, 100 items, 0 read units)',
      'Backfilling "orders" while streaming changes (30 %, 300 items, 0 read units, about 35 s left)',
    ]);
  });
});
