import { describe, expect, test } from '@jest/globals';
import {
  planCapture,
  readUnitsOf,
  type PlanOptions,
} from '../../../../connector/cli/validate/plan.ts';
import type { TableCapacity } from '../../../../connector/table.ts';
import { tableNamed } from '../../discovery/fake-aws.ts';

const options: PlanOptions = {
  backfillSegments: 100,
  scanLimit: undefined,
  idleBackoffMaxMs: 1000,
  nowMs: Date.UTC(2026, 7, 21, 10),
};
const onDemand: TableCapacity = { mode: 'on-demand', readUnitsPerSecondMax: undefined };

describe('readUnitsOf()', () => {
  test.each<[string, number, number, number | undefined, number, number]>([
    ['an empty table: a request per segment', 0, 0, undefined, 100, 100],
    ['fewer items than segments: the same', 10, 1000, undefined, 100, 100],
    ['a page per segment, rounded up', 1000, 409_700, undefined, 10, 110],
    ['whole pages of 1 MB', 1_048_576, 1_073_741_824, undefined, 1, 262_144],
    ['a terabyte', 1e9, 1e12, undefined, 100, 244_141_300],
    ['pages by the number of items', 1000, 409_600, 10, 1, 100],
    ['small pages of small items: a unit each', 1000, 100_000, 10, 1, 100],
    ['items of 400 KB', 10, 4_096_000, undefined, 1, 1000],
  ])('estimates %s', (_, itemCount, sizeBytes, pageItems, backfillSegments, want) => {
    const got = readUnitsOf({ itemCount, sizeBytes, capacity: onDemand }, pageItems, {
      backfillSegments,
    });
    // A page ends with an item, so that a part of a unit is left over in each.
    expect(Math.abs(got - want)).toBeLessThanOrEqual(want * 0.005);
  });
});

describe('planCapture()', () => {
  const plan = (capacity: TableCapacity, rcuAllocation?: number, openShardCount = 1) => {
    const table = tableNamed('t', { itemCount: 1e6, sizeBytes: 4.096e9, capacity });
    const { tables } = planCapture([{ table, rcuAllocation, openShardCount }], options);
    const { limit, unitsPerSecond, seconds, dollars, readUnits } = tables[0]!;
    return [limit, unitsPerSecond, Math.round(seconds), dollars, readUnits];
  };

  test.each<[string, TableCapacity, number | undefined, number, unknown[]]>([
    ['nothing set: a partition', onDemand, undefined, 1, ['none', 3000, 333, 0.125, 1e6]],
    ['many partitions', onDemand, undefined, 10, ['none', 30_000, 33, 0.125, 1e6]],
    ['the quota of a table', onDemand, undefined, 500, ['none', 40_000, 25, 0.125, 1e6]],
    ['rcuAllocation', onDemand, 500, 10, ['rcuAllocation', 500, 2000, 0.125, 1e6]],
    [
      "the table's own maximum",
      { mode: 'on-demand', readUnitsPerSecondMax: 1000 },
      undefined,
      1,
      ['maximum', 1000, 1000, 0.125, 1e6],
    ],
    [
      'provisioned units, which are paid for',
      { mode: 'provisioned', readUnitsPerSecond: 200 },
      undefined,
      1,
      ['provisioned', 200, 5000, 0, 1e6],
    ],
  ])('knows the pace of %s', (_, capacity, rcuAllocation, shards, want) => {
    const got = plan(capacity, rcuAllocation, shards) as [string, number, number, number, number];
    expect(got.slice(0, 2)).toEqual(want.slice(0, 2));
    expect(got[2] / (want[2] as number)).toBeCloseTo(1, 1);
    expect(got[3]).toBeCloseTo(want[3] as number, 2);
    expect(got[4] / (want[4] as number)).toBeCloseTo(1, 2);
  });

  test('adds tables up; the longest backfill is that of all', () => {
    const table = (name: string, sizeBytes: number) =>
      tableNamed(name, { itemCount: sizeBytes / 1000, sizeBytes });
    const inputs = [table('a', 1e6), table('b', 1e10)].map((each) => ({
      table: each,
      rcuAllocation: 100,
      openShardCount: 2,
    }));
    const { tables, readUnits, seconds, dollars } = planCapture(inputs, options);
    expect(readUnits).toBe(tables[0]!.readUnits + tables[1]!.readUnits);
    expect(seconds).toBe(tables[1]!.seconds);
    expect(dollars).toBeCloseTo((readUnits / 1e6) * 0.125, 10);
  });

  test.each([
    ['no shard', 0, 1000, 0, 0],
    ['what is free', 1, 2000, 1_296_000, 0],
    ['three shards, each second', 3, 1000, 7_776_000, 1.0552],
    ['the same with longer waits', 3, 10_000, 777_600, 0],
  ])('estimates polling of %s', (_, shards, idleBackoffMaxMs, reads, dollars) => {
    const input = { table: tableNamed('t'), rcuAllocation: undefined, openShardCount: shards };
    const { polling } = planCapture([input], { ...options, idleBackoffMaxMs });
    expect(polling.readsPerMonth).toBeCloseTo(reads, 6);
    expect(polling.dollarsPerMonth).toBeCloseTo(dollars, 6);
  });
});
