/** Plans are cut down to what breaks a promise, within limits. */

import { describe, expect, test } from '@jest/globals';
import { parsePlan, writePlan } from '../../simulation/plan-json.ts';
import { drawPlan } from '../../simulation/draw-plan.ts';
import type { Plan } from '../../simulation/plan.ts';
import { shrink } from '../../simulation/shrink.ts';

const noLimits = { triesMax: 10_000, msMax: Infinity, nowMs: () => 0 };
const seeds = [1, 2, 3, 5, 8, 13, 21, 34];

/** Breaks when all of these are in the plan. */
const crashAfterDelete = (plan: Plan): Promise<boolean> => {
  const deleteAt = plan.events.findIndex((event) => event.kind === 'write' && event.delete);
  const crashAt = plan.events.findLastIndex(({ kind }) => kind === 'crash');
  return Promise.resolve(deleteAt >= 0 && crashAt > deleteAt);
};

/** A plan that surely has a delete and, later, a crash. */
function planWithCrash(seed: number): Plan {
  const plan = drawPlan(seed, { isLossy: true });
  const atMs = (plan.events.at(-1)?.atMs ?? 0) + 1;
  return {
    ...plan,
    events: [
      { kind: 'write', table: plan.tables.length - 1, key: 0, delete: true, atMs: 0 },
      ...plan.events,
      { kind: 'crash', atMs },
    ],
  };
}

describe('shrink()', () => {
  test.each(seeds)(
    'keeps of seed %d the two events that matter, in a plain world',
    async (seed) => {
      const got = await shrink(planWithCrash(seed), crashAfterDelete, noLimits);
      expect(got).toEqual({
        ...got,
        tables: [
          {
            ...got.tables[0]!,
            keyTypes: ['S'],
            readUnits: undefined,
            partitionCount: 1,
            itemCount: 0,
            hasTimeToLive: false,
          },
        ],
        segments: 1,
        scanLimit: 100,
        idleBackoffMaxMs: 1000,
        prehistoryMs: 0,
        scanDelayMs: 0,
        outputMs: 0,
        crashAfterBytes: [],
        commitChance: 1,
        faults: {},
        latencyMs: [5, 5],
        visibilityMs: [0, 0],
        clockOffMs: [0, 0],
        listingPageLength: 100,
        listing: { childMs: [0, 0], childFilterMs: [0, 0], openParentMs: [0, 0] },
        events: [
          { ...got.events[0]!, kind: 'write', table: 0, delete: true },
          { kind: 'crash', atMs: got.events[1]!.atMs },
        ],
      });
    },
  );

  test.each(seeds)('makes of seed %d only plans that can be played', async (seed) => {
    const plan = planWithCrash(seed);
    const problems: string[] = [];
    await shrink(
      plan,
      (smaller) => {
        for (const event of smaller.events) {
          if (!('table' in event)) continue;
          const table = smaller.tables[event.table];
          if (table === undefined) problems.push(`no table ${event.table}`);
          else if (event.kind === 'write' && event.key >= Math.max(3, table.keyCount)) {
            problems.push(`no key ${event.key}`);
          }
        }
        for (const { itemCount, keyCount } of smaller.tables) {
          if (itemCount > keyCount) problems.push(`${itemCount} items of ${keyCount} keys`);
        }
        if (smaller.events.length > plan.events.length) problems.push('more events');
        return crashAfterDelete(smaller);
      },
      { ...noLimits, triesMax: 2000 },
    );
    expect(problems).toEqual([]);
  });

  test('gives the plan itself when nothing smaller breaks', async () => {
    const plan = drawPlan(1);
    expect(await shrink(plan, () => Promise.resolve(false), noLimits)).toBe(plan);
  });

  test('tries no more plans than it may', async () => {
    let tries = 0;
    const isBroken = () => {
      tries += 1;
      return Promise.resolve(false);
    };
    await shrink(planWithCrash(1), isBroken, { ...noLimits, triesMax: 7 });
    expect(tries).toBe(7);
  });

  test('takes no longer than it may', async () => {
    let nowMs = 0;
    let tries = 0;
    const isBroken = () => {
      nowMs += 100;
      tries += 1;
      return Promise.resolve(false);
    };
    await shrink(planWithCrash(1), isBroken, { ...noLimits, msMax: 1000, nowMs: () => nowMs });
    expect(tries).toBe(10);
  });
});

describe('writePlan(), parsePlan()', () => {
  test.each(seeds)('keep seed %d as it is', (seed) => {
    const plan = planWithCrash(seed);
    const endless: Plan = {
      ...plan,
      listing: { ...plan.listing, childFilterMs: [Infinity, Infinity] },
    };
    expect(parsePlan(writePlan(endless))).toEqual(endless);
  });

  test.each([
    ['{}'],
    ['[]'],
    ['{"seed":1}'],
    ['{"seed":"1","tables":[],"events":[],"crashAfterBytes":[]}'],
  ])('parsePlan() refuses %s', (text) => {
    expect(() => parsePlan(text)).toThrow(
      'This is not a plan: it has no seed, tables, events or crashAfterBytes',
    );
  });
});
