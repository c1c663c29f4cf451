import { describe, expect, test } from '@jest/globals';
import { SegmentQueue } from '../../../connector/backfill/segment-queue.ts';
import type { UnfinishedSegment } from '../../../connector/state/state.ts';
import type { ItemKey } from '../../../connector/table.ts';

const key: ItemKey = [{ type: 'S', value: 'x' }];
const fresh = (count: number): UnfinishedSegment[] =>
  Array.from({ length: count }, (_, segment) => ({ segment, startKey: undefined }));

const taken = (queue: SegmentQueue, count: number) =>
  Array.from({ length: count }, () => queue.take()?.segment);

describe('SegmentQueue', () => {
  test('begins segments far apart from each other', () => {
    expect(taken(new SegmentQueue(fresh(8)), 9)).toEqual([0, 4, 2, 6, 1, 5, 3, 7, undefined]);
  });

  test('goes on first with segments that were begun before', () => {
    const segments = fresh(6).map((each) =>
      each.segment === 5 ? { ...each, startKey: key } : each,
    );
    expect(new SegmentQueue(segments).take()).toEqual({ segment: 5, startKey: key });
  });

  test('turns round at most 64 segments, a page each', () => {
    const queue = new SegmentQueue(fresh(100));
    const first = taken(queue, 65);
    for (const segment of first.slice(0, 64)) queue.putBack(segment!, key);
    expect([first.at(-1), taken(queue, 64)]).toEqual([undefined, first.slice(0, 64)]);
    queue.finished();
    expect([queue.take()?.segment !== undefined, queue.isDone]).toEqual([true, false]);
  });

  test.each([0, 1, 2, 64, 65, 100, 1000])(
    'gives each of %d segments once until all are finished',
    (count) => {
      const queue = new SegmentQueue(fresh(count));
      const seen: number[] = [];
      for (let next = queue.take(); next !== undefined; next = queue.take()) {
        seen.push(next.segment);
        queue.finished();
      }
      expect(seen.sort((a, b) => a - b)).toEqual(fresh(count).map(({ segment }) => segment));
      expect(queue.isDone).toBe(true);
    },
  );

  test('is not done while a segment is out', () => {
    const queue = new SegmentQueue(fresh(1));
    queue.take();
    expect(queue.isDone).toBe(false);
  });

  test('takes as many segments as a state may have', () => {
    expect(new SegmentQueue(fresh(1_000_000)).take()?.segment).toBe(0);
  });
});
