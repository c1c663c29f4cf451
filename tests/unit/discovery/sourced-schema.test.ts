import { describe, expect, test } from '@jest/globals';
import { documentSchema, sourcedSchema } from '../../../connector/discovery/discovery.ts';
import type { KeyAttribute, Table } from '../../../connector/table.ts';
import { openPlaces, Shape, type SourcedSchema } from '../../support/flow-inference.ts';

const text = { type: 'string' };
const number = { type: ['number', 'string'], format: 'number' };
const key: readonly KeyAttribute[] = [
  { name: 'customer', type: 'S' },
  { name: 'number', type: 'N' },
];

/** At a place of a schema: the names that are required there. */
function requiredAt(schema: object, path: readonly string[]): readonly string[] {
  const [name, ...rest] = path;
  const { properties = {}, required = [] } = schema as SourcedSchema;
  return name === undefined ? required : requiredAt(properties[name] ?? {}, rest);
}

describe('sourcedSchema()', () => {
  test('says what every document has, and one location', () => {
    expect(sourcedSchema(key, [{ path: ['address', 'zip'], type: text }])).toEqual({
      type: 'object',
      required: ['_meta', 'customer', 'number'],
      properties: {
        _meta: {
          type: 'object',
          required: ['op', 'snapshot', 'epoch', 'uuid'],
          properties: {
            op: { type: 'string', maxLength: 1 },
            snapshot: { type: 'boolean' },
            epoch: { type: 'string', format: 'date-time', maxLength: 1 },
            uuid: { type: 'string', maxLength: 1 },
          },
          additionalProperties: false,
        },
        customer: { type: 'string', maxLength: 1 },
        number: { type: 'string', format: 'number', maxLength: 1 },
        address: {
          type: 'object',
          properties: { zip: { type: 'string', maxLength: 1 } },
          additionalProperties: false,
        },
      },
      additionalProperties: false,
    });
  });

  test('gives numbers bounds too', () => {
    const { properties } = sourcedSchema(key, [{ path: ['n'], type: number }]) as SourcedSchema;
    expect(properties?.['n']).toEqual({ ...number, maxLength: 1, minimum: 0, maximum: 0 });
  });

  test('of an image says its key, which each image has', () => {
    const path = ['_meta', 'before', 'zip'];
    const schema = sourcedSchema(key, [{ path, type: text }]) as SourcedSchema;
    const meta = schema.properties?.['_meta'];
    expect(meta?.required).toEqual(['op', 'snapshot', 'epoch', 'uuid']);
    expect(meta?.properties?.['before']).toEqual({
      type: 'object',
      required: ['customer', 'number'],
      properties: {
        customer: { type: 'string', maxLength: 1 },
        number: { type: 'string', format: 'number', maxLength: 1 },
        zip: { type: 'string', maxLength: 1 },
      },
      additionalProperties: false,
    });
  });

  // Flow intersects it with the write schema: what that requires, and this does not name, could be nothing at all.
  test.each<[string, readonly KeyAttribute[]]>([
    ['two attributes', key],
    ['one named _meta', [{ name: '_meta', type: 'B' }]],
    ['names to be escaped', [{ name: 'a/b~', type: 'S' }]],
  ])('names all that documents are required to have: a key of %s', (_, attributes) => {
    const paths = [['_meta', 'before', 'x'], ['_meta', 'attribute', 'x'], ['x']];
    const schema = sourcedSchema(
      attributes,
      paths.map((path) => ({ path, type: text })),
    );
    expect(openPlaces(schema)).toEqual([]);
    const { allOf, $defs } = documentSchema({ key: attributes } as Table, {
      historyMode: false,
    }) as {
      allOf: [{ properties: { _meta: object } }];
      $defs: { Item: object };
    };
    const [{ properties }] = allOf;
    for (const [wanted, path] of [
      [requiredAt($defs.Item, []), []],
      [requiredAt($defs.Item, []), ['_meta', 'before']],
      [requiredAt(properties._meta, []), ['_meta']],
    ] as const) {
      expect(requiredAt(schema, path)).toEqual(expect.arrayContaining([...wanted]));
    }
  });

  test('keeps a location that is a key now what a key is', () => {
    const schema = sourcedSchema(key, [
      { path: ['number'], type: text },
      { path: ['customer', 'zip'], type: text },
    ]);
    const shape = new Shape();
    shape.union(schema);
    expect(shape.at('number').toString()).toBe('string (number)');
    expect(shape.at('customer').toString()).toBe('object|string');
    expect(shape.required).toEqual(new Set(['_meta', 'customer', 'number']));
  });
});
