/** What broke elsewhere between snapshot and stream, played against the whole connector. */

import { describe, expect, jest, test } from '@jest/globals';
import { Stage } from '../scripted.ts';
import { Gate } from '../wire.ts';
import { callCount, keepWriting, openShard, withoutIds } from './writers.ts';

jest.setTimeout(300_000);

const hourMs = 3_600_000;

/** A stage whose scan pages are read at once and come when the gate is opened. */
function heldScans(itemCount: number, advanced = {}): { stage: Stage; gate: Gate } {
  const gate = new Gate();
  const stage = new Stage({
    tables: [{ itemCount }],
    advanced: { backfillSegments: 1, ...advanced },
    intercept: async ({ operation }, forward) => {
      const response = await forward();
      if (operation === 'Scan') await gate.pass();
      return response;
    },
  });
  return { stage, gate };
}

describe('snapshot and stream together', () => {
  test('story 2: a delete delivered while a page that holds the item is in flight', async () => {
    const { stage, gate } = heldScans(3);
    const got = await stage.play(async () => {
      stage.start();
      await stage.until('a page is in flight', () => gate.waiting > 0);
      stage.world.write(0, 1, true);
      stage.world.write(0, 2, false);
      await stage.until('both changes', () => stage.shown.includes('u 4'));
      gate.open();
      return { violations: await stage.judged(), shown: stage.shown };
    });
    // The deleted item goes before its delete, and not once more with the page.
    expect(got).toEqual({ violations: [], shown: ['sc 2', 'd 2', 'u 4', 'sc 1'] });
  });

  test('story 3: a crash between the emission of items and their commit', async () => {
    const stage = new Stage({
      tables: [{ itemCount: 40 }],
      advanced: { backfillSegments: 2, scanLimit: 3 },
    });
    const got = await stage.play(async () => {
      stage.start();
      await stage.untilCommitted(7);
      stage.isCommitting = false;
      const committedBefore = stage.flow.committed.length;
      await stage.untilBackfilled();
      stage.isCommitting = true;
      await stage.restart();
      const violations = await stage.judged();
      return { violations, isMore: stage.flow.committed.length > committedBefore };
    });
    expect(got).toEqual({ violations: [], isMore: true });
    expect(new Set(stage.shown).size).toBe(40);
    expect(stage.shown).toHaveLength(40);
  });

  /** A short capture with a roll-over in it, which is started again when it has died. */
  async function playWithDeath(deathStep: number, killAfterBytes: number) {
    const stage = new Stage({
      tables: [{ itemCount: 4 }],
      advanced: { backfillSegments: 2, scanLimit: 1 },
      outputMs: 15,
    });
    stage.wire.deathStep = deathStep;
    let busySteps = 0;
    const violations = await stage.play(async () => {
      stage.start(killAfterBytes);
      for (let turn = 0; turn < 8; turn += 1) {
        await stage.sleep(60);
        stage.world.write(0, turn % 3, turn === 5);
        if (turn === 4) stage.fake.rollOver('table-0');
        if (!stage.isRunning) stage.start();
      }
      await stage.sleep(1500);
      busySteps = stage.wire.steps;
      if (!stage.isRunning) stage.start();
      return stage.judged(2000);
    });
    return { violations, busySteps };
  }

  test('story 4: a crash at each wait of the connector loses nothing and repeats nothing', async () => {
    const { violations, busySteps } = await playWithDeath(Infinity, Infinity);
    const broken = violations;
    for (let step = 1; step <= busySteps; step += 1) {
      const outcome = await playWithDeath(step, Infinity);
      broken.push(...outcome.violations.map((violation) => `step ${step}: ${violation}`));
    }
    expect(broken).toEqual([]);
    expect(busySteps).toBeGreaterThan(40);
  });

  test('story 4: so does a crash in the middle of what it writes', async () => {
    const broken: string[] = [];
    for (let bytes = 0; bytes < 4000; bytes += 149) {
      const outcome = await playWithDeath(Infinity, bytes);
      broken.push(...outcome.violations.map((violation) => `byte ${bytes}: ${violation}`));
    }
    expect(broken).toEqual([]);
  });

  test('story 6: a stop in the middle of a closed shard, during a backfill', async () => {
    const { stage, gate } = heldScans(3);
    stage.fake.faults.add({ kind: 'short-page', operation: 'GetRecords', count: Infinity });
    const got = await stage.play(async () => {
      stage.start();
      await stage.until('a page is in flight', () => gate.waiting > 0);
      for (let key = 10; key < 20; key += 1) stage.world.write(0, key, false);
      const parent = openShard(stage);
      stage.fake.rollOver('table-0');
      stage.world.write(0, 10, false);
      await stage.untilCommitted(3);
      await stage.kill();
      const { finishedReading = false } = stage.tableState().shards![parent]!;
      stage.start();
      gate.open();
      const violations = await stage.judged();
      const changes = stage.shown.filter((shown) => !shown.startsWith('s'));
      return { violations, finishedReading, changes };
    });
    const created = Array.from({ length: 10 }, (_, index) => `c ${4 + index}`);
    expect(got).toEqual({ violations: [], finishedReading: false, changes: [...created, 'u 14'] });
  });

  /** The output is not read for a while in the middle of a backfill, and the table is written to all the time. */
  async function stalled(stage: Stage, stallMs: number): Promise<void> {
    stage.start();
    await stage.untilCommitted(2);
    const release = stage.stall();
    await Promise.all([
      stage.sleep(stallMs),
      keepWriting(stage, { everyMs: stallMs / 100, count: 99 }),
    ]);
    release();
  }
  const scene = (onDataLoss: string) => ({
    tables: [{ itemCount: 20 }],
    advanced: { backfillSegments: 2, scanLimit: 1, onDataLoss },
    resource: { rcuAllocation: 1 },
    fake: { rollOverMs: [4 * hourMs, 4 * hourMs] } as const,
  });

  test.each([20, 300, 1200])(
    'story 7: a consumer that stalls for %d minutes during the backfill',
    async (minutes) => {
      const stage = new Stage(scene('fail'));
      const got = await stage.play(async () => {
        await stalled(stage, minutes * 60_000);
        return stage.judged();
      });
      expect(got).toEqual([]);
    },
  );

  test('story 7: records trimmed behind a stalled consumer are a gap, told at once', async () => {
    const stage = new Stage(scene('fail'));
    const got = await stage.play(async () => {
      await stalled(stage, 40 * hourMs);
      const callsBefore = callCount(stage, 'GetRecords') + callCount(stage, 'GetShardIterator');
      const { code, message } = await stage.failure();
      const calls = callCount(stage, 'GetRecords') + callCount(stage, 'GetShardIterator');
      const finished = Object.values(stage.tableState().shards ?? {}).map(
        ({ finishedReading }) => finishedReading,
      );
      return { code, message: withoutIds(message), finished, isLoop: calls - callsBefore > 30 };
    });
    expect(got).toEqual({
      code: 'data-loss',
      message:
        'Stream records of table "table-0" were lost: its shards were not listed since 2026-01-01T03:59:04.486Z, ' +
        'and a stream keeps its records for 24 hours. ' +
        'Changes in between are not captured, and deletes among them cannot be known',
      finished: [undefined, undefined],
      isLoop: false,
    });
  });

  test('story 7: where asked to, such a gap is closed by a new backfill', async () => {
    const stage = new Stage(scene('backfill'));
    const got = await stage.play(async () => {
      await stalled(stage, 40 * hourMs);
      await stage.until('the new backfill', () =>
        stage.logLines.some((line) => line.includes('again')),
      );
      return stage.judged();
    });
    expect(got).toEqual([]);
  });
});
