import { describe, expect, test } from '@jest/globals';
import { detectFormat, openPlaces, Shape } from '../../support/flow-inference.ts';

/** What is inferred of the values of one attribute. */
function inferred(...values: readonly string[]): string {
  const shape = new Shape();
  for (const value of values) shape.widen(`{"a":${value}}`);
  return shape.at('a').toString();
}

// What Flow's own code made of the same values.
describe('the model of inference', () => {
  test.each<[text: string, want: string | undefined]>([
    ['01234', 'integer'],
    ['+15551234567', 'integer'],
    ['12e4', 'integer'],
    ['1e5', 'integer'],
    ['20260101', 'integer'],
    ['-7', 'integer'],
    ['1234567890123456789012345678901234567890', 'integer'],
    ['1234.00', 'integer'],
    ['1.50e1', 'integer'],
    ['12.00e-1', 'number'],
    ['1.5', 'number'],
    ['.-5', 'number'],
    ['.+5', 'number'],
    ['.+0', 'integer'],
    ['1.', 'integer'],
    ['1.-5', undefined],
    ['+.', undefined],
    ['.e5', undefined],
    ['1e', undefined],
    ['12e-1', 'number'],
    ['NaN', 'number'],
    ['Infinity', 'number'],
    ['-Infinity', 'number'],
    ['nan', undefined],
    ['1_234', undefined],
    [' 1234', undefined],
    ['K1A 0B1', undefined],
    ['', undefined],
    ['2026-09-11', 'date'],
    ['2026-09-11T10:31:25.123Z', 'date-time'],
    ['df518555-34f0-446a-8788-7b36f607bbea', 'uuid'],
    [`sha256:${'0a'.repeat(32)}`, 'sha256'],
  ])('gives "%s" the format %s', (text, want) => {
    expect(detectFormat(text)).toBe(want);
  });

  test.each<[values: readonly string[], want: string]>([
    [['"01234"', '"94105"'], 'string (integer)'],
    [['"01234"', '"K1A 0B1"'], 'string'],
    [['"01234"', '"1.5"'], 'string (number)'],
    [['"3q2+7w=="', '"1234"'], 'string'],
    [['2.5', '"18446744073709551617"'], 'number|string (integer)'],
    [['2.5', '"0.1234567890123456789"'], 'number|string (number)'],
    [['2', '"18446744073709551617"'], 'integer|string (integer)'],
    [['2', '"0.1234567890123456789"'], 'integer|string (number)'],
    [['2', 'null', 'true'], 'boolean|integer|null'],
    [['100000000000000000000', '1'], 'number'],
    [['18446744073709551615', '-9223372036854775808', '2.0'], 'integer'],
  ])('infers of %j: %s', (values, want) => {
    expect(inferred(...values)).toBe(want);
  });

  test('keeps how long texts are, as a power of two, where both sides say it', () => {
    const shape = new Shape();
    for (const text of ['', 'abcde', 'ab']) shape.widen(JSON.stringify({ a: text, b: text }));
    const lengths = () => [shape.at('a').maxLength, shape.at('b').maxLength];
    expect(lengths()).toEqual([8, 8]);
    const text = { type: 'string' } as const;
    const properties = { a: { ...text, maxLength: 1 }, b: text };
    shape.union({ type: 'object', properties, additionalProperties: false });
    shape.widen('{"a":"123456789","b":"1"}');
    expect(lengths()).toEqual([16, undefined]);
  });

  test('keeps what is required only where both sides have it', () => {
    const shape = new Shape();
    shape.widen('{"id":"a","zip":"01234"}');
    shape.union({
      type: 'object',
      required: ['id'],
      properties: { id: { type: 'string' }, zip: { type: 'string' } },
      additionalProperties: false,
    });
    expect([...shape.required]).toEqual(['id']);
    expect(shape.at('zip').toString()).toBe('string');
    shape.widen('{"id":"b","zip":"1"}');
    expect(shape.at('zip').toString()).toBe('string');
  });

  test('takes closed schemas only', () => {
    const open = { type: 'object', properties: { a: { type: 'string' }, b: {} } } as const;
    expect(openPlaces(open)).toEqual(['/ allows additional properties', '/b has no type']);
    expect(() => {
      new Shape().union(open);
    }).toThrow('SourcedSchema has errors: / allows additional properties, /b has no type');
  });
});
