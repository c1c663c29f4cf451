import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  parseJson,
  setProperty,
  stringifyJson,
  withDoublesOnly,
  type JsonValue,
} from '../../../connector/reduction/json.ts';

describe('parseJson() reads', () => {
  test.each<[text: string, want: JsonValue]>([
    ['9007199254740991', 9007199254740991],
    ['-9007199254740992', -9007199254740992n],
    ['[ 9007199254740993]', [9007199254740993n]],
    ['{"n": 18446744073709551615}', { n: 18446744073709551615n }],
    ['99999999999999999999999999999999999999', 99999999999999999999999999999999999999n],
    ['1234567890123456789.5', 1234567890123456800],
    ['1e300', 1e300],
    ['0.1', 0.1],
    ['-0.0', -0],
    ['{"id":"n:1234567890123456789"}', { id: 'n:1234567890123456789' }],
    ['{"a":1,"a":9007199254740993}', { a: 9007199254740993n }],
    ['" \\u00e9\\n\\ud83d\\ude00"', ' é\n😀'],
  ])('%s', (text, want) => {
    expect(parseJson(text)).toEqual(want);
    expect(parseJson(new TextEncoder().encode(text))).toEqual(want);
  });

  test.each(['1e400', '[1e999]', '{"a":-1e1000}', '{', '', '01', '[12345678901234567890'])(
    'not %j',
    (text) => {
      expect(() => parseJson(text)).toThrow(/./);
    },
  );

  // The second text takes the exact parser's way.
  test.each(['{"__proto__":{"a":1},"b":2}', '{"__proto__":{"a":12345678901234567890},"b":2}'])(
    'the name __proto__ like any other in %s',
    (text) => {
      const value = parseJson(text) as object;
      expect(Object.keys(value)).toEqual(['__proto__', 'b']);
      expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
      expect(stringifyJson(value as JsonValue)).toBe(text);
    },
  );
});

test('stringifyJson() undoes parseJson()', () => {
  const { tree } = fc.letrec<{ tree: JsonValue }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom(null, true, false, '', '__proto__'),
      fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.string({ unit: 'binary' }),
      fc.array(tie('tree'), { maxLength: 3 }),
      fc
        .array(fc.tuple(fc.constantFrom('__proto__', 'a', 'constructor'), tie('tree')), {
          maxLength: 3,
        })
        .map((members) => {
          const object: Record<string, JsonValue> = {};
          for (const [name, value] of members) setProperty(object, name, value);
          return object;
        }),
    ),
  }));
  fc.assert(
    fc.property(tree, (value) => {
      const text = stringifyJson(value);
      expect(stringifyJson(parseJson(text))).toBe(text);
    }),
  );
});

test('withDoublesOnly() replaces big integers and copies nothing else', () => {
  const plain = { a: [1, 'x', null] };
  expect(withDoublesOnly(plain)).toBe(plain);
  expect(withDoublesOnly({ a: [2n ** 63n], b: 'x' })).toEqual({ a: [9223372036854775808], b: 'x' });
});
