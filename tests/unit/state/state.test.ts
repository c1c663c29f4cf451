import { describe, expect, test } from '@jest/globals';
import {
  loadState,
  pruningPatch,
  replacingPatch,
  statePatch,
  type TableStateJson,
} from '../../../connector/state/state.ts';

const table = { streamArn: 'arn:1', totalBackfillSegments: 2 };
const withTable = (members: object) => ({ bindingStateV1: { orders: { ...table, ...members } } });
const orders = new Set(['orders']);
const startOver = "Increment the binding's backfill counter to start it over.";

describe('loadState()', () => {
  test.each<[string, unknown, [string, TableStateJson][]]>([
    ['nothing', {}, []],
    ['no table', { bindingStateV1: {} }, []],
    [
      'unknown members',
      { other: 1, ...withTable({ later: [] }) },
      [['orders', { ...table, later: [] } as TableStateJson]],
    ],
    [
      'what the Go connector writes while it scans',
      withTable({
        backfillSegmentProgress: {
          0: { exclusiveStartKey: 'AnBrIHZhbCAzAA==', finishedAt: '0001-01-01T00:00:00Z' },
          1: { finishedAt: '2026-08-21T10:00:00.123456789+02:00' },
        },
        shards: { 's-1': { finishedReading: true }, 's-2': {} },
      }),
      [
        [
          'orders',
          {
            ...table,
            backfillSegmentProgress: {
              0: { exclusiveStartKey: 'AnBrIHZhbCAzAA==', finishedAt: '0001-01-01T00:00:00Z' },
              1: { finishedAt: '2026-08-21T10:00:00.123456789+02:00' },
            },
            shards: { 's-1': { finishedReading: true }, 's-2': {} },
          },
        ],
      ],
    ],
  ])('takes %s', (_, state, want) => {
    expect([...loadState(state, orders).tables]).toEqual(want);
  });

  test.each<[unknown, string]>([
    [[], 'Cannot use the state: the state must be object'],
    [null, 'Cannot use the state: the state must be object'],
    [{ bindingStateV1: 1 }, 'Cannot use the state: bindingStateV1 must be object'],
    [
      { bindingStateV1: { orders: { streamArn: 'a' } } },
      `Cannot use the state of "orders": it must have required property 'totalBackfillSegments'`,
    ],
    [withTable({ streamArn: 7 }), 'Cannot use the state of "orders": streamArn must be string'],
    [
      withTable({ totalBackfillSegments: 0 }),
      'Cannot use the state of "orders": totalBackfillSegments must be >= 1',
    ],
    [
      withTable({ shards: { s: { lastReadSequence: 'x' } } }),
      'Cannot use the state of "orders": shards.s.lastReadSequence must match pattern "^\\d*$"',
    ],
    [
      withTable({ backfillSegmentProgress: { 2: {} } }),
      'Cannot use the state of "orders": it has progress of segment 2, but only 2 segments',
    ],
    [
      withTable({ streamReadAt: 'the day before yesterday' }),
      'Cannot use the state of "orders": streamReadAt is not a time: "the day before yesterday"',
    ],
    [
      withTable({ backfillStartedAt: '2026-13-45T10:00:00Z' }),
      'Cannot use the state of "orders": backfillStartedAt is not a time: "2026-13-45T10:00:00Z"',
    ],
  ])('refuses %j', (state, message) => {
    const want = { code: 'state-invalid', message, hint: startOver };
    expect(() => loadState(state, orders)).toThrow(expect.objectContaining(want));
  });
});

describe('loadState(), of several tables', () => {
  const epoch = '2026-08-21T10:00:00.000Z';
  const bad = { streamArn: 7 };
  const tables = { 'orders.v1': table, orders: bad, users: { ...table, epoch }, odd: 'x' };

  test('does not judge what is no longer bound, as after the remedy of a bad one', () => {
    const { tables: got, ...others } = loadState(
      { bindingStateV1: tables },
      new Set(['orders.v1', 'new']),
    );
    expect([[...got.keys()], others]).toEqual([
      ['orders.v1'],
      { unboundKeys: ['orders', 'users', 'odd'], lastEpoch: epoch },
    ]);
  });

  test('tells of every bad one', () => {
    const loading = () => loadState({ bindingStateV1: tables }, new Set(['orders', 'odd']));
    expect(loading).toThrow(
      'The state cannot be used, for 2 reasons:\n' +
        `- Cannot use the state of "orders": it must have required property 'totalBackfillSegments'\n` +
        '- Cannot use the state of "odd": it must be object',
    );
  });
});

describe('patches', () => {
  test('statePatch() speaks of one table, or removes it', () => {
    expect(statePatch('a%2Fb', { epoch: 'x' })).toEqual({
      bindingStateV1: { 'a%2Fb': { epoch: 'x' } },
    });
    expect(statePatch('a', null)).toEqual({ bindingStateV1: { a: null } });
  });

  test('pruningPatch() removes what is no longer bound', () => {
    expect(pruningPatch(['a', 'c'])).toEqual({ bindingStateV1: { a: null, c: null } });
    expect(pruningPatch([])).toBe(undefined);
  });

  test('replacingPatch() removes what the new state lacks', () => {
    const before = { ...table, backfillItems: 7, shards: { s: { lastReadSequence: '1' }, t: {} } };
    const after = { ...table, streamArn: 'arn:2', shards: { t: { finishedReading: true } } };
    const want = {
      streamArn: 'arn:2',
      backfillItems: null,
      shards: { s: null, t: { finishedReading: true } },
    };
    expect(replacingPatch(before, after)).toEqual(want);
    expect(replacingPatch(undefined, after)).toEqual(after);
  });
});
