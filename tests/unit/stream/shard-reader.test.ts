import { describe, expect, test } from '@jest/globals';
import { ByteBudget } from '../../../connector/async/byte-budget.ts';
import { AwsError } from '../../../connector/aws/aws.ts';
import { ConnectorError, errorCodes } from '../../../connector/errors.ts';
import type { Clock } from '../../../connector/host.ts';
import {
  readShard,
  type ReaderContext,
  type ShardStart,
} from '../../../connector/stream/shard-reader.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { connectionError, never, outcome } from '../aws/retry-context.ts';
import { readerContext, scriptedShard, type Answer } from './fake-stream.ts';

const aws = (name: string, message = 'said') => new AwsError(name, message, 400);
const expired = aws('ExpiredIteratorException');
const trimmed = aws('TrimmedDataAccessException');
const gone = aws('ResourceNotFoundException');
const fromOldest: ShardStart = { shardId: 's-1', lastSequenceNumber: undefined, unreadSinceMs: 0 };
const repeat = <T>(count: number, value: T) => Array<T>(count).fill(value);

/** Reads a scripted shard to its end, or until it fails; the budget must be whole again after either. */
async function read(
  answers: readonly Answer[],
  given: Partial<ReaderContext> = {},
  { lastSequenceNumber, unreadSinceMs = 0 }: Partial<ShardStart> = {},
) {
  const clock = new FakeClock(0);
  const shard = scriptedShard(clock, answers);
  const budget = new ByteBudget(1024 * 1024);
  const context = readerContext(clock, shard, { budget, ...given });
  const got = await clock.run(
    outcome(readShard(context, { shardId: 's-1', lastSequenceNumber, unreadSinceMs }, never)),
  );
  expect(budget.heldBytes).toBe(0);
  return { ...shard, got, clock, context };
}

/** The shortest time between one call and the next. */
const shortestMs = (atMs: readonly number[]) =>
  Math.min(...atMs.slice(1).map((ms, index) => ms - atMs[index]!));

