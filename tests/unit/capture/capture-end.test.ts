import { describe, expect, test } from '@jest/globals';
import { untilDone, type CaptureEnd } from '../../../connector/capture/capture-end.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { never } from '../aws/retry-context.ts';

/** Tables that are backfilled, and read, up to some second; the second at which each is through. */
async function secondsOf(end: CaptureEnd, ...backfilledAt: number[]): Promise<number[]> {
  const clock = new FakeClock(0);
  const stateKeys = backfilledAt.map((_, index) => `table ${index}`);
  const context = {
    ...{ clock, end, config: { idleBackoffMaxMs: 1000 } },
    openBackfills: new Set(stateKeys),
  };
  const tables = backfilledAt.map(async (second, index) => {
    const state = {
      get backfillFinishedAt() {
        return clock.now() >= second * 1000 ? 'then' : undefined;
      },
    };
    // The stream is two seconds behind.
    const lag = { readUntilMs: () => clock.now() - 2000 };
    await untilDone({ stateKey: stateKeys[index]!, state, lag }, context, never);
    return Math.round(clock.now() / 1000);
  });
  return clock.run(Promise.all(tables));
}

describe('untilDone()', () => {
  test('is when all tables are backfilled', async () => {
    expect(await secondsOf('backfilled', 10, 60, 0)).toEqual([60, 60, 60]);
  });

  test('is when all streams have been read since then, where that is asked for', async () => {
    expect(await secondsOf('caught-up', 10, 60, 0)).toEqual([63, 63, 63]);
  });
});
