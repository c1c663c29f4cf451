/** Histories drawn from seeds: a share of what `simulate` plays. */

import { describe, expect, jest, test } from '@jest/globals';
import '../loaded.ts';
import { playHistory } from '../history.ts';
import { drawPlan } from '../plan.ts';

jest.setTimeout(300_000);

/** Half a minute of Jest, which takes about twice as long for each as compiled code. */
const historyCount = 60;
const chunkCount = 6;
const violationsShown = 5;

const plan = (seed: number) => drawPlan(seed, { isLossy: seed % 5 === 0 });

describe('random histories', () => {
  const firsts = Array.from(
    { length: chunkCount },
    (_, chunk) => 1 + (chunk * historyCount) / chunkCount,
  );
  test.each(firsts)('from seed %d on, all promises are kept', async (first) => {
    const broken: string[] = [];
    for (let seed = first; seed < first + historyCount / chunkCount; seed += 1) {
      const { violations, end } = await playHistory(plan(seed));
      const shown = violations.slice(0, violationsShown);
      broken.push(...shown.map((violation) => `seed ${seed} (${end}): ${violation}`));
    }
    expect(broken).toEqual([]);
  });

  test.each([5, 8])('seed %d gives the same history twice', async (seed) => {
    const results = [await playHistory(plan(seed)), await playHistory(plan(seed))];
    const [first, second] = results.map(({ calls, faults, ...others }) => ({
      ...others,
      calls: Object.fromEntries(calls),
      faults: Object.fromEntries(faults),
    }));
    expect(second).toEqual(first);
    expect(first?.outputDigest).toMatch(/^[0-9a-f]{64}$/);
  });
});
