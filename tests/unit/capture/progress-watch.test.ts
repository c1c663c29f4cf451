import { describe, expect, test } from '@jest/globals';
import { watchProgress, type WatchedTable } from '../../../connector/capture/progress-watch.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { outcome } from '../aws/retry-context.ts';
import { tableProgress } from '../cli/pull/progress-samples.ts';

describe('watchProgress()', () => {
  test('shows progress at its interval, and where it ended', async () => {
    const clock = new FakeClock();
    const stop = new AbortController();
    let items = 0;
    const got: WatchedTable[] = [];
    const onProgress = (tables: readonly WatchedTable[]) => void got.push(...tables);
    const counting = { progress: () => tableProgress({ items: items++, segmentsFinished: 25 }) };
    const watching = watchProgress([counting], { intervalMs: 250, onProgress }, clock, stop.signal);
    const ending = clock.sleep(600, stop.signal).then(() => {
      stop.abort(new Error('enough'));
    });
    expect(await clock.run(outcome(watching))).toBe('enough');
    await ending;
    expect(got.map((table) => table.items)).toEqual([0, 1, 2, 3]);
    // A quarter of the segments stands for a quarter of the items.
    expect(got.at(-1)).toMatchObject({ itemsExpected: 20_000, itemsCovered: 5000 });
  });
});
