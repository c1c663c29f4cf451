import { describe, expect, test } from '@jest/globals';
import { segmentCountOf, type SegmentOptions } from '../../connector/read-capacity.ts';
import type { TableCapacity } from '../../connector/table.ts';

const onDemand: TableCapacity = { mode: 'on-demand', readUnitsPerSecondMax: undefined };
const none: SegmentOptions = { backfillSegments: undefined };

describe('segmentCountOf()', () => {
  test.each<[string, number, number, SegmentOptions, number]>([
    ['an empty table', 0, 0, none, 1],
    ['a table under a megabyte', 20_000, 1_000_000, none, 1],
    ['a few megabytes: a page each', 20_000, 5_000_000, none, 5],
    ['a large table: as many as the Go connector', 1e9, 4e11, none, 100],
    ['small pages', 40, 10_000, { ...none, scanLimit: 10 }, 4],
    ['what the user sets, whatever the size', 1e9, 4e11, { ...none, backfillSegments: 7 }, 7],
  ])('%s', (_, itemCount, sizeBytes, options, want) => {
    expect(segmentCountOf({ itemCount, sizeBytes, capacity: onDemand }, options)).toBe(want);
  });

  test.each<[string, TableCapacity, number | undefined]>([
    ['of little capacity', { mode: 'provisioned', readUnitsPerSecond: 5 }, undefined],
    ['with a maximum', { mode: 'on-demand', readUnitsPerSecondMax: 100 }, undefined],
    ['given little of it', onDemand, 5],
  ])('as many as the Go connector of a table %s', (_, capacity, rcuAllocation) => {
    const table = { itemCount: 20, sizeBytes: 2000, capacity };
    expect(segmentCountOf(table, { ...none, rcuAllocation })).toBe(100);
  });
});
