/** What broke elsewhere with iterators, positions and gaps, played against the whole connector. */

import { describe, expect, jest, test } from '@jest/globals';
import { Stage } from '../scripted.ts';
import { Gate, refusal } from '../wire.ts';
import { callCount, keepWriting, openShard, withoutIds } from './writers.ts';

jest.setTimeout(60_000);

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const consequence = 'Changes in between are not captured, and deletes among them cannot be known';
const remedy =
  'Increment the binding\'s backfill counter to capture the table again, or set "advanced.onDataLoss" to "backfill" ' +
  'to have that done automatically. Afterwards, documents of an older "_meta/epoch" are candidates for deletes that ' +
  'were missed.';

/** A stage that is backfilled and has read a record. */
async function streaming(stage: Stage): Promise<void> {
  stage.start();
  await stage.untilBackfilled();
  stage.world.write(0, 0, false);
  await stage.sleep(3000);
}

describe('iterators, positions and gaps', () => {
  test('story 23: an iterator expires before the first read', async () => {
    const gate = new Gate();
    const stage = new Stage({
      intercept: async ({ operation }, forward) => {
        const response = await forward();
        if (operation === 'GetShardIterator') await gate.pass();
        return response;
      },
    });
    const got = await stage.play(async () => {
      stage.start();
      await stage.until('an iterator', () => gate.waiting > 0);
      stage.world.write(0, 0, false);
      await stage.sleep(16 * minuteMs);
      gate.open();
      await stage.sleep(3000);
      await keepWriting(stage, { everyMs: 100, count: 10 });
      return stage.judged();
    });
    expect(got).toEqual([]);
    expect(stage.fake.stats.errors.get('ExpiredIteratorException')).toBe(1);
  });

  test('story 23: an iterator expires while the output is not read', async () => {
    const stage = new Stage({ tables: [{ itemCount: 3 }] });
    const got = await stage.play(async () => {
      await streaming(stage);
      const release = stage.stall();
      await keepWriting(stage, { everyMs: minuteMs, count: 16 });
      release();
      return stage.judged();
    });
    expect(got).toEqual([]);
    expect(stage.fake.stats.errors.get('ExpiredIteratorException')).toBe(1);
  });

  test('story 24: a thousand empty pages before the first record', async () => {
    const stage = new Stage();
    let wrongIterators = 0;
    let expected: string | undefined;
    stage.wire.intercept = async ({ operation, body }, forward) => {
      const response = await forward();
      const answer = JSON.parse(Buffer.from(response.body).toString()) as Record<string, string>;
      if (operation === 'GetRecords') {
        if (body['ShardIterator'] !== expected) wrongIterators += 1;
        expected = answer['NextShardIterator'];
      }
      if (operation === 'GetShardIterator') expected = answer['ShardIterator'];
      return response;
    };
    stage.fake.faults.add({ kind: 'empty-page', operation: 'GetRecords', count: 1000 });
    const got = await stage.play(async () => {
      stage.start();
      await stage.untilBackfilled();
      stage.world.write(0, 0, false);
      await stage.untilCommitted(1);
      return stage.judged();
    });
    expect(got).toEqual([]);
    expect({ wrongIterators, iterators: callCount(stage, 'GetShardIterator') }).toEqual({
      wrongIterators: 0,
      iterators: 1,
    });
  });

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
      stage.world.lose(0, how, []);
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
      stage.world.lose(0, how, []);
      stage.world.write(0, 3, false);
      if (when === 'while it is down') stage.start();
      await stage.sleep(2 * minuteMs);
      return stage.judged();
    });
    expect(got).toEqual([]);
    expect(stage.flow.epochsBegan.size).toBe(2);
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

  const falseAlarms: [string, string, string][] = [
    ['GetRecords', 'TrimmedDataAccessException', 'The operation attempted to read past …'],
    ['GetRecords', 'ResourceNotFoundException', 'Invalid ShardId in ShardIterator'],
    ['GetShardIterator', 'TrimmedDataAccessException', 'The operation attempted to read past …'],
    ['GetShardIterator', 'ResourceNotFoundException', 'Requested resource not found: Shard'],
  ];
  test.each(falseAlarms)('story 28: %s answers %s for a moment', async (on, name, message) => {
    const stage = new Stage({ tables: [{ itemCount: 3 }] });
    let alarms = 2;
    stage.wire.intercept = ({ operation }, forward) => {
      if (operation !== on || alarms === 0) return forward();
      alarms -= 1;
      return Promise.resolve(refusal(name, message));
    };
    const got = await stage.play(async () => {
      await streaming(stage);
      alarms = on === 'GetRecords' ? 2 : 0;
      await keepWriting(stage, { everyMs: 500, count: 10 });
      return stage.judged();
    });
    expect(got).toEqual([]);
    expect(alarms).toBe(0);
  });

  test('story 29: the same page comes again and again', async () => {
    const stage = new Stage({ tables: [{ itemCount: 3 }] });
    const got = await stage.play(async () => {
      await streaming(stage);
      stage.fake.faults.add({ kind: 'repeat-page', operation: 'GetRecords', count: 50 });
      await keepWriting(stage, { everyMs: 1000, count: 40 });
      return stage.judged(60_000);
    });
    expect(got).toEqual([]);
    expect(stage.fake.stats.faults.get('repeat-page')).toBe(50);
  });

  test('story 30: a backfill waits for hours behind its stream, and goes on', async () => {
    const stage = new Stage({
      tables: [{ itemCount: 30 }],
      advanced: { scanLimit: 1, backfillSegments: 1 },
      resource: { rcuAllocation: 1 },
      fake: { rollOverMs: [4 * hourMs, 4 * hourMs] },
    });
    const got = await stage.play(async () => {
      stage.start();
      await stage.untilCommitted(5);
      await stage.kill();
      await keepWriting(stage, { everyMs: 10 * minuteMs, count: 60 });
      stage.fake.faults.add({ kind: 'throttle', operation: 'GetRecords', count: Infinity });
      stage.start();
      const scansBefore = callCount(stage, 'Scan');
      await stage.sleep(3 * hourMs);
      const scans = callCount(stage, 'Scan') - scansBefore;
      stage.fake.faults.clear();
      const isWaiting = stage.logLines.some((line) => line.includes('waits for the stream'));
      return { violations: await stage.judged(), scans, isWaiting };
    });
    expect(got).toEqual({ violations: [], scans: 0, isWaiting: true });
  });

  test('story 30: so does a child whose parent takes hours', async () => {
    const stage = new Stage();
    const got = await stage.play(async () => {
      await streaming(stage);
      const parent = openShard(stage);
      stage.fake.faults.add({ kind: 'throttle', operation: 'GetRecords', count: Infinity });
      await keepWriting(stage, { everyMs: 1000, count: 10 });
      stage.fake.splitShard('table-0', parent, 3);
      await keepWriting(stage, { everyMs: 3 * minuteMs, count: 100 });
      stage.fake.faults.clear();
      return stage.judged();
    });
    expect(got).toEqual([]);
  });
});
