import { describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { documentKey, documentSchema } from '../../../connector/discovery/discovery.ts';
import type { KeyAttribute } from '../../../connector/table.ts';
import { tableNamed } from './fake-aws.ts';

const twoKeys = tableNamed('2-keys', {
  key: [
    { name: 'pk', type: 'S' },
    { name: 'sk', type: 'N' },
  ],
});

const meta = {
  type: 'object',
  description: 'Where the document comes from.',
  required: ['op', 'snapshot', 'epoch'],
  properties: {
    op: {
      type: 'string',
      enum: ['c', 'u', 'd'],
      description: "Change operation: 'c' Create/Insert, 'u' Update, 'd' Delete.",
    },
    snapshot: {
      type: 'boolean',
      description: 'True if read by a table scan, false if read from the change stream.',
    },
    epoch: {
      type: 'string',
      format: 'date-time',
      description: 'Start of the backfill this document belongs to.',
    },
    scannedAt: {
      type: 'string',
      format: 'date-time',
      description: 'Snapshot documents only: time of the table scan request.',
    },
    eventId: { type: 'string', description: 'Stream documents only: ID of the stream record.' },
    sequenceNumber: {
      type: 'string',
      description:
        'Stream documents only: place of the stream record among those of its key. Up to 40 digits, to be compared as a number.',
    },
    approximateCreationDateTime: {
      type: 'string',
      format: 'date-time',
      description: 'Stream documents only: when the change was made, to the second.',
    },
    userIdentity: {
      type: 'object',
      description:
        'Stream documents only: who made the change, if it was a service. Deletes by time to live have type Service and principal dynamodb.amazonaws.com.',
      properties: {
        principalId: { type: 'string', description: 'Identifier of who made the change.' },
        type: { type: 'string', description: 'Kind of identity.' },
      },
    },
    before: { $ref: '#Item', description: 'The item as it was before this change.' },
    attribute: { description: "The item's own attribute named _meta, if it has one." },
  },
};

const where = (name: string, value: string | boolean) => ({
  required: ['_meta'],
  properties: { _meta: { required: [name], properties: { [name]: { const: value } } } },
});

describe('documentSchema()', () => {
  const item = {
    $anchor: 'Item',
    type: 'object',
    required: ['pk', 'sk'],
    properties: { pk: { type: 'string' }, sk: { type: 'string', format: 'number' } },
  };

  test('lets the later change win, and a snapshot only over what is older', () => {
    const got = documentSchema(twoKeys, { historyMode: false });
    const want = {
      $defs: { Item: item },
      allOf: [
        {
          required: ['_meta'],
          properties: { _meta: meta },
          if: where('op', 'd'),
          then: { reduce: { strategy: 'lastWriteWins', delete: true } },
          else: {
            if: where('snapshot', true),
            then: {
              reduce: {
                strategy: 'maximize',
                key: ['/_meta/epoch', '/_meta/eventId', '/_meta/scannedAt'],
              },
            },
            else: { reduce: { strategy: 'lastWriteWins' } },
          },
        },
        { $ref: '#Item' },
      ],
      'x-infer-schema': true,
    };
    expect(got).toEqual(want);
  });

  test('keeps every change in history mode', () => {
    const got = documentSchema(twoKeys, { historyMode: true });
    const want = {
      $defs: { Item: item },
      allOf: [
        {
          required: ['_meta'],
          properties: { _meta: meta },
          if: where('op', 'd'),
          then: { reduce: { strategy: 'lastWriteWins', delete: true, associative: false } },
          else: { reduce: { strategy: 'lastWriteWins', associative: false } },
        },
        { $ref: '#Item' },
      ],
      'x-infer-schema': true,
    };
    expect(got).toEqual(want);
  });

  test.each<[KeyAttribute['type'], object]>([
    ['S', { type: 'string' }],
    ['N', { type: 'string', format: 'number' }],
    ['B', { type: 'string', contentEncoding: 'base64' }],
  ])('types a key attribute of type %s', (type, want) => {
    const table = tableNamed('orders', { key: [{ name: 'id', type }] });
    expect(documentSchema(table, { historyMode: false })).toMatchObject({
      $defs: { Item: { properties: { id: want } } },
    });
  });

  test.each(['a/b', 'a~b', '__proto__', 'constructor', '1', 'ü "quoted"'])(
    'requires a key attribute named %j',
    (name) => {
      const schema = documentSchema(tableNamed('orders', { key: [{ name, type: 'S' }] }), {
        historyMode: false,
      });
      const isDocument = compile(schema);
      const start = { op: 'c', snapshot: true, epoch: '2026-01-01T00:00:00.000Z' };
      const document = (...members: [string, unknown][]) =>
        Object.fromEntries([['_meta', start], ...members]);
      const got = [document([name, 'x']), document()].map((each) => isDocument(each));
      expect(got).toEqual([true, false]);
      expect(JSON.stringify(schema)).toContain(`{${JSON.stringify(name)}:{"type":"string"}}`);
    },
  );

  test('finds a key attribute named _meta where it is moved to', () => {
    const table = tableNamed('orders', { key: [{ name: '_meta', type: 'N' }] });
    const schema = documentSchema(table, { historyMode: false });
    const got = { key: documentKey(table), schema };
    expect(got).toMatchObject({
      key: ['/_meta/attribute'],
      schema: {
        $defs: { Item: { required: [], properties: {} } },
        allOf: [
          {
            properties: {
              _meta: {
                required: ['op', 'snapshot', 'epoch', 'attribute'],
                properties: { attribute: { type: 'string', format: 'number' } },
              },
            },
          },
          { $ref: '#Item' },
        ],
      },
    });
  });

  test('is a valid schema, with `reduce` at the root only', () => {
    for (const historyMode of [false, true]) {
      const schema = documentSchema(twoKeys, { historyMode });
      expect(() => compile(schema)).not.toThrow();
      expect(JSON.stringify([schema['$defs'], meta])).not.toContain('reduce');
    }
  });
});

describe('documentKey()', () => {
  test.each([
    ['id', ['/id']],
    ['a/b', ['/a~1b']],
    ['a~b', ['/a~0b']],
    ['~1', ['/~01']],
    ['/~/', ['/~1~0~1']],
    ['', ['/']],
    ['__proto__', ['/__proto__']],
  ])('escapes the attribute name %j', (name, want) => {
    const got = documentKey(tableNamed('orders', { key: [{ name, type: 'S' }] }));
    expect(got).toEqual(want);
  });

  test('has the partition key first', () => {
    expect(documentKey(twoKeys)).toEqual(['/pk', '/sk']);
  });
});

function compile(schema: object): (value: unknown) => boolean {
  const ajv = new Ajv2020({
    strict: true,
    strictTypes: false,
    strictRequired: false,
    ownProperties: true, // an attribute may be called `constructor`
  });
  ajv.addVocabulary(['$anchor', 'reduce', 'x-infer-schema']);
  ajv.addFormat('date-time', true);
  ajv.addFormat('number', true);
  const validate = ajv.compile(schema);
  return (value) => validate(value);
}
