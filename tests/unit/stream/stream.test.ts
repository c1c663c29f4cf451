import { describe, expect, test } from '@jest/globals';
import { AwsError, type Shard } from '../../../connector/aws/aws.ts';
import type { ShardState } from '../../../connector/state/state.ts';
import { followStream, type FollowStreamOptions } from '../../../connector/stream/stream.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { outcome } from '../aws/retry-context.ts';
import { awsOf, rateOf, readerContext, scriptedShard, shardPage } from './fake-stream.ts';

const shard = (id: string, parentId?: string): Shard => ({ id, parentId, isClosed: false });
const unread: ShardState = {
  lastSequenceNumber: undefined,
  lastCreatedAtSeconds: undefined,
  isFinished: false,
};
const finished: ShardState = { ...unread, isFinished: true };

interface World {
  /** What each full listing shows, in turn; the last for ever. */
  readonly listings: readonly (readonly Shard[] | Error)[];
  readonly children?: Readonly<Record<string, readonly Shard[]>>;
  readonly state?: readonly (readonly [string, ShardState])[];
  readonly firstListing?: readonly Shard[];
  /** Shards that end with their first page; all others stay open. */
  readonly ending?: readonly string[];
  readonly trimmed?: readonly string[];
  readonly checkTable?: FollowStreamOptions['checkTable'];
  /** For how long the state has it that nothing was read. */
  readonly pauseMs?: number;
  /** How long the server takes to hand out an iterator. */
  readonly iteratorMs?: number;
}

/** When each of these stories begins; no more than a number, but of a time that shards may have in their ids. */
const beganMs = Date.UTC(2026, 0, 1);
const hourMs = 3_600_000;

/** Follows a stream for some time, and writes down what happened, with the second it happened in. */
async function follow(world: World, seconds: number) {
  const clock = new FakeClock(beganMs);
  const events: string[] = [];
  const note = (event: string) =>
    void events.push(`${Math.floor((clock.now() - beganMs) / 1000)} ${event}`);
  let listing = 0;
  const base = readerContext(clock, scriptedShard(clock, []));
  const options: FollowStreamOptions = {
    ...base,
    aws: awsOf(clock, {
      listShards: () => {
        const shown = world.listings[Math.min(listing++, world.listings.length - 1)]!;
        return shown instanceof Error ? Promise.reject(shown) : Promise.resolve(shardPage(shown));
      },
      listChildShards: (_, id) => Promise.resolve(shardPage(world.children?.[id] ?? [])),
      getShardIterator: async (_, id, { type }, signal) => {
        note(`read ${id} ${type}`);
        await clock.sleep(world.iteratorMs ?? 0, signal);
        const error = new AwsError('TrimmedDataAccessException', 'Trimmed', 400);
        if (world.trimmed?.includes(id)) throw error;
        return id;
      },
      getRecords: ({ shardIterator }) => Promise.resolve(Buffer.from(shardIterator)),
    }),
    deliver: ({ shardId }) => {
      const isLast = world.ending?.includes(shardId) ?? false;
      const nextShardIterator = isLast ? undefined : shardId;
      if (isLast) note(`end of ${shardId}`);
      const none = { recordCount: 0, lastSequenceNumber: undefined, lastCreatedAtMs: undefined };
      return Promise.resolve({ ...none, nextShardIterator });
    },
    listCalls: rateOf(clock, 5),
    tableName: 'orders',
    shards: new Map(world.state),
    readUntilMs: world.pauseMs === undefined ? undefined : beganMs - world.pauseMs,
    firstListing: world.firstListing,
    recordShards: (ids, isFinished) => {
      note(`record ${ids.join()}${isFinished ? ' as finished' : ''}`);
      return Promise.resolve();
    },
    forgetShards: (ids) => {
      note(`forget ${ids.join()}`);
      return Promise.resolve();
    },
    checkTable: world.checkTable ?? (() => Promise.resolve()),
  };
  const stop = new AbortController();
  const following = outcome(followStream(options, stop.signal));
  const end = clock.sleep(seconds * 1000, stop.signal).then(
    () => {
      stop.abort(new Error('stopped'));
    },
    () => undefined,
  );
  const got = await clock.run(following);
  stop.abort();
  await end;
  return { got, events };
}

const lost = (reason: string) =>
  `Stream records of table "orders" were lost: ${reason}. ` +
  'Changes in between are not captured, and deletes among them cannot be known';

