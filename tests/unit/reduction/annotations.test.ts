import { describe, expect, test } from '@jest/globals';
import {
  createReducer,
  ReductionError,
  type JsonSchema,
  type JsonValue,
} from '../../../connector/reduction/reduction.ts';

const sum = { reduce: { strategy: 'sum' } };
const first = { reduce: { strategy: 'firstWriteWins' } };
const merge = { reduce: { strategy: 'merge' } };

/** A full reduction, or the kind and location of its error. */
function reduce(schema: JsonSchema, lhs: JsonValue, rhs: JsonValue): unknown {
  try {
    return createReducer(schema).reduce(lhs, rhs, true).document;
  } catch (error) {
    if (error instanceof ReductionError) return `${error.kind} at ${error.location}`;
    throw error;
  }
}

describe('createReducer() takes annotations from', () => {
  test.each<[place: string, schema: JsonSchema, lhs: JsonValue, rhs: JsonValue, want: JsonValue]>([
    ['nowhere', {}, 1, 2, 2],
    ['a schema that is true', true, 1, 2, 2],
    ['the root', sum, 1, 2, 3],
    ['allOf', { allOf: [{}, sum] }, 1, 2, 3],
    ['$ref to a pointer', { $defs: { 'a/b %': sum }, $ref: '#/$defs/a~1b%20%25' }, 1, 2, 3],
    ['$ref to an anchor', { $defs: { x: { $anchor: 'Total', ...sum } }, $ref: '#Total' }, 1, 2, 3],
    ['$ref to an $id', { $defs: { x: { $id: 'x:y', ...sum } }, $ref: 'x:y' }, 1, 2, 3],
    ['a relative $id', { $id: 'a/b', $defs: { x: { $id: 'c', ...sum } }, $ref: '/a/c' }, 1, 2, 3],
    [
      '$dynamicRef',
      {
        $dynamicAnchor: 'node',
        ...{ ...merge, type: ['object', 'number'] },
        properties: { child: { $dynamicRef: '#node' } },
        additionalProperties: sum,
      },
      { child: { n: 1 } },
      { child: { n: 2 } },
      { child: { n: 3 } },
    ],
    ['anyOf, valid branches only', { anyOf: [{ type: 'string', ...first }, sum] }, 1, 2, 3],
    [
      'oneOf',
      {
        oneOf: [
          { type: 'string', ...first },
          { type: 'number', ...sum },
        ],
      },
      1,
      2,
      3,
    ],
    ['if', { if: { type: 'number', ...sum } }, 1, 2, 3],
    ['then', { if: { type: 'number' }, then: sum, else: first }, 1, 2, 3],
    ['else', { if: { type: 'string' }, then: first, else: sum }, 1, 2, 3],
    ['nothing under not', { not: { type: 'string', ...sum } }, 1, 2, 2],
    ['an if that is not met', { if: { type: 'string', ...sum } }, 1, 2, 2],
    [
      'a conditional inside a definition',
      {
        $defs: { t: { if: { $ref: '#/$defs/n' }, then: sum }, n: { type: 'number' } },
        $ref: '#/$defs/t',
      },
      1,
      2,
      3,
    ],
    [
      'dependentSchemas',
      { dependentSchemas: { by: { ...merge, properties: { n: sum } } } },
      { n: 1 },
      { by: 0, n: 2 },
      { by: 0, n: 3 },
    ],
    [
      'properties',
      { ...merge, properties: { n: sum } },
      { n: 1, m: 1 },
      { n: 2, m: 2 },
      { n: 3, m: 2 },
    ],
    [
      'patternProperties',
      { ...merge, patternProperties: { '^n': sum } },
      { n1: 1 },
      { n1: 2 },
      { n1: 3 },
    ],
    [
      'additionalProperties',
      { ...merge, properties: { m: {} }, additionalProperties: sum },
      { n: 1, m: 1 },
      { n: 2, m: 2 },
      { n: 3, m: 2 },
    ],
    [
      'unevaluatedProperties',
      { ...merge, allOf: [{ properties: { m: {} } }], unevaluatedProperties: sum },
      { n: 1, m: 1 },
      { n: 2, m: 2 },
      { n: 3, m: 2 },
    ],
    [
      'prefixItems and items',
      { ...merge, prefixItems: [first], items: sum },
      [1, 1],
      [2, 2],
      [1, 3],
    ],
    ['a list of items', { ...merge, items: [first], additionalItems: sum }, [1, 1], [2, 2], [1, 3]],
    [
      'unevaluatedItems',
      { ...merge, prefixItems: [{}], contains: { const: 9 }, unevaluatedItems: sum },
      [1, 9, 1],
      [2, 9, 2],
      [2, 9, 3],
    ],
  ])('%s', (_place, schema, lhs, rhs, want) => {
    expect(reduce(schema, lhs, rhs)).toEqual(want);
  });
});

