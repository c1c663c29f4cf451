import { describe, expect, test } from '@jest/globals';
import { RateLimit } from '../../../connector/async/rate-limit.ts';
import {
  assertSameStream,
  assertShortPause,
  firstStart,
  nextEpoch,
} from '../../../connector/capture/table-start.ts';
import { TableState, type TableStateJson } from '../../../connector/state/state.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { fakeAws, tableNamed } from '../discovery/fake-aws.ts';
import { never, outcome } from '../aws/retry-context.ts';

const nowMs = Date.UTC(2026, 7, 21, 10);
const now = '2026-08-21T10:00:00.000Z';
const hour = 3_600_000;
const table = tableNamed('orders');
const stateOf = (json: Partial<TableStateJson>) => ({
  streamArn: 'arn:stream/orders',
  totalBackfillSegments: 2,
  ...json,
});

describe('nextEpoch()', () => {
  test.each([
    [undefined, now],
    ['2026-08-21T09:59:59.999Z', now],
    [now, '2026-08-21T10:00:00.001Z'],
    ['2027-01-01T00:00:00.000Z', '2027-01-01T00:00:00.001Z'],
  ])('after %s is %s', (lastEpoch, want) => {
    expect(nextEpoch(nowMs, lastEpoch)).toBe(want);
  });
});

describe('firstStart()', () => {
  const start = (given: Partial<typeof table>) => {
    const clock = new FakeClock(nowMs);
    const listCalls = new RateLimit(clock, { unitsPerSecond: 5, burst: 5 });
    const aws = fakeAws({ tables: [table] });
    const context = {
      aws,
      clock,
      listCalls,
      config: { backfillSegments: 7 },
      lastEpoch: undefined,
    };
    return clock.run(outcome(firstStart(context, { ...table, ...given }, never)));
  };

  test('takes the stream’s position, with closed shards done', async () => {
    expect(await start({})).toEqual({
      state: {
        streamArn: 'arn:stream/orders',
        tableId: 'orders-id',
        epoch: now,
        backfillStartedAt: now,
        streamReadAt: now,
        totalBackfillSegments: 7,
        shards: { 'shard-1': { finishedReading: true }, 'shard-2': {} },
      },
      shards: [
        { id: 'shard-1', parentId: undefined, isClosed: true },
        { id: 'shard-2', parentId: undefined, isClosed: false },
      ],
    });
  });

  test.each([
    [{ status: 'DELETING' }, 'Table "orders" is DELETING, not ACTIVE'],
    [{ stream: undefined }, 'Table "orders" has no stream enabled'],
    [
      { stream: { arn: 'a', viewType: 'KEYS_ONLY' as const } },
      'The stream of table "orders" has view type KEYS_ONLY, which carries no new images',
    ],
  ])('refuses %j', async (given, want) => {
    expect(await start(given)).toBe(want);
  });
});

const lost = (reason: string) =>
  `Stream records of table "orders" were lost: ${reason}. ` +
  'Changes in between are not captured, and deletes among them cannot be known';

describe('assertSameStream()', () => {
  test.each<[Partial<TableStateJson>, string]>([
    [{ tableId: 'other' }, lost('the table was deleted and created again')],
    [
      { tableId: 'orders-id', streamArn: 'arn:old' },
      lost('its stream was disabled and enabled again ("arn:old" is now "arn:stream/orders")'),
    ],
  ])('finds a gap for %j', (json, message) => {
    const want = { code: 'data-loss', message };
    expect(() => {
      assertSameStream(table, stateOf(json));
    }).toThrow(expect.objectContaining(want));
  });

  const streamArn = 'arn:aws:dynamodb:us-east-1:1:table/orders/stream/2026-08-20T09:00:00.000';
  const streamAtMs = Date.UTC(2026, 7, 20, 9);
  const now = '"arn:stream/orders"';

  test.each([
    [
      { id: '', createdAtMs: streamAtMs + 3_600_000 },
      'table',
      'the table was deleted and created again',
    ],
    [{ createdAtMs: streamAtMs + 3_600_000 }, 'table', 'the table was deleted and created again'],
    [
      { createdAtMs: streamAtMs - 3_600_000 },
      'stream',
      `its stream was disabled and enabled again ("${streamArn}" is now ${now})`,
    ],
    [
      {},
      'table',
      `the table was deleted and created again, or its stream disabled and enabled again ("${streamArn}" is now ${now})`,
    ],
  ])('tells by the creation time where there is no id: %j', (given, kind, reason) => {
    const want = { message: lost(reason), gap: { kind } };
    expect(() => {
      assertSameStream({ ...table, ...given }, stateOf({ streamArn }));
    }).toThrow(expect.objectContaining(want));
  });

  test.each([{ tableId: 'orders-id' }, { tableId: '' }, {}])('goes on with %j', (json) => {
    expect(() => {
      assertSameStream(table, stateOf(json));
    }).not.toThrow();
  });

  test('tells a table without a stream from a gap', () => {
    expect(() => {
      assertSameStream({ ...table, stream: undefined }, stateOf({}));
    }).toThrow(expect.objectContaining({ code: 'stream-unusable' }));
  });
});

describe('assertShortPause()', () => {
  const streamReadAt = '2026-08-20T09:00:00.000Z';
  const readAtMs = nowMs - 25 * hour;
  const shardOf = (createdAtMs: number) =>
    `shardId-${String(createdAtMs).padStart(20, '0')}-d275eb99`;
  const check = (json: Partial<TableStateJson>) => {
    assertShortPause('orders', new TableState(stateOf(json), table.key), nowMs);
  };
  const message = lost(
    'the capture paused since 2026-08-20T09:00:00.000Z, and a stream keeps its records for 24 hours',
  );

  test.each<[string, Partial<TableStateJson>]>([
    ['no shard known', { streamReadAt }],
    ['only older shards', { streamReadAt, shards: { [shardOf(readAtMs - 1)]: {} } }],
    // Ours is recorded at once, but the time it was read only every five minutes.
    [
      'a shard from just before the pause',
      { streamReadAt, shards: { [shardOf(readAtMs + 60_000)]: {} } },
    ],
    ['shards with other names', { streamReadAt, shards: { 'shardId-local': {} } }],
  ])('finds a gap after 25 hours, with %s', (_, json) => {
    expect(() => {
      check(json);
    }).toThrow(expect.objectContaining({ code: 'data-loss', message }));
  });

  test('finds a shard that was left alone while others were read', () => {
    const left = shardOf(readAtMs - 1);
    const young = { [shardOf(nowMs - 20 * hour)]: { lastReadSequence: '1' } };
    expect(() => {
      check({ streamReadAt, shards: { [left]: {}, ...young } });
    }).toThrow(
      lost(
        `shard "${left}" was not read since 2026-08-20T09:00:00.000Z, and a stream keeps its records for 24 hours`,
      ),
    );
    expect(() => {
      check({ streamReadAt, shards: { [left]: { finishedReading: true }, ...young } });
    }).not.toThrow();
  });

  test.each<[string, Partial<TableStateJson>]>([
    ['a pause within the retention', { streamReadAt: '2026-08-20T10:00:00.000Z' }],
    ['a state that does not tell', {}],
    [
      'a state that another connector has carried on',
      { streamReadAt, shards: { [shardOf(nowMs - 20 * hour)]: { lastReadSequence: '1' } } },
    ],
  ])('goes on after %s', (_, json) => {
    expect(() => {
      check(json);
    }).not.toThrow();
  });
});
