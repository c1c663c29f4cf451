import { describe, expect, test } from '@jest/globals';
import { Lanes, lanesMax } from '../../../connector/backfill/scan-concurrency.ts';
import { Rotation } from '../../../connector/backfill/segment-queue.ts';
import type { UnfinishedSegment } from '../../../connector/state/state.ts';
import type { ItemKey } from '../../../connector/table.ts';
import { FakeClock } from '../../support/fake-clock.ts';

/** Reads for so many seconds from a table that gives each lane this many pages a second, up to a total. */
async function read(lanes: Lanes, clock: FakeClock, seconds: number, totalPerSecond: number) {
  const counts: number[] = [];
  for (let second = 0; second < seconds; second += 1) {
    const untilMs = clock.now() + 1000;
    while (clock.now() < untilMs) {
      await clock.advance(1000 / Math.min(lanes.count * 10, totalPerSecond));
      lanes.pageRead(1_000_000);
    }
    counts.push(lanes.count);
  }
  return counts;
}

describe('Lanes', () => {
  test('grow while reads speed up, to their limit', async () => {
    const clock = new FakeClock(0);
    const lanes = new Lanes(clock);
    const counts = await read(lanes, clock, 40, Infinity);
    expect([counts[0], Math.max(...counts), counts.at(-1)! >= lanesMax - 1]).toEqual([
      5,
      lanesMax,
      true,
    ]);
  });

  test('stay where more bring nothing', async () => {
    const clock = new FakeClock(0);
    const lanes = new Lanes(clock);
    const counts = await read(lanes, clock, 60, 80);
    expect([Math.min(...counts), Math.max(...counts)]).toEqual([5, 9]);
  });

  test('halve when throttled, once for requests throttled together, down to one', async () => {
    const clock = new FakeClock(0);
    const lanes = new Lanes(clock);
    await read(lanes, clock, 13, Infinity);
    const counts = [lanes.count];
    for (let times = 0; times < 5; times += 1) {
      for (let request = 0; request < 16; request += 1) lanes.throttled();
      counts.push(lanes.count);
      await clock.advance(1000);
    }
    expect(counts).toEqual([16, 8, 4, 2, 1, 1]);
  });

  test('grow again some time after they were throttled', async () => {
    const clock = new FakeClock(0);
    const lanes = new Lanes(clock);
    lanes.throttled();
    const counts = await read(lanes, clock, 20, Infinity);
    expect([counts[5], counts.at(-1)! > 4]).toEqual([2, true]);
  });
});

const key: ItemKey = [{ type: 'S', value: 'x' }];
const fresh = (count: number): UnfinishedSegment[] =>
  Array.from({ length: count }, (_, segment) => ({ segment, startKey: undefined }));

const taken = (rotation: Rotation, count: number) =>
  Array.from({ length: count }, () => rotation.take()?.segment);

describe('Rotation', () => {
  test('begins segments far apart from each other', () => {
    expect(taken(new Rotation(fresh(8)), 9)).toEqual([0, 4, 2, 6, 1, 5, 3, 7, undefined]);
  });

  test('goes on first with segments that were begun before', () => {
    const segments = fresh(6).map((each) =>
      each.segment === 5 ? { ...each, startKey: key } : each,
    );
    expect(new Rotation(segments).take()).toEqual({ segment: 5, startKey: key });
  });

  test('turns round at most 64 segments, a page each', () => {
    const rotation = new Rotation(fresh(100));
    const first = taken(rotation, 65);
    for (const segment of first.slice(0, 64)) rotation.putBack(segment!, key);
    expect([first.at(-1), taken(rotation, 64)]).toEqual([undefined, first.slice(0, 64)]);
    rotation.finished();
    expect([rotation.take()?.segment !== undefined, rotation.isDone]).toEqual([true, false]);
  });

  test.each([0, 1, 2, 64, 65, 100, 1000])(
    'gives each of %d segments once until all are finished',
    (count) => {
      const rotation = new Rotation(fresh(count));
      const seen: number[] = [];
      for (let next = rotation.take(); next !== undefined; next = rotation.take()) {
        seen.push(next.segment);
        rotation.finished();
      }
      expect(seen.sort((a, b) => a - b)).toEqual(fresh(count).map(({ segment }) => segment));
      expect(rotation.isDone).toBe(true);
    },
  );

  test('is not done while a segment is out', () => {
    const rotation = new Rotation(fresh(1));
    rotation.take();
    expect(rotation.isDone).toBe(false);
  });

  test('takes as many segments as a state may have', () => {
    expect(new Rotation(fresh(1_000_000)).take()?.segment).toBe(0);
  });
});
