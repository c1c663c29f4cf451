/** Checkpoints that Estuary's Go connector wrote, read by ours; and those that ours writes, read as it does. */

import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import type { JsonObject } from '../../../connector/json.ts';
import { mergePatch } from '../../../connector/merge-patch.ts';
import { loadState, statePatch, TableState } from '../../../connector/state/state.ts';
import type { ItemKey, KeyAttribute } from '../../../connector/table.ts';
import { readAsGo } from '../../support/go-state.ts';

const golden = (name: string) =>
  JSON.parse(readFileSync(`tests/unit/state/golden/${name}.json`, 'utf8')) as object;

const oldShard = 'shardId-00000001795457037492-d275eb99';
const openShard = 'shardId-00000001795471437492-0a1b2c3d';
const youngShard = 'shardId-00000001795485837492-11223344';
const s: KeyAttribute = { name: 'id', type: 'S' };
const n: KeyAttribute = { name: 'at', type: 'N' };
const b: KeyAttribute = { name: 'raw', type: 'B' };
const stringOf = (value: string) => ({ type: 'S', value }) as const;
const numberOf = (value: string) => ({ type: 'N', value }) as const;
const bytesOf = (...bytes: number[]) =>
  ({ type: 'B', value: Buffer.from(bytes).toString('base64') }) as const;
const bytesOfText = (text: string) => bytesOf(...Buffer.from(text));

describe('a checkpoint that the Go connector wrote', () => {
  const shard = (lastSequenceNumber: string | undefined, isFinished = false) => ({
    lastSequenceNumber,
    lastCreatedAtSeconds: undefined,
    isFinished,
  });

  test.each<[string, string, KeyAttribute[], object]>([
    [
      'go-initial',
      'orders',
      [s],
      {
        finishedAt: undefined,
        finishedSegments: 0,
        unfinished: Array.from({ length: 100 }, (_, segment) => ({ segment, startKey: undefined })),
        shards: [[oldShard, shard(undefined, true)]],
      },
    ],
    [
      'go-backfilling',
      'strings',
      [s],
      {
        finishedAt: undefined,
        finishedSegments: 2,
        unfinished: [
          { segment: 0, startKey: [stringOf('pk val 3')] },
          { segment: 3, startKey: undefined },
        ],
        shards: [
          [oldShard, shard('111500000000041212345', true)],
          [openShard, shard('111600000000041212399')],
        ],
      },
    ],
    [
      'go-backfilling',
      'numbers',
      [n, s],
      {
        finishedAt: undefined,
        finishedSegments: 0,
        unfinished: [
          { segment: 0, startKey: [numberOf('3.5'), stringOf('sk val 3')] },
          {
            segment: 1,
            startKey: [numberOf('-12345678901234567890123456789012345678'), stringOf('x')],
          },
        ],
        shards: [],
      },
    ],
    [
      'go-backfilling',
      'bytes',
      [b, s],
      {
        finishedAt: undefined,
        finishedSegments: 0,
        unfinished: [
          { segment: 0, startKey: [bytesOfText('pk val 3'), stringOf('sk val 3')] },
          { segment: 1, startKey: [bytesOf(0, 0xff, 0), stringOf('b')] },
        ],
        shards: [],
      },
    ],
    [
      'go-streaming',
      'tableTwo',
      [n, s],
      {
        finishedAt: '2026-08-21T10:00:00Z',
        finishedSegments: 2,
        unfinished: [],
        shards: [[oldShard, shard('111500000000041212345')]],
      },
    ],
    [
      'go-after-ours',
      'orders',
      [s],
      {
        finishedAt: undefined,
        finishedSegments: 1,
        unfinished: [
          { segment: 0, startKey: [stringOf('ba')] },
          { segment: 2, startKey: undefined },
        ],
        shards: [
          [oldShard, shard(undefined, true)],
          [openShard, shard('111600000000041212399')],
        ],
      },
    ],
  ])('%s of "%s" goes on where it ends', (name, stateKey, key, want) => {
    const json = loadState(golden(name), new Set([stateKey])).tables.get(stateKey);
    const state = json && new TableState(json, key);
    const got = state && {
      finishedAt: state.backfillFinishedAt,
      finishedSegments: state.finishedSegmentCount,
      unfinished: state.unfinishedSegments(),
      shards: [...state.shards()],
    };
    expect(got).toEqual(want);
  });

  test.each(['go-initial', 'go-backfilling', 'go-streaming', 'go-after-ours'])(
    '%s is one that it can read itself',
    (name) => {
      expect([...readAsGo(golden(name)).keys()]).toEqual([
        ...loadState(golden(name), new Set()).unboundKeys,
      ]);
    },
  );
});

