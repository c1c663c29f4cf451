import { expect, test } from '@jest/globals';
import { RestartBackoff } from '../../../connector/capture/restart-backoff.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

test('RestartBackoff: at once after the first loss, then after growing waits, and at once again a day later', async () => {
  const clock = new FakeClock(0);
  const backoff = new RestartBackoff(clock);
  const got: (readonly [number, number])[] = [];
  for (const quietMs of [0, minuteMs, minuteMs, dayMs - minuteMs, 0, 0, dayMs + minuteMs, 0]) {
    await clock.advance(quietMs);
    const { waitMs, count } = backoff.next();
    await clock.advance(waitMs);
    got.push([waitMs / minuteMs, count]);
  }
  expect(got).toEqual([
    [0, 1],
    [1, 2],
    [5, 3],
    [20, 4],
    [60, 5],
    [60, 6],
    [0, 1],
    [1, 2],
  ]);
});