describe('createReducer() at one location', () => {
  test('takes annotations that are equal with their defaults', () => {
    const lastWriteWins = { strategy: 'lastWriteWins' };
    const schema = {
      allOf: [{ reduce: lastWriteWins }, { reduce: { ...lastWriteWins, delete: false } }],
    };
    expect(reduce(schema, 1, 2)).toBe(2);
  });

  test.each<[string, JsonSchema, string]>([
    ['two strategies', { allOf: [sum, first] }, 'conflicting-strategies at '],
    [
      'two options of a strategy',
      {
        ...merge,
        patternProperties: {
          a: { reduce: { strategy: 'merge', key: ['/k'] } },
          b: { reduce: { strategy: 'merge' } },
        },
      },
      'conflicting-strategies at /ab',
    ],
  ])('refuses %s', (_name, schema, want) => {
    expect(reduce(schema, { ab: [] }, { ab: [] })).toBe(want);
  });
});

describe('createReducer() refuses', () => {
  const reducing = (annotation: JsonValue): JsonSchema => ({
    $defs: { 'a/b': {} },
    reduce: annotation,
  });
  test.each<[name: string, schema: JsonSchema, want: string]>([
    ['an annotation that is no object', reducing('sum'), 'schema-invalid at /reduce'],
    ['an unknown strategy', reducing({ strategy: 'latest' }), 'schema-invalid at /reduce'],
    ['no strategy', reducing({}), 'schema-invalid at /reduce'],
    ['an unknown field', reducing({ strategy: 'sum', key: ['/a'] }), 'schema-invalid at /reduce'],
    [
      'delete on maximize',
      reducing({ strategy: 'maximize', delete: true }),
      'schema-invalid at /reduce',
    ],
    [
      'a flag that is no boolean',
      reducing({ strategy: 'merge', delete: 1 }),
      'schema-invalid at /reduce',
    ],
    [
      'a key that is no list',
      reducing({ strategy: 'merge', key: '/a' }),
      'schema-invalid at /reduce',
    ],
    [
      'a key that is no pointer',
      reducing({ strategy: 'set', key: ['a'] }),
      'schema-invalid at /reduce',
    ],
    [
      'a reference to nothing',
      { properties: { a: { $ref: '#b' } } },
      'schema-invalid at /properties/a',
    ],
    ['an unknown type', { type: 'text' }, 'schema-invalid at '],
    [
      'a document that is not valid',
      { properties: { a: { type: 'null' } } },
      'document-invalid at /a',
    ],
    ['any document where the schema is false', false, 'document-invalid at '],
  ])('%s', (_name, schema, want) => {
    expect(reduce(schema, { a: 1 }, { a: 1 })).toBe(want);
  });
});

describe('createReducer() with unusual values', () => {
  test('sees a big integer as a number', () => {
    const schema = { ...merge, properties: { n: { type: 'integer', minimum: 1, ...sum } } };
    expect(reduce(schema, { n: 2n ** 60n }, { n: 2n ** 60n + 1n })).toEqual({ n: 2n ** 61n + 1n });
    expect(reduce(schema, { n: 1 }, { n: -(2n ** 60n) })).toBe('document-invalid at /n');
  });

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'treats the attribute %s like any other',
    (name) => {
      const named = (value: JsonValue) => Object.fromEntries([[name, value]]);
      const schema = {
        ...merge,
        properties: { ...Object.fromEntries([[name, { type: 'number', ...sum }]]), other: {} },
        additionalProperties: first,
      };
      expect(Object.entries(reduce(schema, named(1), named(2)) as object)).toEqual([[name, 3]]);
      expect(reduce(schema, { other: 1 }, { other: 2 })).toEqual({ other: 2 });
      expect(reduce({ required: [name] }, {}, { other: 1 })).toBe('document-invalid at ');
      expect(reduce(schema, {}, named('x'))).toBe(`document-invalid at /${name}`);
    },
  );

  test.each<[format: string, value: string, isValid: boolean]>([
    ['number', '-1.5e+10', true],
    ['number', 'NaN', true],
    ['number', '1,5', false],
    ['integer', '-12345678901234567890123', true],
    ['integer', '1.5', false],
    ['date-time', '2026-08-21T10:00:00.000Z', true],
    ['date-time', '21 August', false],
  ])('knows the format %s of "%s"', (format, value, isValid) => {
    const got = reduce({ type: 'string', format }, '', value);
    expect(got).toBe(isValid ? value : 'document-invalid at ');
  });
});