describe('readShard()', () => {
  test('delivers the last page, which has records and no next iterator', async () => {
    const { got, delivered, asked } = await read([{ records: 3 }, { records: 2, isLast: true }]);
    expect([got, delivered, asked]).toEqual([
      undefined,
      [
        [undefined, 3],
        ['3', 2],
      ],
      ['iterator at oldest', 'records of i0', 'records of i1'],
    ]);
  });

  test('goes on after empty pages, with the iterator that each brings', async () => {
    const { delivered, asked } = await read([...repeat(1000, { records: 0 }), { records: 1 }]);
    expect(delivered.filter(([, count]) => count > 0)).toEqual([[undefined, 1]]);
    expect(asked.slice(0, 4)).toEqual([
      'iterator at oldest',
      'records of i0',
      'records of i1',
      'records of i2',
    ]);
  });

  test('begins after the sequence number it is given', async () => {
    const { asked, delivered } = await read(
      [{ records: 1, isLast: true }],
      {},
      {
        lastSequenceNumber: '41',
      },
    );
    expect([asked[0], delivered]).toEqual(['iterator at 41', [['41', 1]]]);
  });

  test('takes a new iterator from its start when the first one expired', async () => {
    const { got, asked } = await read([{ fails: expired }, { records: 1, isLast: true }]);
    expect([got, asked]).toEqual([
      undefined,
      ['iterator at oldest', 'records of i0', 'iterator at oldest', 'records of i1'],
    ]);
  });

  test('takes a new iterator after the last record delivered when one expired between reads', async () => {
    const { asked, delivered } = await read([
      { records: 5 },
      { records: 0 },
      { fails: expired },
      { records: 1, isLast: true },
    ]);
    expect(asked.slice(4)).toEqual(['iterator at 5', 'records of i3']);
    expect(delivered.at(-1)).toEqual(['5', 1]);
  });

  test.each<[string, Answer]>([
    ['trimmed records', { fails: trimmed }],
    ['a trimmed position', { fails: trimmed, at: 'getShardIterator' }],
    ['a shard that is gone', { fails: gone, at: 'getShardIterator' }],
    [
      'DynamoDB Local’s words for it',
      { fails: aws('ValidationException', 'Invalid SequenceNumber') },
    ],
  ])('believes %s after asking four times', async (_, answer) => {
    const few = await read([...repeat(3, answer), { records: 1, isLast: true }]);
    const many = await read(repeat(4, answer));
    expect([few.got, few.delivered]).toEqual([undefined, [[undefined, 1]]]);
    expect([many.got, many.clock.now() >= 6000]).toEqual(['lost s-1', true]);
  });

  test('counts losses anew after a page', async () => {
    const answers = repeat(3, [...repeat(3, { fails: trimmed }), { records: 1 }]).flat();
    const { got, delivered } = await read(answers);
    expect([got, delivered.length]).toEqual([undefined, 4]);
  });

  test.each([
    ['throttling', aws('ThrottlingException')],
    ['too many readers', aws('LimitExceededException')],
    ['a reset connection', connectionError('ECONNRESET')],
    ['an internal error', new AwsError('InternalServerError', 'Sorry', 500)],
    ['a damaged page', new ConnectorError(errorCodes.responseInvalid, 'not JSON')],
  ])('goes on where it was after %s', async (_, error) => {
    const fails = { fails: error, at: 'deliver' } as const;
    const { got, delivered, calledAtMs } = await read([
      { records: 2 },
      ...repeat(5, { fails: error }),
      fails,
      { records: 1, isLast: true },
    ]);
    expect([got, delivered]).toEqual([
      undefined,
      [
        [undefined, 2],
        ['2', 1],
      ],
    ]);
    expect(shortestMs(calledAtMs)).toBeGreaterThanOrEqual(200);
  });

  test('never calls more than five times a second, whatever comes back', async () => {
    const answers: Answer[] = [
      ...repeat(50, { records: 1000 }),
      ...repeat(50, { fails: expired }),
      ...repeat(20, { records: 1, bytes: 950_000 }),
      ...repeat(20, { records: 0 }),
    ];
    const { calledAtMs } = await read(answers);
    expect([calledAtMs.length, shortestMs(calledAtMs)]).toEqual([141, 200]);
  });

  test('counts its pace from the call itself, not from the request for an iterator', async () => {
    const clock = new FakeClock(0);
    const shard = scriptedShard(clock, [...repeat(5, { records: 1000 }), { fails: expired }]);
    const streams: typeof shard.streams = {
      ...shard.streams,
      getShardIterator: async (...parameters) => {
        await clock.sleep(150, never);
        return shard.streams.getShardIterator!(...parameters);
      },
    };
    const context = readerContext(clock, { ...shard, streams });
    await clock.run(readShard(context, fromOldest, never));
    expect(shard.calledAtMs).toEqual([150, 350, 550, 750, 950, 1150, 1500]);
  });

  const hour = 3_600_000;
  const dayAgo = { unreadSinceMs: -24 * hour };
  test.each<[string, Partial<ShardStart>, string | undefined]>([
    ['left alone for a day', dayAgo, 'lost s-1'],
    ['left alone for less', { unreadSinceMs: -23 * hour }, undefined],
    ['left alone for a day after a record', { ...dayAgo, lastSequenceNumber: '41' }, undefined],
  ])('a shard %s', async (_, start, want) => {
    expect((await read([{ records: 1, isLast: true }], {}, start)).got).toBe(want);
  });

  test('a shard that cannot be read for a day, from its oldest record', async () => {
    const said: string[] = [];
    const lost: ReaderContext['lost'] = ({ what }) => {
      said.push(what);
      return Promise.reject(new Error('lost'));
    };
    const answers = [
      { records: 0 },
      ...repeat(9000, { fails: aws('ThrottlingException') }),
      { fails: expired },
    ];
    const { got } = await read(answers, { lost });
    expect([got, said]).toEqual([
      'lost',
      ['was not read since 1970-01-01T00:00:00.000Z, and a stream keeps its records for 24 hours'],
    ]);
  });

  test('books no bytes while it waits for an iterator', async () => {
    const clock = new FakeClock(0);
    const shard = scriptedShard(clock, [{ records: 1, isLast: true }]);
    const budget = new ByteBudget(1024 * 1024);
    const held: number[] = [];
    const streams: typeof shard.streams = {
      ...shard.streams,
      getShardIterator: (...parameters) => {
        held.push(budget.heldBytes);
        return shard.streams.getShardIterator!(...parameters);
      },
    };
    const context = readerContext(clock, { ...shard, streams }, { budget });
    await clock.run(readShard(context, fromOldest, never));
    expect(held).toEqual([0]);
  });

  test('waits no longer when the clock is set back by minutes', async () => {
    const clock = new FakeClock(0);
    const shard = scriptedShard(clock, repeat(4, { records: 1 }));
    let offMs = 0;
    const corrected: Clock = {
      now: () => clock.now() + offMs,
      sleep: (ms, signal) => clock.sleep(ms, signal),
    };
    const deliver: ReaderContext['deliver'] = (page) => {
      offMs -= 540_000;
      return shard.deliver(page);
    };
    const context = readerContext(corrected, { ...shard, deliver });
    await clock.run(readShard(context, fromOldest, never));
    expect(shard.calledAtMs).toEqual([0, 200, 400, 600, 800]);
  });

  test('asks an idle shard less and less often, and a busy one five times a second', async () => {
    const answers = [
      ...repeat(2, { records: 7 }),
      ...repeat(6, { records: 0 }),
      { records: 1 },
      ...repeat(2, { records: 0 }),
    ];
    const { calledAtMs } = await read(answers, { idleBackoffMaxMs: 1500 });
    const waits = calledAtMs.slice(1).map((ms, index) => ms - calledAtMs[index]!);
    expect(waits).toEqual([200, 200, 200, 250, 500, 1000, 1500, 1500, 200, 200, 250]);
  });

  test('asks idle shards together, and busy ones each in its time', async () => {
    const calledAt = async (startMs: number) => {
      const clock = new FakeClock(startMs);
      const shard = scriptedShard(clock, [
        ...repeat(2, { records: 1 }),
        ...repeat(6, { records: 0 }),
      ]);
      const context = readerContext(clock, shard, { idleBackoffMaxMs: 1000 });
      await clock.run(outcome(readShard(context, fromOldest, never)));
      return shard.calledAtMs;
    };
    const first = await calledAt(60_000);
    const second = await calledAt(60_007);
    expect(second.slice(0, 4)).toEqual(first.slice(0, 4).map((ms) => ms + 7));
    expect(second.slice(4).filter((ms) => ms % 25 !== 0)).toEqual([]);
  });

  test('stops at once when aborted, idle or waiting for room', async () => {
    for (const limit of [1024 * 1024, 1]) {
      const clock = new FakeClock(0);
      const shard = scriptedShard(clock, repeat(1000, { records: 0 }));
      const budget = new ByteBudget(limit);
      if (limit === 1) await budget.acquire(1, never);
      const stop = new AbortController();
      const context = readerContext(clock, shard, { budget });
      const reading = outcome(readShard(context, fromOldest, stop.signal));
      await clock.advance(10_000);
      stop.abort(new Error('stopped'));
      expect(await clock.run(reading)).toBe('stopped');
      expect(budget.heldBytes).toBe(limit === 1 ? 1 : 0);
    }
  });

  test('tells the lag: unknown before the first page, the newest record of a full page, then none', async () => {
    const lags: number[] = [];
    const clock = new FakeClock(0);
    const full = { records: 1000 };
    const shard = scriptedShard(clock, [full, full, full, { records: 3 }, full, full]);
    const context = readerContext(clock, shard);
    context.lag.begin('s-1', undefined);
    const reading = readShard(context, fromOldest, never);
    lags.push(context.lag.lagMs());
    for (const atMs of [300, 700, 1000]) {
      await clock.advance(atMs - clock.now());
      lags.push(context.lag.lagMs());
    }
    await clock.run(reading);
    expect(lags).toEqual([Infinity, 5100, 0, 5200]);
  });

  test.each([
    ['where it was read before, is known after one empty page', 900, 100],
    ['where that is not known, is not', undefined, Infinity],
  ])('the lag of a shard, %s', async (_, readBeforeMs, want) => {
    const clock = new FakeClock(1000);
    const shard = scriptedShard(clock, repeat(3, { records: 0 }));
    const context = readerContext(clock, shard);
    context.lag.begin('s-1', undefined);
    const reading = readShard(context, { ...fromOldest, readBeforeMs }, never);
    await clock.advance(0);
    const got = context.lag.lagMs();
    await clock.run(reading);
    expect(got).toBe(want);
  });

  const hourMs = 3_600_000;

  /** The lag after each page. */
  async function lagsOf(answers: readonly Answer[], given: Partial<ReaderContext> = {}) {
    const lags: number[] = [];
    const clock = new FakeClock(10 * hourMs);
    const shard = scriptedShard(clock, answers);
    const context = readerContext(clock, shard, given);
    context.lag.begin('s-1', undefined);
    const reading = readShard(context, fromOldest, never);
    while (lags.length < answers.length) {
      await clock.advance(300);
      lags.push(Math.round(context.lag.lagMs() / hourMs));
    }
    await clock.run(reading);
    return lags;
  }

  test('a page of old records is behind, full or not, until pages without records follow', async () => {
    const page = { records: 3, ageMs: 3 * hourMs };
    expect(await lagsOf([page, page, ...repeat(4, { records: 0 })])).toEqual([3, 3, 0, 0, 0, 0]);
  });

  test('of a shard that has ended, pages without records tell nothing', async () => {
    const given = { isClosed: () => true };
    const page = { records: 3, ageMs: 3 * hourMs };
    expect(await lagsOf([page, ...repeat(3, { records: 0 })], given)).toEqual([3, 3, 3, 3]);
    expect(await lagsOf(repeat(3, { records: 0 }), given)).toEqual(repeat(3, Infinity));
  });
});
