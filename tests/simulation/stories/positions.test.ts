/** What broke elsewhere with iterators and positions, played against the whole connector. */

import { describe, expect, jest, test } from '@jest/globals';
import { Stage } from '../scripted.ts';
import { Gate, refusal } from '../wire.ts';
import { callCount, keepWriting, openShard, streaming } from './writers.ts';

jest.setTimeout(300_000);

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

describe('iterators and positions', () => {
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
