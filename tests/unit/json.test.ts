import { describe, expect, test } from '@jest/globals';
import { isObject, membersOf, objectsOf, textsOf } from '../../connector/json.ts';

describe('isObject()', () => {
  test.each([
    [{}, true],
    [[], false],
    [null, false],
    ['{}', false],
  ])('of %j is %j', (value, want) => {
    expect(isObject(value)).toBe(want);
  });
});

test.each([
  ['membersOf()', membersOf({ a: 1 }), { a: 1 }],
  ['membersOf()', membersOf([1]), {}],
  ['objectsOf()', objectsOf([{ a: 1 }, [], null, 'a']), [{ a: 1 }]],
  ['objectsOf()', objectsOf({ 0: {} }), []],
  ['textsOf()', textsOf(['a', 1, null]), ['a']],
])('%s leaves out what has another type', (_, got, want) => {
  expect(got).toEqual(want);
});