describe('followStream()', () => {
  test('reads the open shards of a first start, and the children they get', async () => {
    const { got, events } = await follow(
      {
        firstListing: [{ ...shard('a'), isClosed: true }, shard('b', 'a'), shard('c', 'gone')],
        listings: [[shard('a'), shard('b', 'a'), shard('c', 'gone'), shard('d', 'b')]],
        state: [
          ['a', finished],
          ['b', unread],
          ['c', unread],
        ],
        children: { b: [shard('d', 'b')] },
        ending: ['b'],
      },
      30,
    );
    expect([got, events]).toEqual([
      'stopped',
      [
        '0 read b TRIM_HORIZON',
        '0 read c TRIM_HORIZON',
        '0 end of b',
        '0 record d',
        '0 read d TRIM_HORIZON',
      ],
    ]);
  });

  test('finds a late child of a shard that was closed at the start within seconds', async () => {
    const closed = { ...shard('a'), isClosed: true };
    const { events } = await follow(
      {
        firstListing: [closed],
        listings: [[closed, shard('b', 'a')]],
        state: [['a', finished]],
      },
      10,
    );
    expect(events).toEqual(['5 record b', '5 read b TRIM_HORIZON']);
  });

  test('finds by listing the children that the server does not tell', async () => {
    const { events } = await follow(
      { listings: [[shard('a')], [], [shard('b', 'a')], [shard('b', 'a')]], ending: ['a'] },
      30,
    );
    expect(events).toEqual([
      '0 record a',
      '0 read a TRIM_HORIZON',
      '0 end of a',
      '0 record b',
      '0 read b TRIM_HORIZON',
    ]);
  });

  test('goes on after the state’s sequence number', async () => {
    const state = [['a', { ...unread, lastSequenceNumber: '7' }]] as const;
    const { events } = await follow({ listings: [[shard('a')]], state }, 5);
    expect(events).toEqual(['0 read a AFTER_SEQUENCE_NUMBER']);
  });

  test('forgets a finished shard that two listings lack', async () => {
    const state = [
      ['a', finished],
      ['b', unread],
    ] as const;
    const { events } = await follow({ listings: [[shard('b', 'a')]], state }, 20);
    expect(events).toEqual(['0 read b TRIM_HORIZON', '5 forget a']);
  });

  test('goes on where an unfinished shard is missing from listings, but there when asked for', async () => {
    const late = [...Array.from({ length: 4 }, () => [shard('b')]), [shard('a'), shard('b')]];
    const { got, events } = await follow({ listings: late, state: [['a', unread]] }, 60);
    expect(got).toBe('stopped');
    expect(events.filter((event) => event.includes(' a '))).toEqual([
      ...['5 read a TRIM_HORIZON', '10 read a TRIM_HORIZON', '15 read a TRIM_HORIZON'],
      '20 read a TRIM_HORIZON',
    ]);
  });

  test('counts a shard that was born in a pause as unread since then', async () => {
    const born = (agoMs: number) =>
      shard(`shardId-${String(beganMs - agoMs).padStart(20, '0')}-0a1b2c3d`);
    const world = { pauseMs: 20 * hourMs, iteratorMs: 6 * hourMs };
    const { got } = await follow({ ...world, listings: [[born(19 * hourMs)]] }, 8 * 3600);
    expect(got).toBe(
      lost(
        `shard "${born(19 * hourMs).id}" was not read since 2025-12-31T05:00:00.000Z, ` +
          'and a stream keeps its records for 24 hours',
      ),
    );
    const young = await follow({ ...world, listings: [[born(16 * hourMs)]] }, 8 * 3600);
    expect(young.got).toBe('stopped');
    const { got: ofFirstStart } = await follow(
      { iteratorMs: 6 * hourMs, listings: [[born(19 * hourMs)]] },
      8 * 3600,
    );
    expect(ofFirstStart).toBe('stopped');
  });

  test.each<[string, World, string]>([
    [
      'an unfinished shard that two listings lack, and that is not there when asked for',
      { listings: [[shard('b')]], state: [['a', unread]], trimmed: ['a'] },
      lost('shard "a" is no longer listed before it was read to its end'),
    ],
    [
      'a shard that was trimmed',
      { listings: [[shard('a')]], trimmed: ['a'] },
      lost('shard "a" was trimmed before it was read to its end'),
    ],
    [
      'a stream that is gone',
      { listings: [new AwsError('ResourceNotFoundException', 'Stream: not found', 400)] },
      lost('its stream no longer exists'),
    ],
    [
      'what happened to the table, which explains the loss',
      {
        listings: [[shard('a')]],
        trimmed: ['a'],
        checkTable: () => Promise.reject(new Error('the table was deleted')),
      },
      'the table was deleted',
    ],
  ])('throws for %s', async (_, world, want) => {
    expect((await follow(world, 60)).got).toBe(want);
  });
});
