/** What no other connector's story tells: a shard that was never read, and trimmed behind a reader that waits. */

import { describe, expect, jest, test } from '@jest/globals';
import { Stage } from '../scripted.ts';
import { keepWriting, openShard, streaming } from './writers.ts';

jest.setTimeout(300_000);

const hourMs = 3_600_000;

/** A shard's last page is held up for so long that its children's first records are trimmed meanwhile. */
async function heldUp(stage: Stage, how: 'stalled' | 'throttled', ms: number): Promise<void> {
  await streaming(stage);
  const release = stage.stall();
  if (how === 'throttled') {
    release();
    stage.fake.faults.add({ kind: 'throttle', operation: 'GetShardIterator', count: Infinity });
  }
  const parent = openShard(stage);
  stage.world.write(0, 1, false);
  stage.fake.rollOver('table-0');
  // The shard's last page is in the pipe, or behind us.
  await stage.sleep(90_000);
  expect(stage.tableState().shards![parent]?.finishedReading).toBe(
    how === 'stalled' ? undefined : true,
  );
  await Promise.all([stage.sleep(ms), keepWriting(stage, { everyMs: ms / 100, count: 99 })]);
  release();
  stage.fake.faults.clear();
}

describe('shards without a position', () => {
  const scene = (onDataLoss: string) => ({
    tables: [{ itemCount: 5 }],
    advanced: { onDataLoss, idleBackoffMax: '60s' },
    fake: { rollOverMs: [12 * hourMs, 12 * hourMs] } as const,
  });

  test.each(['stalled', 'throttled'] as const)(
    'a child whose first records are trimmed while its reader is %s is a gap',
    async (how) => {
      const stage = new Stage(scene('fail'));
      const got = await stage.play(async () => {
        await heldUp(stage, how, 30 * hourMs);
        await stage.until('its end', () => !stage.isRunning);
        const { code, message } = await stage.failure();
        return { code, message };
      });
      expect(got).toEqual({
        code: 'data-loss',
        message: expect.stringMatching(
          /^Stream records of table "table-0" were lost: .* since 2026-01-01T01:00:0.*Z, and a stream keeps its records for 24 hours\./,
        ),
      });
    },
  );

  test('a child whose first records are trimmed is backfilled where wanted', async () => {
    const stage = new Stage(scene('backfill'));
    const got = await stage.play(async () => {
      await heldUp(stage, 'stalled', 30 * hourMs);
      await stage.sleep(60_000);
      return stage.judged();
    });
    expect(got).toEqual([]);
    expect(stage.flow.epochsBegan.size).toBe(2);
  });

  test('a child that waits for its reader for 20 hours loses nothing', async () => {
    const stage = new Stage(scene('fail'));
    const got = await stage.play(async () => {
      await heldUp(stage, 'stalled', 20 * hourMs);
      return stage.judged(60_000);
    });
    expect(got).toEqual([]);
  });
});
