/** Items of every kind DynamoDB holds, for property tests, and the many ways a response can write them. */

import fc, { type Arbitrary } from 'fast-check';

/** DynamoDB's JSON of a value; maps have own properties only, also for `__proto__`. */
export type AttributeValue =
  | { readonly S: string }
  | { readonly N: string }
  | { readonly B: string }
  | { readonly BOOL: boolean }
  | { readonly NULL: true }
  | { readonly SS: readonly string[] }
  | { readonly NS: readonly string[] }
  | { readonly BS: readonly string[] }
  | { readonly L: readonly AttributeValue[] }
  | { readonly M: Item };
export type Item = Readonly<Record<string, AttributeValue>>;

export interface ArbitraryKeyAttribute {
  readonly name: string;
  readonly type: 'S' | 'N' | 'B';
}

/** Texts that break careless writers and readers. */
const trickyTexts = [
  '_meta',
  '__proto__',
  'constructor',
  'S',
  'N',
  'M',
  'Items',
  'dynamodb',
  ' ',
  '"',
  '\\',
  '\\"',
  '/',
  '~',
  '{"S":"x"}',
  '},{',
  'line\nbreak\r\ttab',
  '\u0000\u0001\u001f\u007f',
  '\u2028\u2029\ufeff',
  'é中',
  '😀',
  '👩‍👩‍👧',
  '$ref',
  'a.b[0]#c',
];

/** Any text without half surrogate pairs. */
export function text(): Arbitrary<string> {
  return fc.oneof(
    fc.constantFrom(...trickyTexts, ''),
    fc.string({ maxLength: 8 }),
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.string({ minLength: 30, maxLength: 80 }),
  );
}

export function attributeName(): Arbitrary<string> {
  return fc.oneof(
    fc.constantFrom(...trickyTexts),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
  );
}

export function base64(): Arbitrary<string> {
  return fc.uint8Array({ maxLength: 24 }).map((bytes) => Buffer.from(bytes).toString('base64'));
}

const digits = (maxLength: number) =>
  fc.array(fc.nat(9), { minLength: 1, maxLength }).map((list) => list.join(''));
const sign = () => fc.constantFrom('', '', '-');

/** Numbers as AWS writes them: plain decimal of up to 38 digits, canonical. */
export function canonicalNumberText(): Arbitrary<string> {
  const integer = fc
    .tuple(fc.integer({ min: 1, max: 9 }), digits(37))
    .map((parts) => parts.join(''));
  const decimal = fc
    .tuple(fc.oneof(fc.constant('0'), integer), digits(18), fc.integer({ min: 1, max: 9 }))
    .map(([whole, fraction, last]) => `${whole}.${fraction}${last}`);
  return fc.oneof(
    fc.integer().map(String),
    fc.tuple(sign(), fc.oneof(integer, decimal)).map((parts) => parts.join('')),
    fc.bigInt({ min: -(2n ** 64n), max: 2n ** 65n }).map(String),
    fc.double({ noNaN: true, min: 0.001, max: 1e6 }).map(String),
  );
}

/** Numbers as any server may write them. */
export function numberText(): Arbitrary<string> {
  const other = fc
    .tuple(
      fc.constantFrom('', '-', '+'),
      digits(20),
      fc.constantFrom('', '.', '.0', '.50', '.25'),
      fc.constantFrom('', 'E+2', 'e-3', 'E0', 'E125', 'E-130'),
    )
    .map((parts) => parts.join(''));
  const doubles = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e125, max: 1e125 });
  return fc.oneof(canonicalNumberText(), canonicalNumberText(), other, doubles.map(String));
}

/** A value of any type, a few levels deep. */
export function attributeValue(): Arbitrary<AttributeValue> {
  const { value } = fc.letrec<{ value: AttributeValue }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      scalar(),
      fc.record({ L: fc.array(tie('value'), { maxLength: 4 }) }),
      fc.record({ M: attributes(tie('value')) }),
    ),
  }));
  return value;
}

/** A value that lies inside `depth` maps and lists. */
export function deepValue(depth: number): Arbitrary<AttributeValue> {
  const levels = fc.array(fc.boolean(), { minLength: depth, maxLength: depth });
  return fc
    .tuple(scalar(), levels, attributeName())
    .map(([leaf, isMap, name]) =>
      isMap.reduce<AttributeValue>(
        (value, inMap) =>
          inMap ? { M: Object.fromEntries([[name, value]]) } : { L: [value, { NULL: true }] },
        leaf,
      ),
    );
}

