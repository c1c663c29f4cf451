import { describe, expect, test } from '@jest/globals';
import { FakeClock } from '../../support/fake-clock.ts';

const never = new AbortController().signal;

describe('FakeClock', () => {
  test('run() jumps from wait to wait, in the order of time, then of beginning', async () => {
    const clock = new FakeClock(0);
    const got: [string, number][] = [];
    const wait = async (name: string, ms: number) => {
      await clock.sleep(ms, never);
      got.push([name, clock.now()]);
    };
    const hour = 3_600_000;
    await clock.run(Promise.all([wait('a', hour), wait('b', 5), wait('c', hour), wait('d', 0)]));
    expect(got).toEqual([
      ['d', 0],
      ['b', 5],
      ['a', hour],
      ['c', hour],
    ]);
  });

  test('run() plays out all consequences of a wait before the next of the same moment', async () => {
    const clock = new FakeClock(0);
    const got: string[] = [];
    const first = clock.sleep(10, never).then(async () => {
      for (let turn = 0; turn < 50; turn++) await Promise.resolve();
      await new Promise((resolve) => {
        process.nextTick(resolve);
      });
      got.push('first');
    });
    const second = clock.sleep(10, never).then(() => got.push('second'));
    await clock.run(Promise.all([first, second]));
    expect(got).toEqual(['first', 'second']);
  });

  test('run() gives the value of the work, or throws what it throws', async () => {
    const clock = new FakeClock(0);
    expect(await clock.run(clock.sleep(7, never).then(() => 'done'))).toBe('done');
    const failing = clock.sleep(7, never).then(() => Promise.reject(new Error('broken')));
    await expect(clock.run(failing)).rejects.toThrow('broken');
    expect(clock.now()).toBe(14);
  });

  test('run() says so when nothing waits for time and the work is pending', async () => {
    const clock = new FakeClock(0);
    const got = clock.run(new Promise(() => undefined));
    await expect(got).rejects.toThrow(
      'Deadlock at 1970-01-01T00:00:00.000Z: nothing waits for time, and the work is still pending',
    );
  });

  test('run() waits a moment for work that left the process', async () => {
    const clock = new FakeClock(0);
    const outside = new Promise((resolve) => setTimeout(resolve, 20)).then(() => 'back');
    expect(await clock.run(outside)).toBe('back');
  });

  test.each([
    ['a time', { untilMs: 1000 }, 'Still running at 1970-01-01T00:00:01.000Z'],
    ['a number of waits', { firingsMax: 10 }, 'Still running after 10 waits'],
  ])('run() gives up after %s', async (_, limits, want) => {
    const clock = new FakeClock(0);
    const stop = new AbortController();
    const forever = (async () => {
      for (;;) await clock.sleep(100, stop.signal);
    })();
    await expect(clock.run(forever, limits)).rejects.toThrow(want);
    stop.abort(new Error('stopped'));
    await expect(forever).rejects.toThrow('stopped');
  });

  test('sleep() rejects with the reason of its signal, at once, and leaves nothing behind', async () => {
    const clock = new FakeClock(0);
    const stop = new AbortController();
    const waits = [clock.sleep(10, stop.signal), clock.sleep(20, stop.signal)];
    const other = clock.sleep(15, never);
    stop.abort(new Error('stopped'));
    const late = clock.sleep(10, stop.signal);
    const got = await clock.run(Promise.allSettled([...waits, late]));
    const reason = new Error('stopped');
    expect(got).toEqual([1, 2, 3].map(() => ({ status: 'rejected', reason })));
    expect([clock.now(), clock.waitCount]).toEqual([0, 1]);
    await clock.run(other);
    expect([clock.now(), clock.waitCount]).toEqual([15, 0]);
  });

  test('sleep() survives thousands of cancelled waits among living ones', async () => {
    const clock = new FakeClock(0);
    const got: number[] = [];
    const kept = Array.from({ length: 5 }, (_, index) =>
      clock.sleep(index * 100, never).then(() => got.push(clock.now())),
    );
    for (let round = 0; round < 5000; round++) {
      const stop = new AbortController();
      const wait = clock.sleep(round, stop.signal).catch(() => undefined);
      stop.abort();
      await wait;
    }
    expect(clock.waitCount).toBe(5);
    await clock.run(Promise.all(kept));
    expect(got).toEqual([0, 100, 200, 300, 400]);
  });

  test('advance() lets a span of time pass', async () => {
    const clock = new FakeClock(0);
    let isOver = false;
    void clock.sleep(100, never).then(() => (isOver = true));
    await clock.advance(99);
    expect([clock.now(), isOver]).toEqual([99, false]);
    await clock.advance(1);
    expect([clock.now(), isOver]).toEqual([100, true]);
  });
});
