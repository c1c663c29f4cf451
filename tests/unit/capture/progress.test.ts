import { describe, expect, test } from '@jest/globals';
import {
  reportProgress,
  statusSentence,
  type TableProgress,
} from '../../../connector/capture/progress.ts';
import type { TableRepairProgress } from '../../../connector/capture/repair-progress.ts';
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
      'Backfilling "orders" again at 2026-08-21T11:00:00.000Z: stream records were lost repeatedly',
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
    expect(statusSentence(tables.map(table), { items: rate, keys: 0 })).toBe(want);
  });

  const repairing = (given: Partial<TableRepairProgress>, of: Partial<TableProgress> = {}) => ({
    phase: 'streaming' as const,
    ...of,
    repair: {
      phase: 'exporting' as const,
      windowsLeft: 4,
      windowsAsked: 4,
      opensInMs: undefined,
      keysRead: 0,
      keysInWindow: 0,
      keysReadInWindow: 0,
      ...given,
    },
  });
  const reading = { phase: 'reading', windowsLeft: 3, keysInWindow: 12_000 } as const;

  test.each<[string, Partial<TableProgress>[]]>([
    [
      'Repairing "orders" while streaming changes (waits for 4 exports, 10 to 20 minutes at least)',
      [repairing({})],
    ],
    [
      'Repairing "orders" while streaming changes (starts 1 export)',
      [repairing({ windowsLeft: 1, windowsAsked: 0 })],
    ],
    [
      'Repairing "orders" while streaming changes (waits for 3 exports, 10 to 20 minutes at least, 1 more can begin in 12 min)',
      [repairing({ windowsAsked: 3, opensInMs: 12 * minute })],
    ],
    [
      'Repairing "orders" while streaming changes (2 exports can begin in 90 s)',
      [repairing({ windowsLeft: 2, windowsAsked: 0, opensInMs: 1.5 * minute })],
    ],
    [
      'Repairing "orders" while streaming changes (3 exports left, waits for the stream to catch up, stream 3 h behind)',
      [repairing({ ...reading, phase: 'waiting-for-stream' }, { lagMs: 180 * minute })],
    ],
    [
      'Repairing "orders" while streaming changes (3 exports left, 2,000 keys of this one, about 20 s)',
      [repairing({ ...reading, keysReadInWindow: 10_000 })],
    ],
    [
      'Repairing "orders" while streaming changes (4 exports left, waits after a failure, see the log)',
      [repairing({ phase: 'waiting' })],
    ],
    [
      'Repairing 2 of 3 tables while streaming changes (7 exports left, 12,000 keys of those being read, about 2 min)',
      [repairing(reading), repairing({}, { tableName: 'b' }), { phase: 'streaming' }],
    ],
    [
      'Backfilling "b" (1 of 2 tables) while streaming changes (50 %, 500 items, 0 read units); repairing "orders" (1 of 2 tables) (3 exports left, 12,000 keys of this one, about 2 min)',
      [repairing(reading), { tableName: 'b', items: 500 }],
    ],
    [
      'Backfilling "orders" while streaming changes (50 %, 500 items, 0 read units); repairing "orders" (waits for 4 exports, 10 to 20 minutes at least)',
      [repairing({}, { phase: 'backfilling', items: 500 })],
    ],
  ])('%s', (want, tables) => {
    expect(statusSentence(tables.map(table), { items: 0, keys: 100 })).toBe(want);
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

  test('tells how long the keys of a repair will take', async () => {
    const repair = {
      phase: 'reading' as const,
      ...{ windowsLeft: 1, windowsAsked: 1, opensInMs: undefined, keysInWindow: 1000 },
    };
    const { sentences } = await reported(
      [0, 100, 300].map((keysRead) => ({
        phase: 'streaming' as const,
        repair: { ...repair, keysRead, keysReadInWindow: keysRead },
      })),
      4,
    );
    const words = 'Repairing "orders" while streaming changes (1 export left, ';
    expect(sentences).toEqual([
      `${words}1,000 keys of this one)`,
      `${words}900 keys of this one, about 9 s)`,
      `${words}700 keys of this one, about 7 s)`,
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
