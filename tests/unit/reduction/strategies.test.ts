/** What Flow's vectors leave open: absent left sides, nested deletions, and where errors stand. */
import { describe, expect, test } from '@jest/globals';
import { compareValues } from '../../../connector/reduction/order.ts';
import {
  createReducer,
  ReductionError,
  type JsonValue,
} from '../../../connector/reduction/reduction.ts';
import { sum } from '../../../connector/reduction/sum.ts';

/** Reduces the property `v` of objects that are merged. */
function reduceProperty(reduce: JsonValue, lhs: object, rhs: object, full: boolean): unknown {
  const schema = { reduce: { strategy: 'merge' }, properties: { v: { reduce } } };
  try {
    return createReducer(schema).reduce(lhs as JsonValue, rhs as JsonValue, full).document;
  } catch (error) {
    if (error instanceof ReductionError) return `${error.kind} at ${error.location}`;
    throw error;
  }
}

describe('a property that only the later document has', () => {
  test.each<[strategy: string, options: object, rhs: JsonValue, want: JsonValue | string]>([
    ['append', {}, [1], { v: [1] }],
    ['append', {}, 1, 'append-wrong-type at /v'],
    ['firstWriteWins', {}, 1, { v: 1 }],
    ['lastWriteWins', { delete: true }, 1, {}],
    ['lastWriteWins', { associative: false }, 1, { v: 1 }],
    ['minimize', {}, 1, { v: 1 }],
    ['maximize', { key: ['/k'] }, { k: 1 }, { v: { k: 1 } }],
    ['maximize', { key: [''] }, 1, 'merge-wrong-type at /v'],
    ['merge', {}, { a: 1 }, { v: { a: 1 } }],
    ['merge', {}, 1, 'merge-wrong-type at /v'],
    ['merge', { delete: true }, [1], {}],
    ['set', {}, { add: { a: 1 }, remove: { b: 1 } }, { v: { add: { a: 1 } } }],
    ['set', {}, { more: { a: 1 } }, 'set-wrong-type at /v/more'],
    ['sum', {}, '007.50', { v: '7.50' }],
    ['sum', {}, null, 'sum-wrong-type at /v'],
  ])('is reduced by %s %j of %j', (strategy, options, rhs, want) => {
    expect(reduceProperty({ strategy, ...options }, {}, { v: rhs }, true)).toEqual(want);
  });
});

describe('a property that both documents have', () => {
  test.each<
    [
      strategy: string,
      options: object,
      lhs: JsonValue,
      rhs: JsonValue,
      full: boolean,
      want: unknown,
    ]
  >([
    ['firstWriteWins', {}, null, 1, true, { v: null }],
    ['append', {}, null, [1], true, { v: null }],
    ['append', {}, 1, [1], true, 'append-wrong-type at /v'],
    ['lastWriteWins', { delete: true }, 1, 2, false, { v: 2 }],
    ['lastWriteWins', { associative: false }, 1, 2, false, 'not-associative at /v'],
    [
      'lastWriteWins',
      { associative: false },
      { a: 1, b: 2 },
      { b: 2, a: 1 },
      false,
      { v: { a: 1, b: 2 } },
    ],
    [
      'maximize',
      { key: ['/k'] },
      { k: 1, a: 1 },
      { k: 1, b: 1 },
      true,
      { v: { k: 1, a: 1, b: 1 } },
    ],
    ['maximize', { key: ['/k'] }, { k: 1, a: 1 }, { k: 2, b: 1 }, true, { v: { k: 2, b: 1 } }],
    ['merge', {}, null, { a: 1 }, false, 'not-associative at /v'],
    ['merge', {}, null, { a: 1 }, true, { v: { a: 1 } }],
    ['set', {}, null, { add: {} }, true, 'set-wrong-type at /v'],
    ['sum', {}, null, 1, true, 'sum-wrong-type at /v'],
    ['minimize', {}, null, 1, true, { v: null }],
    ['set', {}, { add: [] }, { remove: {} }, true, 'set-wrong-type at /v'],
  ])('is reduced by %s %j of %j and %j, full %s', (strategy, options, lhs, rhs, full, want) => {
    expect(reduceProperty({ strategy, ...options }, { v: lhs }, { v: rhs }, full)).toEqual(want);
  });
});

test('reduce() says that the root is deleted, and gives the document even so', () => {
  const reducer = createReducer({ reduce: { strategy: 'merge', delete: true } });
  expect(reducer.reduce({ a: 1 }, { b: 2 }, true)).toEqual({
    document: { a: 1, b: 2 },
    deleted: true,
  });
  expect(reducer.reduce({ a: 1 }, { b: 2 }, false)).toEqual({
    document: { a: 1, b: 2 },
    deleted: false,
  });
});

test('reduce() changes neither document', () => {
  const schema = {
    reduce: { strategy: 'merge' },
    additionalProperties: { reduce: { strategy: 'append' } },
  };
  const lhs = { a: [1], b: [1] };
  const rhs = { a: [2] };
  expect(createReducer(schema).reduce(lhs, rhs, true).document).toEqual({ a: [1, 2], b: [1] });
  expect({ lhs, rhs }).toEqual({ lhs: { a: [1], b: [1] }, rhs: { a: [2] } });
});

describe('sum() of', () => {
  test.each<[lhs: JsonValue, rhs: JsonValue, want: JsonValue]>([
    [9007199254740991, 1, 9007199254740992n],
    [9007199254740992n, -1, 9007199254740991],
    [2n ** 64n - 2n, 1, 2n ** 64n - 1n],
    [2n ** 63n, 0.5, 9223372036854775808],
    ['1e3', 1, '1001'],
    ['0.10', '0.20', '0.30'],
    ['-0.05', 0, '-0.05'],
    ['99999999999999999999999999999999999999', 1n, '100000000000000000000000000000000000000'],
  ])('%s and %s', (lhs, rhs, want) => {
    expect(sum(lhs, rhs)).toEqual({ value: want });
  });

  test.each<[lhs: JsonValue, rhs: JsonValue, want: string]>([
    [2n ** 64n - 1n, 1, 'sum-overflow'],
    [-(2n ** 63n), -1, 'sum-overflow'],
    [1.7e308, 1.7e308, 'sum-overflow'],
    ['1', true, 'sum-wrong-type'],
    ['', '1', 'sum-wrong-type'],
    ['.', 1, 'sum-wrong-type'],
    ['1e99999', 1, 'sum-wrong-type'],
    [1, [], 'sum-wrong-type'],
  ])('not %s and %s', (lhs, rhs, want) => {
    expect(sum(lhs, rhs)).toEqual({ error: want });
  });
});

test('compareValues() orders as Flow does', () => {
  const ascending: JsonValue[] = [
    ...[null, false, true, -(2n ** 70n), -1.5, 0, 9007199254740992, 2n ** 53n + 1n, 1e300],
    ...['', 'a', 'a\u0000', 'ab', '\uffff', '😀', [], [null], [0, 9], [1]],
    ...[{}, { a: 1 }, { a: 1, b: 0 }, { a: 2 }, { '\uffff': 0 }, { '😀': 0 }],
  ];
  for (const [left, lhs] of ascending.entries()) {
    for (const [right, rhs] of ascending.entries()) {
      expect([lhs, rhs, Math.sign(compareValues(lhs, rhs))]).toEqual([
        lhs,
        rhs,
        Math.sign(left - right),
      ]);
    }
  }
});
