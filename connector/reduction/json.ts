/** JSON values that keep every number as Flow keeps it, and the text they are read from and written to. */
import { parse } from 'lossless-json';

/** A JSON value; integers that a double cannot hold exactly are bigint, all other numbers are number. */
export type JsonValue = null | boolean | number | bigint | string | JsonArray | JsonObject;
export type JsonArray = readonly JsonValue[];
export interface JsonObject {
  readonly [name: string]: JsonValue;
}

// A number token of 16 or more digits, or one with an exponent that may pass a double's range. It also finds
// such text inside strings, which costs time and nothing else: either way of parsing is right there.
const needsExactParser = /(?:^|[[:,])\s*-?\d{16,}|\d[eE]\+?\d{3,}/;

/**
 * Reads one JSON value. A name that occurs twice in an object has its last value, as in Flow.
 * @throws SyntaxError when the text is not JSON, or a number is beyond the range of a double.
 */
export function parseJson(text: string | Uint8Array): JsonValue {
  const source = typeof text === 'string' ? text : new TextDecoder().decode(text);
  if (!needsExactParser.test(source)) return JSON.parse(source) as JsonValue;
  return parse(source, null, {
    parseNumber: exactNumber,
    onDuplicateKey: ({ newValue }) => newValue,
  }) as JsonValue;
}

/** Writes a value as compact JSON text, each bigint with all of its digits. */
export function stringifyJson(value: JsonValue): string {
  return hasBigInt(value) ? write(value) : JSON.stringify(value);
}

export function isArray(value: JsonValue | undefined): value is JsonArray {
  return Array.isArray(value);
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value of an own property; names such as `constructor` have no value unless the document gives one. */
export function property(object: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** Gives an object a property of any name: assigning to `__proto__` would change its prototype instead. */
export function setProperty(
  object: Record<string, JsonValue>,
  name: string,
  value: JsonValue,
): void {
  if (name !== '__proto__') object[name] = value;
  else
    Object.defineProperty(object, name, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
}

/**
 * The value as a JSON Schema validator may see it: each bigint as the nearest double, since validators know
 * no bigint. Bounds and constants beyond 2^53 are therefore checked to a double's precision only.
 */
export function withDoublesOnly(value: JsonValue): JsonValue {
  return hasBigInt(value) ? asDoubles(value) : value;
}

function exactNumber(digits: string): number | bigint {
  const number = Number(digits);
  if (!Number.isFinite(number)) throw new SyntaxError(`Number out of range: "${digits}"`);
  return Number.isSafeInteger(number) || !/^-?\d+$/.test(digits) ? number : BigInt(digits);
}

// Asked for every document, hence the plain loops: twice as fast as `some` over keys.
function hasBigInt(value: JsonValue): boolean {
  if (typeof value !== 'object' || value === null) return typeof value === 'bigint';
  if (isArray(value)) return value.some(hasBigInt);
  for (const name in value) {
    if (hasBigInt(value[name] ?? null)) return true;
  }
  return false;
}

function asDoubles(value: JsonValue): JsonValue {
  if (typeof value === 'bigint') return Number(value);
  if (isArray(value)) return value.map(asDoubles);
  if (!isObject(value)) return value;
  const copy: Record<string, JsonValue> = {};
  for (const [name, member] of Object.entries(value)) setProperty(copy, name, asDoubles(member));
  return copy;
}

function write(value: JsonValue): string {
  if (typeof value === 'bigint') return value.toString();
  if (isArray(value)) return `[${value.map(write).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([name, member]) => `${JSON.stringify(name)}:${write(member)}`,
  );
  return `{${members.join(',')}}`;
}