describe('a checkpoint that ours wrote', () => {
  const nowMs = Date.UTC(2026, 7, 21, 10);
  const laterMs = nowMs + 300_000;
  const startKey: ItemKey = [numberOf('3.5'), stringOf('sk val 3')];
  const goStartKey = [{ N: '3.5' }, { S: 'sk val 3' }];
  const page = { count: 6, lastEvaluatedKey: startKey };
  const lastPage = { count: 0, lastEvaluatedKey: undefined };
  const finished = { lastReadSequence: '', finishedReading: true };
  const streamArn =
    'arn:aws:dynamodb:us-east-1:111122223333:table/orders/stream/2026-08-21T09:00:00.000';
  const started = TableState.start({
    streamArn,
    tableId: '0b2ee2c0-8c3f-4b6e-9a53-2f6f1d4f9c11',
    epoch: '2026-08-21T10:00:00.000Z',
    startedAtMs: nowMs,
    segmentCount: 3,
    shards: [
      { id: oldShard, isClosed: true },
      { id: openShard, isClosed: false },
    ],
  });
  const backfill = (state: TableState) => [
    state.advanceSegment(0, page, laterMs),
    state.advanceSegment(1, page, laterMs),
    state.advanceShard(
      openShard,
      { sequenceNumber: '111600000000041212399', createdAtMs: nowMs },
      false,
    ),
    state.advanceSegment(1, lastPage, laterMs),
    state.amend({ streamReadAt: '2026-08-21T10:05:00.000Z' }),
  ];
  const stream = (state: TableState) => [
    state.advanceShard(openShard, undefined, true),
    state.addShards([youngShard]),
    state.advanceSegment(0, { ...lastPage, count: 1 }, laterMs),
    state.advanceSegment(2, lastPage, laterMs),
    state.forgetShards([oldShard]),
    state.advanceShard(
      youngShard,
      { sequenceNumber: '111700000000041212400', createdAtMs: laterMs },
      false,
    ),
  ];

  test.each<[string, (typeof backfill)[], object]>([
    [
      'ours-initial',
      [],
      {
        isBackfilled: false,
        segments: new Map(),
        shards: new Map([
          [oldShard, finished],
          [openShard, { lastReadSequence: '', finishedReading: false }],
        ]),
      },
    ],
    [
      'ours-backfilling',
      [backfill],
      {
        isBackfilled: false,
        segments: new Map([
          [0, { startKey: goStartKey, isFinished: false }],
          [1, { startKey: goStartKey, isFinished: true }],
        ]),
        shards: new Map([
          [oldShard, finished],
          [openShard, { lastReadSequence: '111600000000041212399', finishedReading: false }],
        ]),
      },
    ],
    [
      'ours-streaming',
      [backfill, stream],
      {
        isBackfilled: true,
        segments: new Map([
          [0, { startKey: goStartKey, isFinished: true }],
          [1, { startKey: goStartKey, isFinished: true }],
          [2, { startKey: undefined, isFinished: true }],
        ]),
        shards: new Map([
          [openShard, { lastReadSequence: '111600000000041212399', finishedReading: true }],
          [youngShard, { lastReadSequence: '111700000000041212400', finishedReading: false }],
        ]),
      },
    ],
  ])('%s means the same to the Go connector', (name, steps, want) => {
    const state = new TableState(started, [n, s]);
    const patches = steps.flatMap((step) => step(state));
    const whole = [started, ...patches].reduce<unknown>(
      (merged, patch) => mergePatch(merged, statePatch('orders', patch as JsonObject)),
      {},
    );
    expect(whole).toEqual(golden(name));
    const got = readAsGo(whole).get('orders');
    expect(got).toEqual({ streamArn, totalBackfillSegments: 3, ...want });
  });
});
