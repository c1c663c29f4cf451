import { describe, expect, test } from '@jest/globals';
import { planWindows, type Gap } from '../../../connector/repair/windows.ts';

const t1 = 1_764_000_000;
const hour = 3600;
const minute = 60;
const pause: Gap = {
  nowMs: (t1 + 30 * hour) * 1000,
  readUntilMs: t1 * 1000,
  shards: [{ second: t1 - 5, isFinished: false }],
  itemsReadAtMs: undefined,
  earliestMs: 0,
  streamCreatedAtMs: undefined,
};
const windowsOf = (gap: Partial<Gap>) =>
  planWindows({ ...pause, ...gap }).windows.map(({ fromSeconds, toSeconds }) => [
    fromSeconds - t1,
    toSeconds - t1,
  ]);

describe('planWindows()', () => {
  test('begins a window at the last second of a shard, and at the next', () => {
    expect(windowsOf({})).toEqual([
      [-hour, -5 + 2 * minute],
      [-5, -5 + 15 * minute],
      [-4, 10 * hour],
    ]);
  });

  test('divides a long gap into days that overlap', () => {
    const nowMs = (t1 + 72 * hour) * 1000;
    expect(windowsOf({ nowMs }).slice(-3)).toEqual([
      [-4, 24 * hour - 4],
      [24 * hour - 4 - 2 * minute, 48 * hour - 4 - 2 * minute],
      [48 * hour - 4 - 4 * minute, 52 * hour],
    ]);
  });

  test('begins no earlier than recovery does, where only the margin lies before', () => {
    expect(windowsOf({ earliestMs: (t1 - minute) * 1000 })[0]?.[0]).toBe(-minute);
    expect(windowsOf({ earliestMs: (t1 + minute) * 1000 })[0]?.[0]).toBe(0);
  });

  test('reaches into a new stream', () => {
    const gap = { nowMs: (t1 + 2 * hour) * 1000, streamCreatedAtMs: (t1 + hour) * 1000 };
    expect(windowsOf(gap).at(-1)).toEqual([-4, hour + 15 * minute]);
    expect(planWindows({ ...pause, ...gap }).streamSinceMs).toBe((t1 + hour) * 1000);
  });

  test('begins windows at finished shards too, whose children may be unread', () => {
    const shards = [
      { second: t1 - 60, isFinished: true },
      { second: t1 - 2 * hour, isFinished: true },
    ];
    expect(windowsOf({ shards }).map(([from]) => from)).toEqual([-hour, -60, -59]);
  });

  test('begins windows up to the last scanned item, which may be ahead of the stream', () => {
    const starts = windowsOf({ itemsReadAtMs: (t1 + 3) * 1000 }).map(([from]) => from);
    const between = Array.from({ length: 30 }, (_, index) => 3 * index - 87);
    expect(starts).toEqual([-hour, ...between.slice(0, 28), -5, -4, ...between.slice(28), 3, 4]);
  });

  test('keeps to 40 starts, and says so', () => {
    const shards = Array.from({ length: 60 }, (_, index) => ({
      second: t1 - 7 * index,
      isFinished: false,
    }));
    const { windows, isRough } = planWindows({ ...pause, shards });
    expect([windows.length, isRough]).toEqual([41, true]);
    expect(windows.at(-1)?.fromSeconds).toBe(t1 + 1);
  });

  test('covers the gap without a hole, in windows that AWS takes', () => {
    for (let hours = 25; hours < 800; hours += 31) {
      const plan = planWindows({ ...pause, nowMs: (t1 + hours * hour) * 1000 });
      let covered = plan.fromSeconds;
      for (const { fromSeconds, toSeconds } of plan.windows) {
        expect(fromSeconds).toBeLessThanOrEqual(covered);
        expect(toSeconds - fromSeconds).toBeGreaterThanOrEqual(15 * minute);
        expect(toSeconds - fromSeconds).toBeLessThanOrEqual(24 * hour);
        covered = Math.max(covered, toSeconds);
      }
      expect(covered).toBeGreaterThanOrEqual(plan.toSeconds);
    }
  });
});
