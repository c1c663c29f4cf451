import { describe, expect, test } from '@jest/globals';
import { ScanConcurrency, concurrencyMax } from '../../../connector/backfill/scan-concurrency.ts';
import { FakeClock } from '../../support/fake-clock.ts';

/** Reads for so many seconds from a table that gives each request this many pages a second, up to a total. */
async function read(
  concurrency: ScanConcurrency,
  clock: FakeClock,
  seconds: number,
  totalPerSecond: number,
) {
  const counts: number[] = [];
  for (let second = 0; second < seconds; second += 1) {
    const untilMs = clock.now() + 1000;
    while (clock.now() < untilMs) {
      await clock.advance(1000 / Math.min(concurrency.count * 10, totalPerSecond));
      concurrency.pageRead(1_000_000);
    }
    counts.push(concurrency.count);
  }
  return counts;
}

describe('ScanConcurrency', () => {
  test('grow while reads speed up, to their limit', async () => {
    const clock = new FakeClock(0);
    const concurrency = new ScanConcurrency(clock);
    const counts = await read(concurrency, clock, 40, Infinity);
    expect([counts[0], Math.max(...counts), counts.at(-1)! >= concurrencyMax - 1]).toEqual([
      5,
      concurrencyMax,
      true,
    ]);
  });

  test('stay where more bring nothing', async () => {
    const clock = new FakeClock(0);
    const concurrency = new ScanConcurrency(clock);
    const counts = await read(concurrency, clock, 60, 80);
    expect([Math.min(...counts), Math.max(...counts)]).toEqual([5, 9]);
  });

  test('halve when throttled, once for requests throttled together, down to one', async () => {
    const clock = new FakeClock(0);
    const concurrency = new ScanConcurrency(clock);
    await read(concurrency, clock, 13, Infinity);
    const counts = [concurrency.count];
    for (let times = 0; times < 5; times += 1) {
      for (let request = 0; request < 16; request += 1) concurrency.throttled();
      counts.push(concurrency.count);
      await clock.advance(1000);
    }
    expect(counts).toEqual([16, 8, 4, 2, 1, 1]);
  });

  test('grow again some time after they were throttled', async () => {
    const clock = new FakeClock(0);
    const concurrency = new ScanConcurrency(clock);
    concurrency.throttled();
    const counts = await read(concurrency, clock, 20, Infinity);
    expect([counts[5], counts.at(-1)! > 4]).toEqual([2, true]);
  });
});
