import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../connector/json.ts';
import { mergePatch } from '../../../connector/merge-patch.ts';
import { TableState, unreadShard, type TableStateJson } from '../../../connector/state/state.ts';
import type { ItemKey, KeyAttribute } from '../../../connector/table.ts';

const key: KeyAttribute[] = [{ name: 'id', type: 'S' }];
const at = (text: string): ItemKey => [{ type: 'S', value: text }];
const nowMs = Date.UTC(2026, 7, 21, 10);
const now = '2026-08-21T10:00:00.000Z';
const itemsReadAt = now;
const seconds = nowMs / 1000;
const last = { sequenceNumber: '17', createdAtMs: nowMs + 999 };
const lastReadAt = `${seconds}-17`;
const zero = '0001-01-01T00:00:00Z';

const started = TableState.start({
  streamArn: 'arn:1',
  tableId: 'table-1',
  epoch: now,
  startedAtMs: nowMs,
  segmentCount: 2,
  shards: [
    { id: 's-1', isClosed: true },
    { id: 's-2', isClosed: false },
  ],
});

// A finished capture as Estuary's Go connector writes it.
const goFinished: TableStateJson = {
  backfillFinishedAt: '2026-08-21T10:00:00Z',
  backfillSegmentProgress: {
    0: { finishedAt: '2026-08-21T09:59:58Z' },
    1: { exclusiveStartKey: 'AnBrIHZhbCAzAA==', finishedAt: '2026-08-21T10:00:00Z' },
  },
  shards: { 's-1': { lastReadSequence: '111500000000041212345' } },
  streamArn: 'arn:1',
  totalBackfillSegments: 2,
};

const goScanning: TableStateJson = {
  streamArn: 'arn:1',
  totalBackfillSegments: 3,
  backfillFinishedAt: zero,
  backfillSegmentProgress: {
    0: { exclusiveStartKey: 'AnBrIHZhbCAzAA==', finishedAt: zero },
    2: { exclusiveStartKey: 'AnBrIHZhbCAzAA==', finishedAt: '2026-08-21T10:00:00.5+02:00' },
  },
  shards: { 's-1': { lastReadSequence: '', finishedReading: true }, 's-2': {} },
};

