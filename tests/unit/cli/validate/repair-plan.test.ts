import { describe, expect, test } from '@jest/globals';
import { planRepair } from '../../../../connector/cli/validate/repair-plan.ts';
import type { TableCapacity } from '../../../../connector/table.ts';

const onDemand: TableCapacity = { mode: 'on-demand', readUnitsPerSecondMax: undefined };
const provisioned: TableCapacity = { mode: 'provisioned', readUnitsPerSecond: 100 };
const nowMs = Date.UTC(2026, 7, 21, 10);
const day = 86_400_000;
const on = { isEnabled: true, earliestMs: nowMs - 35 * day, latestMs: nowMs, periodDays: 35 };

describe('planRepair()', () => {
  test.each<[string, number, number, TableCapacity, number, object]>([
    [
      'small items: a repair reads more units than a backfill where a tenth changed',
      ...([1e6, 400e6, onDemand, 97_700] as const),
      { changedItems: 10_000, readUnits: 10_000, breakEvenShare: 0.0977, dollars: 0.00525 },
    ],
    [
      'items of 10 KB: never',
      ...([1e6, 10e9, onDemand, 2_441_000] as const),
      { changedItems: 10_000, readUnits: 30_000, breakEvenShare: 0.8137, dollars: 0.01375 },
    ],
    [
      'provisioned units, which are paid for',
      ...([1e6, 400e6, provisioned, 97_700] as const),
      { dollars: 0.004 },
    ],
    [
      'an empty table: the exports alone',
      ...([0, 0, onDemand, 1] as const),
      { changedItems: 0, readUnits: 0, breakEvenShare: undefined, dollars: 0.004 },
    ],
  ])('%s', (_, itemCount, sizeBytes, capacity, backfillUnits, want) => {
    const table = { itemCount, sizeBytes, capacity };
    const { dollars, breakEvenShare, ...got } = planRepair(table, on, { backfillUnits, nowMs });
    const rounded = (value: number | undefined) =>
      value === undefined ? undefined : Number(value.toFixed(5));
    expect({
      ...got,
      dollars: rounded(dollars),
      breakEvenShare: rounded(breakEvenShare),
    }).toMatchObject(
      Object.fromEntries(
        Object.entries(want as Record<string, number | undefined>).map(([name, value]) => [
          name,
          name === 'breakEvenShare' && value !== undefined
            ? (expect.closeTo(value, 3) as unknown)
            : value,
        ]),
      ),
    );
  });

  test.each([
    ['as long as its period', on, 35, undefined],
    ['a week', { ...on, earliestMs: nowMs - 7 * day, periodDays: 7 }, 7, undefined],
    ['since it was enabled', { ...on, earliestMs: nowMs - day }, 35, nowMs - day],
    ['not at all', { ...on, isEnabled: false }, undefined, undefined],
  ])('knows how far recovery reaches back: %s', (_, backups, recoveryDays, recoverySinceMs) => {
    const table = { itemCount: 1, sizeBytes: 1, capacity: onDemand };
    const got = planRepair(table, backups, { backfillUnits: 1, nowMs });
    expect([got.recoveryDays, got.recoverySinceMs]).toEqual([recoveryDays, recoverySinceMs]);
  });
});
