import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeStartKey, encodeStartKey } from '../../../connector/state/start-key.ts';
import type { ItemKey, KeyAttribute, KeyType, KeyValue } from '../../../connector/table.ts';

const base64 = (text: string) => Buffer.from(text, 'latin1').toString('base64');
const attributesOf = (key: ItemKey): KeyAttribute[] =>
  key.map(({ type }, index) => ({ name: `k${index}`, type }));

// As Estuary's Go connector writes them.
const golden: readonly [ItemKey, string][] = [
  [[{ type: 'S', value: 'pk val 3' }], 'AnBrIHZhbCAzAA=='],
  [
    [
      { type: 'B', value: base64('pk val 3') },
      { type: 'S', value: 'sk val 3' },
    ],
    'AXBrIHZhbCAzAAJzayB2YWwgMwA=',
  ],
  [
    [
      { type: 'N', value: '3.5' },
      { type: 'S', value: 'sk val 3' },
    ],
    'BQJOAAIzLjUAAAJzayB2YWwgMwA=',
  ],
  [[{ type: 'B', value: base64('\0') }], base64('\x01\0\xff\0')],
  [[{ type: 'S', value: 'a\0' }], base64('\x02a\0\xff\0')],
];

describe('encodeStartKey(), decodeStartKey()', () => {
  test.each(golden)('agree with the Go connector on %j', (key, text) => {
    expect(encodeStartKey(key)).toBe(text);
    expect(decodeStartKey(text, attributesOf(key))).toEqual(key);
  });

  test('take any key there and back', () => {
    const value = (type: KeyType, values: fc.Arbitrary<string>) =>
      values.map((text): KeyValue => ({ type, value: text }));
    const bytes = fc.uint8Array({ maxLength: 40 });
    const keyValue = fc.oneof(
      value('S', fc.string({ unit: 'binary' })),
      value(
        'B',
        bytes.map((array) => Buffer.from(array).toString('base64')),
      ),
      value('N', fc.oneof(fc.bigInt().map(String), fc.constantFrom('-0.5', '1E-130', '9.9E+125'))),
    );
    const keys = fc.array(keyValue, { minLength: 1, maxLength: 2 });
    fc.assert(
      fc.property(keys, (key) => {
        expect(decodeStartKey(encodeStartKey(key), attributesOf(key))).toEqual(key);
      }),
    );
  });
});

describe('decodeStartKey()', () => {
  const [s, n]: [KeyAttribute, KeyAttribute] = [
    { name: 'id', type: 'S' },
    { name: 'at', type: 'N' },
  ];
  test.each<[string, string, KeyAttribute[], string]>([
    ['an empty text', '', [s], 'has no S for key attribute "id"'],
    ['no base64', '!!', [s], 'has no S for key attribute "id"'],
    ['another type', base64('\x02a\0'), [n], 'has no N for key attribute "at"'],
    ['too few elements', base64('\x02a\0'), [s, n], 'has no N for key attribute "at"'],
    ['a missing end', base64('\x02a'), [s], 'has no S for key attribute "id"'],
    ['an unknown element', base64('\x15\x07'), [s], 'has no S for key attribute "id"'],
    ['a number without end', base64('\x05\x02N\0\x023\0'), [n], 'has no N for key attribute "at"'],
    [
      'another nested tuple',
      base64('\x05\x02X\0\x023\0\0'),
      [n],
      'has no N for key attribute "at"',
    ],
    ['no number', base64('\x05\x02N\0\x02x\0\0'), [n], 'has no N for key attribute "at"'],
    ['text that is not UTF-8', base64('\x02\xff\xfe\0'), [s], 'has no S for key attribute "id"'],
    [
      'too many elements',
      base64('\x02a\0\x02b\0'),
      [s],
      'has more elements than the key has attributes',
    ],
  ])('refuses %s', (_, text, attributes, problem) => {
    const want = {
      code: 'state-invalid',
      message: `Start key "${text}" in the state ${problem}`,
      hint: "Increment the binding's backfill counter to start over.",
    };
    expect(() => decodeStartKey(text, attributes)).toThrow(expect.objectContaining(want));
  });
});
