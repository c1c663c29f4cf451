/** A backfill beside users who need their table's capacity, more and less of it over time. */

import { describe, expect, jest, test } from '@jest/globals';
import { playPacing } from '../pacing.ts';
import { pacingScenes, phasesOf } from '../pacing-scenes.ts';

jest.setTimeout(300_000);

const capacity = 1000;

describe('pacing', () => {
  test.each(['provisioned', 'on-demand-maximum'])(
    'users of a table (%s) hardly notice, and the backfill uses what is left',
    async (name) => {
      const phases = phasesOf(await playPacing(pacingScenes[name]!));
      for (const { demand, userCalls, userThrottles, backfillUnits } of phases) {
        // A call in two hundred, and not one more than it takes to tell that nothing is left.
        expect(userThrottles).toBeLessThan(10 + userCalls / 200);
        const left = capacity - demand;
        expect(backfillUnits).toBeGreaterThan(left * (demand === 0 ? 0.9 : 0.6));
        expect(backfillUnits).toBeLessThan(left * 1.3);
      }
      expect(phases.map(({ demand }) => demand)).toEqual([200, 700, 900, 0, 500]);
    },
  );

  test('a table that keeps unused capacity gives it to the backfill, and its users notice no more', async () => {
    const phases = phasesOf(await playPacing(pacingScenes['provisioned-burst']!));
    for (const { userCalls, userThrottles } of phases) {
      expect(userThrottles).toBeLessThan(10 + userCalls / 200);
    }
    expect(phases[0]!.backfillUnits).toBeGreaterThan(capacity * 0.9);
  });

  test('an allocation is used nearly to the full, and nobody is refused', async () => {
    const [phase] = phasesOf(await playPacing(pacingScenes['allocated']!));
    expect(phase!.userThrottles).toBe(0);
    expect(phase!.backfillThrottles).toBe(0);
    expect(phase!.backfillUnits).toBeGreaterThan(400 * 0.9);
    expect(phase!.backfillUnits).toBeLessThan(400 * 1.05);
  });
});
