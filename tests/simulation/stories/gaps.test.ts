/** What broke elsewhere when stream records were lost, played against the whole connector. */

import { describe, expect, jest, test } from '@jest/globals';
import { Stage } from '../scripted.ts';
import { Gate } from '../wire.ts';
import { keepWriting, openShard, streaming, withoutIds } from './writers.ts';

jest.setTimeout(300_000);

const minuteMs = 60_000;
const consequence = 'Changes in between are not captured, and deletes among them cannot be known';
const remedy =
  'Increment the binding\'s backfill counter ("backfill: 1" below the binding, or one more than it has) to capture the table again, or set "advanced.onDataLoss" to "backfill" ' +
  'to have that done automatically. Afterwards, documents of an older "_meta/epoch" are candidates for deletes that ' +
  'were missed.';

describe('gaps', () => {
  /** Records trimmed before they are read: the position is gone at the restart, or while the reader waits. */
  async function trimmed(stage: Stage, how: string): Promise<void> {
    await streaming(stage);
    if (how === 'GetShardIterator') await stage.kill();
    const gate = new Gate();
    if (how === 'GetRecords') {
      stage.wire.intercept = async ({ operation }, forward) => {
        if (operation === 'GetRecords') await gate.pass();
        return forward();
      };
      await stage.until('a read', () => gate.waiting > 0);
    }
    await keepWriting(stage, { everyMs: 1000, count: 10 });
    stage.fake.trim('table-0');
    gate.open();
    if (how === 'GetShardIterator') stage.start();
  }

  test.each(['GetShardIterator', 'GetRecords'])(
    'story 25: TrimmedDataAccess from %s ends the capture with words',
    async (how) => {
      const stage = new Stage();
      const got = await stage.play(async () => {
        await trimmed(stage, how);
        const beganMs = stage.clock.now();
        const { code, message, hint } = await stage.failure();
        const isSoon = stage.clock.now() - beganMs < 30_000;
        return { code, message: withoutIds(message), hint, isSoon };
      });
      expect(got).toEqual({
        code: 'data-loss',
        message: `Stream records of table "table-0" were lost: shard "shardId-…" was trimmed before it was read to its end. ${consequence}`,
        hint: remedy,
        isSoon: true,
      });
    },
  );

  test.each(['GetShardIterator', 'GetRecords'])(
    'story 25: TrimmedDataAccess from %s begins a new backfill where wanted',
    async (how) => {
      const stage = new Stage({ advanced: { onDataLoss: 'backfill' } });
      const got = await stage.play(async () => {
        await trimmed(stage, how);
        await stage.sleep(minuteMs);
        return stage.judged();
      });
      expect(got).toEqual([]);
      expect(stage.flow.epochsBegan.size).toBe(2);
    },
  );

  const replacements = [
    ['new-stream', 'its stream was disabled and enabled again ("arn…" is now "arn…")'],
    ['new-table', 'the table was deleted and created again'],
  ] as const;
  const cases = replacements.flatMap(([how, reason]) =>
    ['while the capture runs', 'while it is down'].map((when) => [how, when, reason] as const),
  );

  test.each(cases)('story 26: a %s %s is told, never mixed', async (how, when, reason) => {
    const stage = new Stage({ tables: [{ itemCount: 5 }] });
    const got = await stage.play(async () => {
      await streaming(stage);
      if (when === 'while it is down') await stage.kill();
      stage.world.lose(0, how, new Map());
      stage.world.write(0, 3, false);
      if (when === 'while it is down') stage.start();
      const { code, message } = await stage.failure();
      return { code, message: message.replaceAll(/"arn[^"]+"/g, '"arn…"') };
    });
    expect(got).toEqual({
      code: 'data-loss',
      message: `Stream records of table "table-0" were lost: ${reason}. ${consequence}`,
    });
  });

  test.each(cases)('story 26: a %s %s is backfilled where wanted', async (how, when) => {
    const stage = new Stage({
      tables: [{ itemCount: 5 }],
      advanced: { onDataLoss: 'backfill' },
    });
    const got = await stage.play(async () => {
      await streaming(stage);
      if (when === 'while it is down') await stage.kill();
      stage.world.lose(0, how, new Map());
      stage.world.write(0, 3, false);
      if (when === 'while it is down') stage.start();
      await stage.sleep(2 * minuteMs);
      return stage.judged();
    });
    expect(got).toEqual([]);
    expect(stage.flow.epochsBegan.size).toBe(2);
  });

  test('a stream that loses records again and again is not backfilled without a pause', async () => {
    const stage = new Stage({ tables: [{ itemCount: 5 }], advanced: { onDataLoss: 'backfill' } });
    await stage.play(async () => {
      await streaming(stage);
      for (let minute = 0; minute < 180; minute += 1) {
        stage.world.lose(0, 'new-stream', new Map());
        await stage.sleep(minuteMs);
      }
    });
    // At once, then 1, 5, 20, 60 minutes later, and the minute until each loss is noticed.
    expect(stage.flow.epochsBegan.size).toBe(7);
    const log = stage.logLines.join('\n');
    expect(log).toMatch(
      /Backfilling \\"table-0\\" again at \S+Z: stream records were lost repeatedly/,
    );
  });

  test('story 27: a gap is told again at each restart, and not forgotten', async () => {
    const stage = new Stage();
    const got = await stage.play(async () => {
      await trimmed(stage, 'GetShardIterator');
      const failures = [await stage.failure()];
      for (let restart = 0; restart < 3; restart += 1) {
        stage.start();
        failures.push(await stage.failure());
      }
      return failures.map(({ code, message }) => `${code}: ${message}`);
    });
    expect(new Set(got).size).toBe(1);
    expect(got[0]).toMatch(/^data-loss: /);
  });

  test('story 27: a shard that cannot be read ends the capture within minutes', async () => {
    const stage = new Stage();
    const got = await stage.play(async () => {
      await streaming(stage);
      const operation = 'GetRecords';
      stage.fake.faults.add({ kind: 'internal-error', operation, count: Infinity });
      const beganMs = stage.clock.now();
      const { code, message } = await stage.failure();
      const isSoon = stage.clock.now() - beganMs < 6 * minuteMs;
      return { code, message: withoutIds(message).replace(/\d+ s/, '… s'), isSoon };
    });
    expect(got).toEqual({
      code: 'aws-unavailable',
      message:
        'dynamodb:GetRecords on shard "shardId-…" kept failing for … s: InternalServerError: Internal server error',
      isSoon: true,
    });
  });

  /** A child that is known and not read for 25 hours, while its sibling is, and records of it are trimmed. */
  async function leftAlone(stage: Stage): Promise<void> {
    await streaming(stage);
    const [left] = stage.fake.splitShard('table-0');
    const bodyPart = left!;
    const operation = 'GetShardIterator';
    stage.fake.faults.add({ kind: 'throttle', operation, bodyPart, count: Infinity });
    for (let key = 0; key < 20; key += 1) stage.world.write(0, key, false);
    await stage.sleep(25 * 60 * minuteMs);
    expect(stage.isRunning).toBe(true);
  }
  const lonely = {
    advanced: { idleBackoffMax: '600s' },
    fake: { rollOverMs: [48 * 60 * minuteMs, 49 * 60 * minuteMs] as const },
  };
  const lonelyMessage = expect.stringMatching(
    'shard "shardId-…" was not read since \\S+Z, and a stream keeps its records for 24 hours',
  );

  test('a shard that is throttled for a day before it is ever read is a gap', async () => {
    const stage = new Stage(lonely);
    const got = await stage.play(async () => {
      await leftAlone(stage);
      stage.fake.faults.clear();
      const { code, message } = await stage.failure();
      return { code, message: withoutIds(message) };
    });
    expect(got).toEqual({ code: 'data-loss', message: lonelyMessage });
  });

  test('so it is after a restart, though the state knows of younger shards', async () => {
    const stage = new Stage(lonely);
    const got = await stage.play(async () => {
      await leftAlone(stage);
      stage.fake.rollOver('table-0', openShard(stage));
      await stage.sleep(11 * minuteMs);
      await stage.restart();
      const { code, message } = await stage.failure();
      return { code, message: withoutIds(message) };
    });
    expect(got).toEqual({ code: 'data-loss', message: lonelyMessage });
  });

  test('where wanted, such a shard begins a new backfill', async () => {
    const stage = new Stage({
      ...lonely,
      advanced: { ...lonely.advanced, onDataLoss: 'backfill' },
    });
    const got = await stage.play(async () => {
      await leftAlone(stage);
      stage.fake.faults.clear();
      await stage.sleep(5 * minuteMs);
      return stage.judged();
    });
    expect(got).toEqual([]);
    expect(stage.flow.epochsBegan.size).toBe(2);
  });

  test('a reader of the output that stands still for longer than a day makes a gap', async () => {
    const stage = new Stage({ fake: { rollOverMs: [4 * 60 * minuteMs, 4 * 60 * minuteMs] } });
    const got = await stage.play(async () => {
      await streaming(stage);
      const release = stage.stall();
      await keepWriting(stage, { everyMs: 30 * minuteMs, count: 60 });
      release();
      return (await stage.failure()).code;
    });
    expect(got).toBe('data-loss');
  });

  test('story 27: while a shard is throttled, the status tells how far behind the stream is', async () => {
    const stage = new Stage();
    await stage.play(async () => {
      await streaming(stage);
      stage.fake.faults.add({ kind: 'throttle', operation: 'GetRecords', count: Infinity });
      await stage.sleep(20 * minuteMs);
      expect(stage.isRunning).toBe(true);
    });
    expect(stage.logLines.join('\n')).toContain('stream 19 min behind');
    expect(stage.logLines.join('\n')).toContain('AWS calls keep failing, still trying');
  });
});