describe('TableState', () => {
  test('start() marks closed shards as finished', () => {
    expect(started).toEqual({
      streamArn: 'arn:1',
      tableId: 'table-1',
      epoch: now,
      backfillStartedAt: now,
      streamReadAt: now,
      totalBackfillSegments: 2,
      shards: { 's-1': { finishedReading: true }, 's-2': {} },
    });
  });

  test('reads a finished checkpoint of the Go connector', () => {
    const state = new TableState(goFinished, key);
    const got = {
      finishedAt: state.backfillFinishedAt,
      unfinished: state.unfinishedSegments(),
      finishedCount: state.finishedSegmentCount,
      shards: [...state.shards()],
      ours: [state.tableId, state.epoch, state.streamReadAt, state.itemCount],
    };
    expect(got).toEqual({
      finishedAt: '2026-08-21T10:00:00Z',
      unfinished: [],
      finishedCount: 2,
      shards: [['s-1', { ...unreadShard, lastSequenceNumber: '111500000000041212345' }]],
      ours: [undefined, undefined, undefined, 0],
    });
  });

  test('reads zero times of the Go connector as "not yet"', () => {
    const state = new TableState(goScanning, key);
    const got = [
      state.backfillFinishedAt,
      state.finishedSegmentCount,
      state.unfinishedSegments(),
      [...state.shards()],
    ];
    expect(got).toEqual([
      undefined,
      1,
      [
        { segment: 0, startKey: at('pk val 3') },
        { segment: 1, startKey: undefined },
      ],
      [
        ['s-1', { ...unreadShard, isFinished: true }],
        ['s-2', unreadShard],
      ],
    ]);
  });

  test('refuses a start key that does not fit the table', () => {
    expect(() => new TableState(goScanning, [{ name: 'id', type: 'N' }])).toThrow(
      'Start key "AnBrIHZhbCAzAA==" in the state has no N for key attribute "id"',
    );
  });

  test.each<[string, (state: TableState) => JsonObject | undefined, JsonObject | undefined]>([
    [
      'advanceSegment() of a page',
      (state) => state.advanceSegment(1, { count: 3, lastEvaluatedKey: at('pk val 3') }, nowMs),
      {
        backfillSegmentProgress: { 1: { exclusiveStartKey: 'AnBrIHZhbCAzAA==' } },
        backfillItems: 3,
        itemsReadAt,
      },
    ],
    [
      'advanceSegment() of a last page',
      (state) => state.advanceSegment(0, { count: 0, lastEvaluatedKey: undefined }, nowMs),
      { backfillSegmentProgress: { 0: { finishedAt: now } }, backfillItems: 0, itemsReadAt },
    ],
    [
      'advanceShard() of records',
      (state) => state.advanceShard('s-2', last, false),
      { shards: { 's-2': { lastReadSequence: '17', lastReadAt } } },
    ],
    [
      'advanceShard() of a last page with records',
      (state) => state.advanceShard('s-2', last, true),
      { shards: { 's-2': { lastReadSequence: '17', lastReadAt, finishedReading: true } } },
    ],
    [
      'advanceShard() of a last page without records',
      (state) => state.advanceShard('s-2', undefined, true),
      { shards: { 's-2': { finishedReading: true } } },
    ],
    [
      'advanceShard() of an empty page',
      (state) => state.advanceShard('s-2', undefined, false),
      undefined,
    ],
    [
      'addShards() of a known and a new one',
      (state) => state.addShards(['s-2', 's-3']),
      { shards: { 's-3': {} } },
    ],
    [
      'addShards() of one that is not to be read',
      (state) => state.addShards(['s-3'], true),
      { shards: { 's-3': { finishedReading: true } } },
    ],
    ['addShards() of known ones', (state) => state.addShards(['s-1', 's-2']), undefined],
    ['forgetShards()', (state) => state.forgetShards(['s-1']), { shards: { 's-1': null } }],
    [
      'amend()',
      (state) => state.amend({ streamReadAt: now, tableId: '' }),
      { streamReadAt: now, tableId: '' },
    ],
  ])('%s gives the patch that makes the same change', (_, change, want) => {
    const state = new TableState(started, key);
    const before = state.toJson();
    const got = change(state);
    expect(got).toEqual(want);
    expect(mergePatch(before, got ?? {})).toEqual(state.toJson());
  });

  test('advanceSegment() of the last segment finishes the backfill', () => {
    const state = new TableState(started, key);
    state.advanceSegment(1, { count: 5, lastEvaluatedKey: undefined }, nowMs);
    const got = state.advanceSegment(0, { count: 2, lastEvaluatedKey: undefined }, nowMs);
    expect(got).toEqual({
      backfillSegmentProgress: { 0: { finishedAt: now } },
      backfillItems: 7,
      backfillFinishedAt: now,
    });
    expect([state.unfinishedSegments(), state.backfillFinishedAt]).toEqual([[], now]);
  });

  test('advanceShard() keeps the position when the end of a shard brings no records', () => {
    const state = new TableState(started, key);
    state.advanceShard('s-2', last, false);
    state.advanceShard('s-2', undefined, true);
    expect(state.shards().get('s-2')).toEqual({
      lastSequenceNumber: '17',
      lastCreatedAtSeconds: seconds,
      isFinished: true,
    });
  });

  test('advanceShard() keeps the second when the same record comes again', () => {
    const state = new TableState(started, key);
    state.advanceShard('s-2', last, false);
    state.advanceShard('s-2', { ...last, createdAtMs: nowMs - 60_000 }, false);
    expect(state.shards().get('s-2')?.lastCreatedAtSeconds).toBe(seconds);
  });

  test.each([
    ['of the record it was written with', '111500000000041212345', seconds],
    [
      'of a record before one that another connector has read since',
      '111500000000041219999',
      undefined,
    ],
  ])('takes the second %s', (_, lastReadSequence, want) => {
    const shards = { 's-1': { lastReadSequence, lastReadAt: `${seconds}-2345` } };
    const state = new TableState({ ...goFinished, shards }, key);
    expect(state.shards().get('s-1')?.lastCreatedAtSeconds).toBe(want);
  });

  test('advanceSegment() notes the second once', () => {
    const state = new TableState(started, key);
    const page = { count: 1, lastEvaluatedKey: at('x') };
    state.advanceSegment(0, page, nowMs);
    expect(state.advanceSegment(0, page, nowMs + 999)).not.toHaveProperty('itemsReadAt');
    expect(state.advanceSegment(0, page, nowMs + 1000)).toHaveProperty('itemsReadAt');
  });

  test('goes on from its own JSON', () => {
    const state = new TableState(started, key);
    state.advanceSegment(1, { count: 5, lastEvaluatedKey: at('x') }, nowMs);
    state.advanceShard('s-2', last, false);
    const again = new TableState(state.toJson(), key);
    expect([again.toJson(), again.unfinishedSegments()]).toEqual([
      state.toJson(),
      [
        { segment: 0, startKey: undefined },
        { segment: 1, startKey: at('x') },
      ],
    ]);
  });
});
