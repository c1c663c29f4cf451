/** Attribute values as they travel: checked, brought to their canonical form, and weighed. */

import { canonicalNumber, numberBytes } from './number-text.ts';
import { invalidRequest } from './service-error.ts';

/** One value, as in DynamoDB's JSON: exactly one of the members. */
export interface AttributeValue {
  S?: string;
  N?: string;
  B?: string;
  SS?: string[];
  NS?: string[];
  BS?: string[];
  L?: AttributeValue[];
  M?: Item;
  NULL?: boolean;
  BOOL?: boolean;
}

/** Attributes by name. A name may be anything, `__proto__` too: make such items with `JSON.parse`. */
export interface Item {
  [name: string]: AttributeValue;
}

const itemBytesMax = 400 * 1024;
const depthMax = 32;

/**
 * Brings the item's numbers to canonical form, in place, and gives its size in bytes by DynamoDB's rules:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html.
 * Throws a `ValidationException` for what DynamoDB would refuse.
 */
export function settleItem(item: Item): number {
  const bytes = mapBytes(item, 1);
  if (bytes > itemBytesMax) {
    throw invalidRequest('Item size has exceeded the maximum allowed size');
  }
  return bytes;
}

/** True when both hold the same values, whatever the order of attributes and of set elements. */
export function isSameItem(a: Item, b: Item): boolean {
  return comparableText({ M: a }) === comparableText({ M: b });
}

function mapBytes(map: Item, depth: number): number {
  let bytes = 0;
  // `Object.keys` and a plain read see an own `__proto__` too.
  for (const name of Object.keys(map)) {
    bytes += Buffer.byteLength(name) + valueBytes(map[name]!, depth);
  }
  return bytes;
}

function valueBytes(value: AttributeValue, depth: number): number {
  const type = typeOf(value);
  switch (type) {
    case 'S':
      return Buffer.byteLength(value.S!);
    case 'N':
      value.N = canonicalNumber(value.N!);
      return numberBytes(value.N);
    case 'B':
      return base64Bytes(value.B!);
    case 'NULL':
    case 'BOOL':
      return 1;
    case 'SS':
      return setBytes(value.SS!, (text) => Buffer.byteLength(text));
    case 'NS':
      value.NS = value.NS!.map(canonicalNumber);
      return setBytes(value.NS, numberBytes);
    case 'BS':
      return setBytes(value.BS!, base64Bytes);
    case 'L':
    case 'M':
      return nestedBytes(value, depth);
  }
}

function nestedBytes(value: AttributeValue, depth: number): number {
  if (depth >= depthMax) {
    throw invalidRequest('Nesting Levels have exceeded supported limits');
  }
  if (value.M !== undefined) {
    return 3 + Object.keys(value.M).length + mapBytes(value.M, depth + 1);
  }
  return value.L!.reduce((bytes, element) => bytes + 1 + valueBytes(element, depth + 1), 3);
}

function typeOf(value: AttributeValue): keyof AttributeValue {
  const [type, ...others] = Object.keys(value);
  if (type === undefined || others.length > 0 || !Object.hasOwn(memberKinds, type)) {
    throw invalidRequest(
      'Supplied AttributeValue is empty, must contain exactly one of the supported datatypes',
    );
  }
  const known = type as keyof AttributeValue;
  const member: unknown = value[known];
  const kind = Array.isArray(member) ? 'array' : typeof member;
  if (kind !== memberKinds[known]) throw invalidRequest(`Unexpected value type for ${type}`);
  return known;
}

const memberKinds: Readonly<Record<keyof AttributeValue, string>> = {
  S: 'string',
  N: 'string',
  B: 'string',
  SS: 'array',
  NS: 'array',
  BS: 'array',
  L: 'array',
  M: 'object',
  NULL: 'boolean',
  BOOL: 'boolean',
};

function setBytes(elements: readonly string[], bytesOf: (element: string) => number): number {
  if (elements.length === 0) {
    throw invalidRequest('One or more parameter values were invalid: An set may not be empty');
  }
  if (new Set(elements).size < elements.length) {
    throw invalidRequest(
      'One or more parameter values were invalid: Input collection contains duplicates',
    );
  }
  return elements.reduce((bytes, element) => bytes + bytesOf(element), 0);
}

function base64Bytes(text: string): number {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  return (text.length / 4) * 3 - padding;
}

function comparableText(value: AttributeValue): string {
  if (value.M !== undefined) {
    const map = value.M;
    const names = Object.keys(map).sort();
    return `{${names.map((name) => JSON.stringify(name) + comparableText(map[name]!)).join()}}`;
  }
  if (value.L !== undefined) return `[${value.L.map(comparableText).join()}]`;
  const set = value.SS ?? value.NS ?? value.BS;
  if (set === undefined) return JSON.stringify(value);
  return Object.keys(value).join() + JSON.stringify([...set].sort());
}
