/** Histories drawn from seeds: a share of what `simulate` plays. */

import { describe, expect, jest, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import '../loaded.ts';
import { playHistory } from '../history.ts';
import { bundleSimulation } from '../mutants/mutate.ts';
import { drawGapPlan } from '../draw-gap-plan.ts';
import { drawPlan } from '../draw-plan.ts';
import { Report, reportJson } from '../report.ts';

jest.setTimeout(300_000);

/** A minute of one core. */
const historyCount = 60;
const chunkCount = 6;
const gapCount = 15;
const violationsShown = 5;
const repeatedCount = 12;
const run = promisify(execFile);

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

  test('with gaps that are to be healed, all promises are kept', async () => {
    const broken: string[] = [];
    for (let seed = 1; seed <= gapCount; seed += 1) {
      const { violations, end } = await playHistory(drawGapPlan(seed));
      broken.push(...violations.map((violation) => `seed ${seed} (${end}): ${violation}`));
    }
    expect(broken).toEqual([]);
  });

  test('the same seeds give the same histories, also in another process', async () => {
    const report = new Report();
    for (let seed = 1; seed <= repeatedCount; seed += 1) {
      report.add(plan(seed), await playHistory(plan(seed)));
    }
    const file = 'build/simulate-again.js';
    await bundleSimulation(file, undefined);
    const flags = ['--seeds', String(repeatedCount), '--seed', '1', '--json'];
    const { stdout } = await run(process.execPath, [file, ...flags]);
    const got = JSON.parse(stdout) as Record<string, unknown>;
    const want = reportJson(report, 1, 0);
    expect({ ...got, seconds: 0 }).toEqual(want);
  });
});