/** An item with this key and a handful of other attributes. */
export function item(key: readonly ArbitraryKeyAttribute[]): Arbitrary<Item> {
  const others = attributes(fc.oneof({ weight: 9, arbitrary: attributeValue() }, deepValue(31)));
  const keyValues = fc.tuple(...key.map(({ type }) => keyValue(type)));
  return fc.tuple(keyValues, others).map(([values, other]) => {
    const keyEntries = key.map(({ name }, index) => [name, values[index]!] as const);
    // A fixed order would always put the key first; `styledJson` shuffles.
    return Object.fromEntries([...Object.entries(other), ...keyEntries]);
  });
}

/** A value for a key attribute, which is never empty. */
export function keyValue(type: 'S' | 'N' | 'B'): Arbitrary<AttributeValue> {
  if (type === 'N') return numberText().map((N) => ({ N }));
  if (type === 'S') return text().map((S) => ({ S: S === '' ? '-' : S }));
  return base64().map((B) => ({ B: B === '' ? 'AA==' : B }));
}

/** Choices for `styledJson`; shrinks towards compact JSON in the given order. */
export function style(): Arbitrary<readonly number[]> {
  return fc.oneof(fc.constant([0]), fc.array(fc.nat(63), { minLength: 1, maxLength: 60 }));
}

/** JSON of a value, with whitespace, escapes and the order of members as the choices say. */
export function styledJson(value: unknown, choices: readonly number[]): string {
  let index = 0;
  const choose = (): number => choices[index++ % choices.length]!;
  const space = (): string => ['', '', '', '', ' ', '\n', '\r\n\t'][choose() % 7]!;
  const write = (json: unknown): string => {
    if (typeof json === 'string') return styledString(json, choose);
    if (json instanceof RawJson) return json.text;
    if (Array.isArray(json)) return `[${json.map(padded).join(',')}${space()}]`;
    if (typeof json !== 'object' || json === null) return JSON.stringify(json);
    const members = Object.entries(json).map(
      ([name, member]) => `${space()}${styledString(name, choose)}${space()}:${padded(member)}`,
    );
    const first = members.length === 0 ? 0 : choose() % members.length;
    const rotated = [...members.slice(first), ...members.slice(0, first)];
    return `{${(choose() % 2 === 0 ? rotated : rotated.reverse()).join(',')}${space()}}`;
  };
  const padded = (json: unknown): string => `${space()}${write(json)}${space()}`;
  return padded(value);
}

/** Goes into `styledJson` as it is, for instance a number in exponent form. */
export class RawJson {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

function styledString(string: string, choose: () => number): string {
  const plain = JSON.stringify(string);
  const way = choose() % 8;
  if (way < 5) return plain;
  const units = Array.from({ length: string.length }, (_, index) => string.charCodeAt(index));
  const escaped = units.map((unit) => {
    const hex = unit.toString(16).padStart(4, '0');
    return `\\u${way === 6 ? hex.toUpperCase() : hex}`;
  });
  if (way > 5) return `"${escaped.join('')}"`;
  return `"${escaped.slice(0, 1).join('')}${JSON.stringify(string.slice(1)).slice(1)}`;
}

function scalar(): Arbitrary<AttributeValue> {
  const set = <T>(element: Arbitrary<T>) => fc.array(element, { minLength: 1, maxLength: 4 });
  return fc.oneof(
    text().map((S) => ({ S })),
    numberText().map((N) => ({ N })),
    base64().map((B) => ({ B })),
    fc.boolean().map((BOOL) => ({ BOOL })),
    fc.constant({ NULL: true } as const),
    set(text()).map((SS) => ({ SS })),
    set(numberText()).map((NS) => ({ NS })),
    set(base64()).map((BS) => ({ BS })),
  );
}

function attributes(value: Arbitrary<AttributeValue>): Arbitrary<Item> {
  return fc
    .uniqueArray(fc.tuple(attributeName(), value), { selector: ([name]) => name, maxLength: 5 })
    .map((entries) => Object.fromEntries(entries));
}
