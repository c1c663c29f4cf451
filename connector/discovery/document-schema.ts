/**
 * The schema and key of a collection's documents: what Flow merges them by.
 *
 * Problem: a snapshot document and a stream document of one key may reach the collection in either order, and
 * a delete must take the row with it. Rule: a delete, and every other stream document, replaces what is there;
 * a snapshot document only if its epoch, then its scan, is the later one. Why it holds: the strategy is that of
 * the later document, and among documents of one epoch a stream document outranks any snapshot, since it alone
 * has an `eventId`. In history mode nothing is combined before it is stored, so every change is kept.
 *
 * The conditions carry `required` and stand in `if`: Flow relaxes schemas for reading, and leaves only
 * conditions alone. https://docs.estuary.dev/concepts/schemas/
 */

import type { KeyAttribute, KeyType, Table } from '../table.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

export interface DocumentSchemaOptions {
  /** True to keep every change rather than the latest one of a key. */
  readonly historyMode: boolean;
}

/** The place of a document's own metadata; an item's attribute of this name moves into it. */
const metaName = '_meta';
const movedAttributeName = 'attribute';

/** JSON Schema of a table's documents: the key attributes and `_meta`; the rest is for Flow to infer. */
export function documentSchema(table: Table, options: DocumentSchemaOptions): JsonSchema {
  return {
    $defs: { Item: itemSchema(table.key) },
    allOf: [
      {
        required: [metaName],
        properties: { [metaName]: metaSchema(table.key) },
        ...(options.historyMode ? keepingReduction : mergingReduction),
      },
      { $ref: '#Item' },
    ],
    'x-infer-schema': true,
  };
}

/** JSON pointers of a table's primary key: partition key, then sort key. */
export function documentKey(table: Table): string[] {
  return table.key.map(({ name }) => `/${documentKeyPath(name).map(escapePointer).join('/')}`);
}

/** Where a key attribute lies in a document. */
export function documentKeyPath(name: string): string[] {
  return isMoved(name) ? [metaName, movedAttributeName] : [name];
}

/** One name as a part of a JSON pointer (RFC 6901). */
function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

function isMoved(name: string): boolean {
  return name === metaName;
}

function itemSchema(key: readonly KeyAttribute[]): JsonSchema {
  const attributes = key.filter(({ name }) => !isMoved(name));
  return {
    // One name for all tables: an anchor must not begin with a digit, and a table's name may.
    $anchor: 'Item',
    type: 'object',
    required: attributes.map(({ name }) => name),
    // `fromEntries` defines properties, so that `__proto__` becomes one like any other.
    properties: Object.fromEntries(attributes.map(({ name, type }) => [name, keySchemas[type]])),
  };
}

// Flow takes no fractional numbers as keys, hence the digits as a string.
export const keySchemas: Readonly<Record<KeyType, JsonSchema>> = {
  S: { type: 'string' },
  N: { type: 'string', format: 'number' },
  B: { type: 'string', contentEncoding: 'base64' },
};

function metaSchema(key: readonly KeyAttribute[]): JsonSchema {
  const moved = key.find(({ name }) => isMoved(name));
  const attribute = {
    ...(moved === undefined ? {} : keySchemas[moved.type]),
    description: "The item's own attribute named _meta, if it has one.",
  };
  return {
    type: 'object',
    description: 'Where the document comes from.',
    required: ['op', 'snapshot', 'epoch', ...(moved === undefined ? [] : [movedAttributeName])],
    properties: { ...metaProperties, [movedAttributeName]: attribute },
  };
}

const metaProperties = {
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
} as const;

/** True for documents whose `_meta` has the member with this value. */
function whereMeta(name: string, value: string | boolean): JsonSchema {
  return {
    required: [metaName],
    properties: {
      [metaName]: { required: [name], properties: { [name]: { const: value } } },
    },
  };
}

const mergingReduction: JsonSchema = {
  if: whereMeta('op', 'd'),
  then: { reduce: { strategy: 'lastWriteWins', delete: true } },
  else: {
    if: whereMeta('snapshot', true),
    then: {
      reduce: {
        strategy: 'maximize',
        key: ['/_meta/epoch', '/_meta/eventId', '/_meta/scannedAt'],
      },
    },
    else: { reduce: { strategy: 'lastWriteWins' } },
  },
};

const keepingReduction: JsonSchema = {
  if: whereMeta('op', 'd'),
  then: { reduce: { strategy: 'lastWriteWins', delete: true, associative: false } },
  else: { reduce: { strategy: 'lastWriteWins', associative: false } },
};
