import { describe, expect, test } from '@jest/globals';
import { ProgressMeter } from '../../../../connector/cli/pull/progress-meter.ts';
import type { WatchedTable } from '../../../../connector/session/session.ts';
import { tableProgress } from './progress-samples.ts';

/** Measures a table every second, and gives the last result. */
function measureAll(tables: readonly Partial<WatchedTable>[], bytesPerItem = 100) {
  const meter = new ProgressMeter();
  const all = tables.map((given, second) => {
    const table = tableProgress(given);
    return meter.measure({
      atMs: second * 1000,
      tables: [table],
      bytes: [table.items * bytesPerItem],
      documents: table.items,
    });
  });
  return all.at(-1)!;
}

describe('ProgressMeter.measure()', () => {
  test('tells rates and the time left', () => {
    const got = measureAll([
      { items: 0, units: 0, changes: 0 },
      { items: 1000, units: 20, changes: 5 },
      { items: 2000, units: 40, changes: 10 },
    ]);
    expect(got).toMatchObject({ documents: 2000, documentsPerSecond: 1000, changesPerSecond: 5 });
    expect(got.tables[0]).toMatchObject({
      itemsPerSecond: 1000,
      unitsPerSecond: 20,
      bytesPerSecond: 100_000,
      secondsLeft: 18,
      share: 0.1,
    });
  });

  test('forgets how fast it was before the last few seconds', () => {
    const fast = [0, 1000, 2000, 3000].map((items) => ({ items }));
    const still = Array.from({ length: 6 }, () => ({ items: 3000 }));
    const got = measureAll([...fast, ...still]).tables[0];
    expect([got?.itemsPerSecond, got?.secondsLeft]).toEqual([0, undefined]);
  });

  test('takes what an earlier run has captured for no speed', () => {
    const got = measureAll([
      { phase: 'starting', items: 0 },
      { phase: 'waiting-for-stream', items: 15_000 },
      { items: 15_100 },
    ]);
    expect(got.tables[0]?.itemsPerSecond).toBe(100);
  });

  test('is never finished before the backfill is, and then is', () => {
    const late = measureAll([{ items: 30_000, itemsExpected: 20_000 }]).tables[0];
    expect([late?.share, late?.itemsExpected]).toEqual([0.99, 30_000]);
    const finished = measureAll([{ phase: 'streaming', items: 10, itemsExpected: 20_000 }]);
    expect(finished.tables[0]?.share).toBe(1);
  });

  test('has no speed below zero for a table that began again', () => {
    const got = measureAll([{ items: 5000 }, { items: 10 }]).tables[0];
    expect(got?.itemsPerSecond).toBe(0);
  });

  test('tells the lag of the table furthest behind, as soon as there is one', () => {
    const meter = new ProgressMeter();
    const measure = (...lags: number[]) =>
      meter.measure({
        atMs: 0,
        tables: lags.map((lagMs) => tableProgress({ lagMs })),
        bytes: [],
        documents: 0,
      }).lagMs;
    expect([measure(Infinity), measure(Infinity, 30), measure(70, 30)]).toEqual([
      undefined,
      30,
      70,
    ]);
  });
});
