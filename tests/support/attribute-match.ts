/** Compares an item with a document, value by value and by the item's types: what is right needs no conversion. */

import {
  isArray,
  isObject,
  property,
  type JsonObject,
  type JsonValue,
} from '../../connector/reduction/json.ts';
import type { AttributeValue, Item } from './dynamodb-calls.ts';

/** Flow keeps integers in 64 bits. */
const integerMin = -(2n ** 63n);
const integerMax = 2n ** 64n - 1n;

/**
 * Where a document first differs from an item, as a path and a reason; absent when they are the same. Numbers
 * among `keyNames` have to be text.
 */
export function itemDifference(
  item: Item,
  document: JsonObject,
  keyNames: readonly string[],
): string | undefined {
  const { _meta: meta, ...attributes } = Object.fromEntries(Object.entries(document));
  const own = isObject(meta) ? property(meta, 'attribute') : undefined;
  // The document's `_meta` is the connector's; the item's own attribute of that name lies in it.
  const whole = own === undefined ? attributes : { ...attributes, _meta: own };
  return mapDifference(item, whole, '', new Set(keyNames));
}

function mapDifference(
  map: Item,
  document: JsonObject,
  path: string,
  keyNames?: ReadonlySet<string>,
): string | undefined {
  for (const [name, value] of Object.entries(map)) {
    const found = property(document, name);
    if (found === undefined) return `${path}/${name} is missing`;
    const isKey = keyNames?.has(name) === true;
    const difference = valueDifference(value, found, `${path}/${name}`, isKey);
    if (difference !== undefined) return difference;
  }
  const surplus = Object.keys(document).find((name) => !Object.hasOwn(map, name));
  return surplus === undefined ? undefined : `${path}/${surplus} should not be there`;
}

function valueDifference(
  value: AttributeValue,
  found: JsonValue,
  path: string,
  isKey = false,
): string | undefined {
  const unless = (isRight: boolean) =>
    isRight ? undefined : `${path} is ${textOf(found)}, not ${textOf(value)}`;
  if (value.S !== undefined) return unless(found === value.S);
  if (value.N !== undefined) return unless(isSameNumber(value.N, found, isKey));
  if (value.B !== undefined) return unless(found === value.B);
  if (value.BOOL !== undefined) return unless(found === value.BOOL);
  if (value.NULL !== undefined) return unless(found === null);
  const strings = value.SS ?? value.BS;
  if (strings !== undefined)
    return unless(isSameSet(strings, found, (one, other) => one === other));
  if (value.NS !== undefined) return unless(isSameSet(value.NS, found, isSameNumber));
  if (value.M !== undefined) {
    return isObject(found) ? mapDifference(value.M, found, path) : unless(false);
  }
  return isArray(found) ? listDifference(value.L ?? [], found, path) : unless(false);
}

function listDifference(
  list: readonly AttributeValue[],
  found: readonly JsonValue[],
  path: string,
): string | undefined {
  if (list.length !== found.length) {
    return `${path} has ${found.length} elements, not ${list.length}`;
  }
  for (const [at, value] of list.entries()) {
    const difference = valueDifference(value, found[at] ?? null, `${path}/${at}`);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

/** Sets have no order, and no element twice. */
function isSameSet(
  set: readonly string[],
  found: JsonValue,
  isSame: (element: string, value: JsonValue) => boolean,
): boolean {
  if (!isArray(found) || found.length !== set.length) return false;
  return set.every((element) => found.some((value) => isSame(element, value)));
}

/** A number where Flow holds it exactly, else the same digits as text; keys are always text. */
function isSameNumber(digits: string, found: JsonValue, isText = false): boolean {
  if (isText || !isExactInFlow(digits)) return found === digits;
  if (typeof found !== 'number' && typeof found !== 'bigint') return false;
  return scientific(String(found)) === scientific(digits);
}

function isExactInFlow(digits: string): boolean {
  if (/^-?\d+$/.test(digits)) {
    const integer = BigInt(digits);
    if (integer >= integerMin && integer <= integerMax) return true;
  }
  return scientific(String(Number(digits))) === scientific(digits);
}

/** One text for each number, whether it was written plain or with an exponent. */
function scientific(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/.exec(text) ?? [];
  const digits = (whole + fraction).replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  return `${sign}${significant}e${Number(exponent) - fraction.length + digits.length - significant.length}`;
}

const textMax = 80;

function textOf(value: unknown): string {
  const text = JSON.stringify(value, (_name, part: unknown) =>
    typeof part === 'bigint' ? part.toString() : part,
  );
  return text.length <= textMax ? text : `${text.slice(0, textMax)}…`;
}
