/** Primary keys: what they are in an item, and where the table's order puts them. */

import type { KeyAttribute } from '../../../connector/table.ts';
import type { AttributeValue, Item } from './attribute-value.ts';
import { canonicalNumber, numberOrder } from './number-text.ts';
import { invalidRequest } from './service-error.ts';

/** Partition key first, then the sort key if there is one. */
export type KeySchema = readonly KeyAttribute[];

/** How many different hashes there are; few enough for each to be a small integer to the engine. */
export const hashCount = 2 ** 31;

/** A place in a table: items lie by hash, then partition key, then sort key. */
export interface Place {
  readonly hash: number;
  /** Text in the order of the partition key's values. */
  readonly partition: string;
  /** Text in the order of the sort key's values; empty without one. */
  readonly sort: string;
}

/** Where a scan of the whole table begins. */
export const firstPlace: Place = { hash: 0, partition: '', sort: '' };

/** A key as a place and as the JSON of its attributes. */
export interface Key extends Place {
  /** Equal for equal keys, of one table. */
  readonly identity: string;
  /** For instance `{"id":{"S":"a"}}`. */
  readonly json: string;
}

/** The key of an item, or of a `Key` parameter. Throws a `ValidationException` when it is not one. */
export function keyOf(schema: KeySchema, item: Item): Key {
  const partition = orderText(schema[0]!, item);
  const sort = schema.length > 1 ? orderText(schema[1]!, item) : '';
  return {
    hash: hashOf(partition),
    partition,
    sort,
    identity: sort === '' ? partition : `${partition.length}:${partition}${sort}`,
    json: keyJson(schema, item),
  };
}

/** As `keyOf`, for parameters that must hold nothing but the key. */
export function bareKeyOf(schema: KeySchema, item: Item): Key {
  if (Object.keys(item).length !== schema.length) {
    throw invalidRequest('The provided key element does not match the schema');
  }
  return keyOf(schema, item);
}

/** Below zero, zero or above, as `a` lies before, at or after `b`. */
export function comparePlaces(a: Place, b: Place): number {
  if (a.hash !== b.hash) return a.hash - b.hash;
  if (a.partition !== b.partition) return a.partition < b.partition ? -1 : 1;
  if (a.sort !== b.sort) return a.sort < b.sort ? -1 : 1;
  return 0;
}

/** Where a segment of a parallel scan begins; it ends where the next one begins. */
export function segmentStart(segment: number, totalSegments: number): number {
  return Math.ceil((segment * hashCount) / totalSegments);
}

function orderText({ name, type }: KeyAttribute, item: Item): string {
  const value = Object.hasOwn(item, name) ? item[name] : undefined;
  if (value === undefined) {
    throw invalidRequest(
      `One or more parameter values were invalid: Missing the key ${name} in the item`,
    );
  }
  const text = value[type];
  if (text === undefined) {
    const actual = Object.keys(value).join();
    throw invalidRequest(
      `One or more parameter values were invalid: Type mismatch for key ${name} expected: ${type} actual: ${actual}`,
    );
  }
  if (text === '') {
    throw invalidRequest(
      'One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an ' +
        `empty ${type === 'S' ? 'string' : 'binary'} value. Key: ${name}`,
    );
  }
  return type === 'N' ? numberOrder(canonicalNumber(text)) : byteText(type, text);
}

/** One character per byte: the order of such texts is the order of the bytes. */
function byteText(type: 'S' | 'B', text: string): string {
  if (type === 'B') return Buffer.from(text, 'base64').toString('latin1');
  return isAscii.test(text) ? text : Buffer.from(text).toString('latin1');
}

// eslint-disable-next-line no-control-regex -- the whole range of ASCII is meant
const isAscii = /^[\x00-\x7f]*$/;

function keyJson(schema: KeySchema, item: Item): string {
  const members = schema.map(({ name, type }) => {
    const text = (item[name] as Required<AttributeValue>)[type];
    const canonical = type === 'N' ? canonicalNumber(text) : text;
    return `${JSON.stringify(name)}:{"${type}":${JSON.stringify(canonical)}}`;
  });
  return `{${members.join()}}`;
}

/** FNV-1a with a finisher, so that neighbouring keys spread over the whole range. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) & (hashCount - 1);
}
