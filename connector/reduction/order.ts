/** Flow's order over all JSON values, and over the composite keys that pointers take from them. */
import { isArray, property, type JsonObject, type JsonValue } from './json.ts';

/** A JSON pointer as its unescaped tokens; none for the whole value. */
export type Pointer = readonly string[];

const arrayIndex = /^(?:0|[1-9]\d*)$/;

/** Parses a JSON pointer (RFC 6901), or returns undefined when the text is none. */
export function parsePointer(text: string): Pointer | undefined {
  if (text === '') return [];
  if (!text.startsWith('/') || /~(?![01])/.test(text)) return undefined;
  return text
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** Escapes one name for use in a JSON pointer. */
export function escapeToken(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** The value a pointer leads to, or undefined where there is none. */
export function valueAt(value: JsonValue, pointer: Pointer): JsonValue | undefined {
  let found: JsonValue | undefined = value;
  for (const token of pointer) {
    if (typeof found !== 'object' || found === null) return undefined;
    if (!isArray(found)) found = property(found, token);
    else found = arrayIndex.test(token) ? found[Number(token)] : undefined;
  }
  return found;
}

/** Compares the values that the pointers take from both sides, left to right; missing is less than null. */
export function compareKeys(key: readonly Pointer[], lhs: JsonValue, rhs: JsonValue): number {
  for (const pointer of key) {
    const order = compareOptional(valueAt(lhs, pointer), valueAt(rhs, pointer));
    if (order !== 0) return order;
  }
  return 0;
}

/**
 * Compares two values deeply: null < booleans < numbers < strings < arrays < objects. Negative when `lhs` is
 * less, zero when both are equal. Numbers compare by value whatever their notation, strings by their UTF-8 bytes.
 */
export function compareValues(lhs: JsonValue, rhs: JsonValue): number {
  const kind = rankOf(lhs);
  if (kind !== rankOf(rhs)) return kind - rankOf(rhs);
  if (typeof lhs === 'string') return compareText(lhs, rhs as string);
  if (typeof lhs !== 'object') return lhs === rhs ? 0 : compareScalars(lhs, rhs);
  if (lhs === null || lhs === rhs) return 0;
  return isArray(lhs)
    ? compareArrays(lhs, rhs as readonly JsonValue[])
    : compareObjects(lhs, rhs as JsonObject);
}

/** Compares by UTF-8 bytes, which is the order of code points. */
export function compareText(lhs: string, rhs: string): number {
  if (lhs === rhs) return 0;
  const length = Math.min(lhs.length, rhs.length);
  for (let index = 0; index < length; index += 1) {
    const left = lhs.charCodeAt(index);
    const right = rhs.charCodeAt(index);
    if (left !== right) return codePointRank(left) - codePointRank(right);
  }
  return lhs.length - rhs.length;
}

// UTF-16 puts the halves of code points above U+FFFF before U+E000..U+FFFF; code points go the other way.
function codePointRank(unit: number): number {
  return unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit;
}

function compareOptional(lhs: JsonValue | undefined, rhs: JsonValue | undefined): number {
  if (lhs === undefined || rhs === undefined) {
    return Number(lhs !== undefined) - Number(rhs !== undefined);
  }
  return compareValues(lhs, rhs);
}

function rankOf(value: JsonValue): number {
  if (value === null) return 0;
  if (typeof value === 'string') return 3;
  if (typeof value === 'object') return isArray(value) ? 4 : 5;
  return typeof value === 'boolean' ? 1 : 2;
}

// Loose operators compare a bigint with a double by value, without rounding either.
function compareScalars(lhs: boolean | number | bigint, rhs: JsonValue): number {
  const other = rhs as typeof lhs;
  if (lhs < other) return -1;
  return lhs > other ? 1 : 0;
}

function compareArrays(lhs: readonly JsonValue[], rhs: readonly JsonValue[]): number {
  const length = Math.min(lhs.length, rhs.length);
  for (let index = 0; index < length; index += 1) {
    const order = compareOptional(lhs[index], rhs[index]);
    if (order !== 0) return order;
  }
  return lhs.length - rhs.length;
}

function compareObjects(lhs: JsonObject, rhs: JsonObject): number {
  const left = Object.keys(lhs).sort(compareText);
  const right = Object.keys(rhs).sort(compareText);
  for (const [index, name] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    const order = compareText(name, other) || compareOptional(lhs[name], rhs[other]);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}
