/** What Flow infers of a table's documents, and so which columns they get, with and without what the connector says of them. */

import { describe, expect, jest, test } from '@jest/globals';
import type { AttributeValue } from '../../support/fake-dynamodb/fake-dynamodb.ts';
import { captured, ColumnCapture, n, ordersTable, s } from '../column-capture.ts';

jest.setTimeout(300_000);

const beyond64Bits = '18446744073709551617';
const quotient = '0.33333333333333333333333333333333333333';

/** The JSON of an attribute in each document, as it came. */
function emitted(documents: readonly string[], name: string): string[] {
  const value = new RegExp(`"${name}":("(?:[^"\\\\]|\\\\.)*"|[^,}]+)`);
  return documents.map((text) => value.exec(text)?.[1] ?? '');
}

describe('columns', () => {
  test.each<
    [
      name: string,
      values: readonly AttributeValue[],
      emitted: string,
      before: string,
      after: string,
    ]
  >([
    ['zip codes', [s('01234'), s('94105')], '"01234" "94105"', 'string (integer)', 'string'],
    ['phone numbers', [s('+15551234567')], '"+15551234567"', 'string (integer)', 'string'],
    ['ids like 12e4', [s('12e4'), s('3')], '"12e4" "3"', 'string (integer)', 'string'],
    ['texts like .-5', [s('.-5')], '".-5"', 'string (number)', 'string'],
    [
      'a zip code, then another country',
      [s('01234'), s('K1A 0B1')],
      '"01234" "K1A 0B1"',
      'string',
      'string',
    ],
    ['base64 that looks like a number', [{ B: '1234' }], '"1234"', 'string (integer)', 'string'],
    [
      'dates',
      [s('2026-08-21'), s('2026-08-22')],
      '"2026-08-21" "2026-08-22"',
      'string (date)',
      'string (date)',
    ],
    [
      'UUIDs',
      [s('df518555-34f0-446a-8788-7b36f607bbea')],
      '"df518555-34f0-446a-8788-7b36f607bbea"',
      'string (uuid)',
      'string (uuid)',
    ],
    [
      'whole numbers, one beyond 64 bits',
      [n('2'), n(beyond64Bits)],
      `2 "${beyond64Bits}"`,
      'integer|string (integer)',
      'integer|string (integer)',
    ],
    [
      'whole numbers and a quotient',
      [n('2'), n(quotient)],
      `2 "${quotient}"`,
      'integer|string (number)',
      'number|string (number)',
    ],
    [
      'fractions and a quotient',
      [n('2.5'), n(quotient)],
      `2.5 "${quotient}"`,
      'number|string (number)',
      'number|string (number)',
    ],
    [
      'fractions and a whole number beyond 64 bits',
      [n('2.5'), n(beyond64Bits)],
      `2.5 "${beyond64Bits}"`,
      'number|string (integer)',
      'number|string (number)',
    ],
    // Whole, and for Flow a `number` all the same.
    ['1e20', [n('1E+20'), n('1')], '100000000000000000000 1', 'number', 'number'],
    [
      'a text and a number',
      [s('5'), n('7')],
      '"5" 7',
      'integer|string (integer)',
      'integer|string',
    ],
    ['nothing but null', [{ NULL: true }], 'null', 'null', 'null'],
    ['a text with NUL', [s('a\0b')], '"a\\u0000b"', 'string', 'string'],
  ])('of %s', async (_, values, documents, before, after) => {
    const columns = await captured(values);
    const seen = new Set(emitted(columns.documents, 'a'));
    expect([...seen].sort()).toEqual(documents.split(/ (?!0B1)/).sort());
    for (const path of [['a'], ['m', 'a']]) {
      expect(columns.before.at(...path).toString()).toBe(before);
      expect(columns.after.at(...path).toString()).toBe(after);
    }
    expect([...columns.after.required]).toEqual(expect.arrayContaining(['_meta', 'id']));
    // What is said of a column takes nothing from what else Flow knows of it.
    for (const path of [['id'], ['a'], ['_meta', 'op']]) {
      const { maxLength } = columns.before.at(...path);
      if (maxLength !== undefined) expect(columns.after.at(...path).maxLength).toBe(maxLength);
    }
  });

  test.each<[numbers: string, after: string, emitted: string]>([
    ['double', 'number', '0.3333333333333333 18446744073709552000 2 2.5'],
    [
      'string',
      'number|string (number)',
      [quotient, beyond64Bits, '2', '2.5'].map((text) => `"${text}"`).join(' '),
    ],
  ])('of numbers as %s', async (numbers, after, documents) => {
    const columns = await captured([n('2'), n('2.5'), n(quotient), n(beyond64Bits)], { numbers });
    const seen = new Set(emitted(columns.documents, 'a'));
    expect([...seen].sort()).toEqual(documents.split(' '));
    expect(columns.after.at('a').toString()).toBe(after);
    expect(columns.after.at('_meta', 'before', 'a').toString()).toBe(after);
  });

  test('of numeric keys are text, and a deleted row keeps them alone', async () => {
    const key = [
      { name: 'customer', type: 'N' },
      { name: 'number', type: 'N' },
    ] as const;
    for (const advanced of [{}, { numbers: 'double' }, { numbers: 'string' }]) {
      const capture = new ColumnCapture(advanced, [{ name: 'orders', key }]);
      const id = { customer: n('12345678901234567890'), number: n('1.50') };
      capture.fake.put('orders', { ...id, v: s('x') });
      await capture.run();
      capture.fake.delete('orders', id);
      await capture.run();
      const { documents, after } = capture.columns();
      expect(documents.at(-1)).toMatch(
        /^\{"customer":"12345678901234567890","number":"1.5","_meta":\{"op":"d",.*"before":\{"customer":"12345678901234567890","number":"1.5","v":"x"\}\}\}$/,
      );
      expect(after.at('customer').toString()).toBe('string (integer)');
      expect(after.at('number').toString()).toBe('string (number)');
    }
  });

  test('of a name that Flow keeps for itself are told as they are', async () => {
    const capture = new ColumnCapture();
    capture.put('1', { flow_published_at: s('5') });
    await capture.run();
    const { documents, after } = capture.columns();
    expect(documents[0]).toContain('"flow_published_at":"5"');
    expect(after.at('flow_published_at').toString()).toBe('string');
  });

  test('have no images of what was before where they are not wanted', async () => {
    for (const [advanced, resource] of [
      [{ beforeImages: false }, {}],
      [{}, { beforeImages: false }],
    ]) {
      const capture = new ColumnCapture(advanced, [{ ...ordersTable, resource }]);
      await capture.run();
      capture.put('1', { v: n('1') });
      capture.put('1', { v: n('2') });
      capture.fake.delete('orders', { id: s('1') });
      await capture.run();
      const { documents } = capture.columns();
      expect(documents.length).toBeGreaterThanOrEqual(3);
      expect(documents.filter((text) => text.includes('"before"'))).toEqual([]);
      expect(documents.at(-1)).toMatch(/^\{"id":"1","_meta":\{"op":"d"/);
    }
  });

  test('keep rows that time to live has deleted, where that is wanted', async () => {
    const opsOf = async (advanced: object, resource: object = {}) => {
      const capture = new ColumnCapture(advanced, [{ ...ordersTable, resource }]);
      capture.fake.setTimeToLive('orders', 'expires');
      capture.put('kept', { expires: n(String(capture.clock.now() / 1000 + 600)) });
      await capture.run();
      await capture.clock.advance(3_600_000);
      capture.put('new', { v: n('1') });
      capture.fake.delete('orders', { id: s('new') });
      await capture.run();
      return capture.columns().documents.flatMap((text) => /"op":"[ud]"/.exec(text) ?? []);
    };
    const deleted = '"op":"d"';
    expect(await opsOf({})).toEqual([deleted, deleted]);
    expect(await opsOf({ ttlDeletes: 'ignore' })).toEqual([deleted]);
    expect(await opsOf({}, { ttlDeletes: 'ignore' })).toEqual([deleted]);
    expect(await opsOf({ ttlDeletes: 'ignore' }, { ttlDeletes: 'capture' })).toEqual([
      deleted,
      deleted,
    ]);
  });
});
