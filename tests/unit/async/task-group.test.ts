import { describe, expect, test } from '@jest/globals';
import {
  runBeside,
  runTogether,
  TaskGroup,
  type Task,
} from '../../../connector/async/task-group.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { never, outcome } from '../aws/retry-context.ts';

/** Tasks that sleep and write down how they end. */
function tasksOn(clock: FakeClock) {
  const ended: string[] = [];
  const task =
    (name: string, ms: number, failure?: string): Task =>
    async (signal) => {
      try {
        await clock.sleep(ms, signal);
        if (failure !== undefined) throw new Error(failure);
        ended.push(`${name} done`);
      } catch (error) {
        ended.push(`${name}: ${(error as Error).message}`);
        throw error;
      }
    };
  return { ended, task };
}

describe('runTogether()', () => {
  test('waits for all tasks', async () => {
    const clock = new FakeClock(0);
    const { ended, task } = tasksOn(clock);
    await clock.run(runTogether(never, [task('a', 20), task('b', 10)]));
    expect(ended).toEqual(['b done', 'a done']);
  });

  test('throws the first failure once all others have been aborted and have ended', async () => {
    const clock = new FakeClock(0);
    const { ended, task } = tasksOn(clock);
    const slowToEnd: Task = async (signal) => {
      await clock.sleep(1000, signal).catch(() => clock.sleep(7, never));
      ended.push('slow ended');
    };
    const all = [task('a', 20), task('b', 10, 'broken'), slowToEnd];
    expect(await clock.run(outcome(runTogether(never, all)))).toBe('broken');
    expect([ended, clock.now()]).toEqual([['b: broken', 'a: broken', 'slow ended'], 17]);
  });

  test('throws the reason of its signal, also when the tasks end quietly', async () => {
    const clock = new FakeClock(0);
    const stop = new AbortController();
    const quiet: Task = (signal) => clock.sleep(1000, signal).catch(() => undefined);
    const running = outcome(runTogether(stop.signal, [quiet, quiet]));
    stop.abort(new Error('stopped'));
    expect(await clock.run(running)).toBe('stopped');
  });

  test('starts tasks aborted when its signal is', async () => {
    const reasons: unknown[] = [];
    const task: Task = (signal) => Promise.resolve(void reasons.push(signal.reason));
    const got = await outcome(runTogether(AbortSignal.abort(new Error('stopped')), [task]));
    expect([got, reasons]).toEqual(['stopped', [new Error('stopped')]]);
  });
});

describe('runBeside()', () => {
  test('ends the others, and awaits them, when the main task has ended', async () => {
    const clock = new FakeClock(0);
    const { ended, task } = tasksOn(clock);
    const run = runBeside(never, task('main', 10), [task('other', 100)]);
    expect(await clock.run(outcome(run))).toBe(undefined);
    expect([ended, clock.now()]).toEqual([['main done', 'other: The main task has ended'], 10]);
  });

  test('throws what another task throws', async () => {
    const clock = new FakeClock(0);
    const { ended, task } = tasksOn(clock);
    const run = runBeside(never, task('main', 10), [task('other', 5, 'broken')]);
    expect(await clock.run(outcome(run))).toBe('broken');
    expect(ended).toEqual(['other: broken', 'main: broken']);
  });
});

describe('TaskGroup', () => {
  test('join() waits for tasks that tasks start, and starts late ones aborted', async () => {
    const clock = new FakeClock(0);
    const { ended, task } = tasksOn(clock);
    const group = new TaskGroup(never);
    group.spawn(async (signal) => {
      await clock.sleep(5, signal);
      group.spawn(task('child', 10, 'broken'));
    });
    group.spawn(async (signal) => {
      await clock.sleep(100, signal).catch(() => undefined);
      group.spawn(task('late', 50));
    });
    expect(await clock.run(outcome(group.join()))).toBe('broken');
    expect([ended, clock.now()]).toEqual([['child: broken', 'late: broken'], 15]);
  });

  test('takes a task that throws before its first await for a failure', async () => {
    const group = new TaskGroup(never);
    group.spawn(() => {
      throw new Error('broken');
    });
    expect(await outcome(group.join())).toBe('broken');
  });
});
