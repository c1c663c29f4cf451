import { describe, expect, test } from '@jest/globals';
import { RateLimit } from '../../../connector/async/rate-limit.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { never, outcome } from '../aws/retry-context.ts';

/** When each of these amounts was served, taken all at once. */
async function servedAtMs(limit: RateLimit, clock: FakeClock, amounts: readonly number[]) {
  const startMs = clock.now();
  const served = amounts.map(async (units) => {
    await limit.take(units, never);
    return Math.round(clock.now() - startMs);
  });
  return await clock.run(Promise.all(served));
}

describe('RateLimit', () => {
  test('take() serves a burst at once and then in order, at the rate', async () => {
    const clock = new FakeClock(0);
    const limit = new RateLimit(clock, { unitsPerSecond: 10, burst: 5 });
    const got = await servedAtMs(limit, clock, [5, 1, 1, 20, 1]);
    expect(got).toEqual([0, 100, 200, 2200, 2300]);
  });

  test('take() finds no more than the burst after a pause', async () => {
    const clock = new FakeClock(0);
    const limit = new RateLimit(clock, { unitsPerSecond: 10, burst: 2 });
    await clock.advance(3_600_000);
    expect(await servedAtMs(limit, clock, [1, 1, 1, 1])).toEqual([0, 0, 100, 200]);
  });

  test('take() lets those who wait go on together where they may, never too soon, at the same rate', async () => {
    const clock = new FakeClock(0);
    const limit = new RateLimit(clock, { unitsPerSecond: 100, burst: 2, inBursts: true });
    const got = await servedAtMs(limit, clock, Array<number>(12).fill(1));
    expect(got).toEqual([0, 0, 25, 25, 50, 50, 50, 75, 75, 100, 100, 100]);
  });

  test('take() gives its units back when aborted', async () => {
    const clock = new FakeClock(0);
    const limit = new RateLimit(clock, { unitsPerSecond: 1, burst: 1 });
    const stop = new AbortController();
    const waiting = outcome(limit.take(1000, stop.signal));
    stop.abort(new Error('stopped'));
    expect(await clock.run(waiting)).toBe('stopped');
    expect(await servedAtMs(limit, clock, [1, 1])).toEqual([0, 1000]);
  });

  test.each([
    ['more than was guessed', 10, [1000, 1100]],
    ['less than was guessed', -5, [0, 0]],
  ])('correct() books %s', async (_, units, want) => {
    const clock = new FakeClock(0);
    const limit = new RateLimit(clock, { unitsPerSecond: 10, burst: 5 });
    await limit.take(5, never);
    limit.correct(units);
    expect(await servedAtMs(limit, clock, [0, 1])).toEqual(want);
  });

  test('setRate() holds from then on, and cuts what was saved up', async () => {
    const clock = new FakeClock(0);
    const limit = new RateLimit(clock, { unitsPerSecond: 100, burst: 100 });
    limit.setRate({ unitsPerSecond: 2, burst: 2 });
    expect(limit.unitsPerSecond).toBe(2);
    expect(await servedAtMs(limit, clock, [2, 1, 1])).toEqual([0, 500, 1000]);
  });

  test('take() does not lose units when the clock is set back', async () => {
    let nowMs = 1_000_000;
    const slept: number[] = [];
    const sleep = (ms: number) => Promise.resolve(void slept.push(ms));
    const limit = new RateLimit({ now: () => nowMs, sleep }, { unitsPerSecond: 1, burst: 2 });
    await limit.take(1, never);
    nowMs -= 500_000;
    await limit.take(1, never);
    await limit.take(1, never);
    expect(slept).toEqual([1000]);
  });
});
