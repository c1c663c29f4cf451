import { describe, expect, test } from '@jest/globals';
import { comparisonTable, medianOf, runByTurns } from '../../bench/against.ts';
import { NotMeasured } from '../../bench/not-measured.ts';
import type { BenchOptions, Result } from '../../bench/scenarios.ts';

const options: BenchOptions = {
  command: ['ours'],
  codec: 'json',
  runs: 3,
  seconds: 1,
  folder: '/tmp',
};

/** A scenario whose figures grow from run to run; `other`: what it does for the other connector. */
function scenarioOf(other: (turn: number) => Partial<Result>) {
  const asked: string[] = [];
  const run = ({ command, runs }: BenchOptions) => {
    const [program = ''] = command;
    asked.push(`${program} ${runs}`);
    const figures = program === 'ours' ? { latencyMsP50: asked.length } : other(asked.length);
    return Promise.resolve({ name: 'a', ...figures });
  };
  return { asked, scenario: { name: 'a', run } };
}

describe('runByTurns()', () => {
  test('runs both, one after the other, and compares their medians', async () => {
    const { asked, scenario } = scenarioOf((turn) => ({ latencyMsP50: 10 * turn, specMs: 3 }));
    const { ours, other, ratios } = await runByTurns(scenario, options, ['other']);
    expect(asked).toEqual(['ours 1', 'other 1', 'ours 1', 'other 1', 'ours 1', 'other 1']);
    expect([ours, other, ratios]).toEqual([
      { name: 'a', latencyMsP50: 3 },
      { name: 'a', latencyMsP50: 40, specMs: 3 },
      { latencyMsP50: 3 / 40 },
    ]);
  });

  test('says in words what the other does not do', async () => {
    const { scenario } = scenarioOf(() => {
      throw new NotMeasured('reads no open shard during its backfill');
    });
    const comparison = await runByTurns(scenario, options, ['other']);
    expect([comparison.other.note, comparison.ratios]).toEqual([
      'reads no open shard during its backfill',
      {},
    ]);
    const lines = comparisonTable([comparison]);
    expect(lines).toContain('the other reads no open shard during its backfill');
  });

  test('ends with any other failure', async () => {
    const { scenario } = scenarioOf(() => {
      throw new Error('spawn ENOENT');
    });
    await expect(runByTurns(scenario, options, ['other'])).rejects.toThrow('spawn ENOENT');
  });
});

describe('medianOf()', () => {
  test('leaves out what a run has not', () => {
    const results = [{ name: 'a', specMs: 1 }, { name: 'a' }, { name: 'a', specMs: 4, note: 'x' }];
    expect(medianOf(results)).toEqual({ name: 'a', specMs: 2.5, note: 'x' });
  });
});
