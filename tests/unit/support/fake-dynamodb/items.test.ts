import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Item, settleItem } from '../../../support/fake-dynamodb/attribute-value.ts';
import { ItemIndex } from '../../../support/fake-dynamodb/item-index.ts';
import { comparePlaces, firstPlace, keyOf } from '../../../support/fake-dynamodb/key.ts';
import { canonicalNumber, numberOrder } from '../../../support/fake-dynamodb/number-text.ts';
import { Harness, order } from '../fake-harness.ts';

describe('canonicalNumber()', () => {
  test.each([
    ['00042', '42'],
    ['1.0', '1'],
    ['-0', '0'],
    ['+7', '7'],
    ['1.5E2', '150'],
    ['.5', '0.5'],
    ['5.', '5'],
    ['-120e-3', '-0.12'],
    ['1e125', `1${'0'.repeat(125)}`],
    ['1E-130', `0.${'0'.repeat(129)}1`],
    ['12345678901234567890123456789012345678', '12345678901234567890123456789012345678'],
  ])('of %s is %s', (text, want) => {
    expect(canonicalNumber(text)).toBe(want);
  });

  test.each([
    ['123456789012345678901234567890123456789', /38 significant digits/],
    ['1e126', /overflow/],
    ['1e-131', /underflow/],
    ['', /cannot be converted/],
    ['1,5', /cannot be converted/],
    ['NaN', /cannot be converted/],
  ])('refuses %s', (text, want) => {
    expect(() => canonicalNumber(text)).toThrow(want);
  });

  test('and numberOrder() keep the order of numbers', () => {
    const number = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e100, max: 1e100 });
    const usable = number.filter((value) => value === 0 || Math.abs(value) > 1e-100);
    fc.assert(
      fc.property(usable, usable, (a, b) => {
        const [left, right] = [a, b].map((value) => numberOrder(canonicalNumber(String(value))));
        const got = left! < right! ? -1 : left === right ? 0 : 1;
        expect(got).toBe(Math.sign(a - b) + 0);
      }),
    );
  });
});

describe('settleItem()', () => {
  test.each<[string, Item, number]>([
    ['text by its UTF-8 bytes', { é: { S: 'ab€' } }, 2 + 5],
    ['numbers by their digits', { n: { N: '12345' } }, 1 + 4],
    ['negative numbers one more', { n: { N: '-12345' } }, 1 + 5],
    ['binaries by their bytes', { b: { B: 'AAEC' } }, 1 + 3],
    ['flags and nulls as one', { t: { BOOL: false }, z: { NULL: true } }, 2 + 2],
    ['sets by their elements', { s: { SS: ['a', 'bc'] } }, 1 + 3],
    ['lists and maps with their frame', { l: { L: [{ S: 'a' }] }, m: { M: {} } }, 2 + 3 + 2 + 3],
  ])('weighs %s', (_, item, want) => {
    expect(settleItem(item)).toBe(want);
  });

  test.each<[string, Item, RegExp]>([
    ['an empty set', { s: { SS: [] } }, /may not be empty/],
    ['a set with an element twice', { s: { NS: ['1', '1.0'] } }, /contains duplicates/],
    ['a value without type', { s: {} }, /exactly one of the supported datatypes/],
    ['a value of two types', { s: { S: 'a', N: '1' } }, /exactly one of the supported datatypes/],
    [
      'an item too large',
      { s: { S: 'x'.repeat(400 * 1024) } },
      /exceeded the maximum allowed size/,
    ],
  ])('refuses %s', (_, item, want) => {
    expect(() => settleItem(item)).toThrow(want);
  });
});

describe('ItemIndex', () => {
  test('holds the places inserted and not removed, in their order', () => {
    const schema = [{ name: 'id', type: 'S' }] as const;
    const text = fc.integer({ min: 0, max: 900 });
    fc.assert(
      fc.property(fc.array(text, { maxLength: 1500 }), fc.array(text), (inserted, removed) => {
        const keys = new Map(
          inserted.map((id) => [id, keyOf(schema, { id: { S: String(id) } })] as const),
        );
        const index = new ItemIndex();
        for (const key of keys.values()) index.insert(key);
        for (const id of removed) {
          const key = keys.get(id);
          if (key !== undefined && keys.delete(id)) index.remove(key);
        }
        expect([...index.from(firstPlace)]).toEqual([...keys.values()].sort(comparePlaces));
      }),
      { numRuns: 30 },
    );
  });
});

describe('FakeDynamoDb.put()', () => {
  test('keeps attributes whatever their names', () => {
    const { fake } = new Harness().createOrders();
    const text =
      '{"id":{"S":"a"},"__proto__":{"S":"p"},"m":{"M":{"__proto__":{"N":"1"}}},"":{"S":""}}';
    fake.put('orders', JSON.parse(text) as Item);
    expect(JSON.stringify(fake.items('orders'))).toBe(`[${text}]`);
  });

  test('takes keys that are equal as numbers for the same item', () => {
    const { fake } = new Harness();
    fake.createTable({ name: 'numbered', key: [{ name: 'n', type: 'N' }] });
    for (const n of ['1', '1.0', '10e-1', '2']) fake.put('numbered', { n: { N: n } });
    expect(fake.items('numbered')).toHaveLength(2);
  });

  test.each<[string, Item]>([
    ['without its key', { note: { S: 'a' } }],
    ['with a key of another type', { id: { N: '1' } }],
    ['with an empty key', order('')],
  ])('refuses an item %s', (_, item) => {
    const { fake } = new Harness().createOrders();
    expect(() => {
      fake.put('orders', item);
    }).toThrow(/One or more parameter values/);
  });
});
