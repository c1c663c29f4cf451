/** The demo's tables and their items: every attribute type, three kinds of key, the same items for the same seed. */

import type { AttributeValue, Item, KeyDefinition } from '../support/dynamodb-calls.ts';
import { drawBelow, drawFrom, seededRandom } from '../support/seeded-random.ts';

/** One item in so many is a big one: 300 KB, near DynamoDB's limit of 400 KB. */
const bigItemEvery = 1000;
const bigItemBytes = 300_000;
/** One item in so many has names and numbers that other connectors trip over. */
const oddItemEvery = 40;
const ordersPerCustomer = 5;

export interface DemoTable {
  readonly name: string;
  readonly key: readonly KeyDefinition[];
  /** The key of item number `ordinal`. */
  keyOf(ordinal: number): Item;
}

export const demoTables: readonly DemoTable[] = [
  {
    name: 'customers',
    key: [{ name: 'email', type: 'S' }],
    keyOf: (ordinal) => ({ email: { S: emailOf(ordinal) } }),
  },
  {
    name: 'orders',
    key: [
      { name: 'customer', type: 'N' },
      { name: 'placedAt', type: 'S' },
    ],
    keyOf: (ordinal) => ({
      customer: { N: customerNumber(Math.floor(ordinal / ordersPerCustomer)) },
      placedAt: { S: dayText(ordinal) },
    }),
  },
  {
    name: 'devices',
    key: [{ name: 'serial', type: 'B' }],
    keyOf: (ordinal) => ({ serial: { B: serialOf(ordinal) } }),
  },
];

/** A version of an item: the attributes follow from seed, table, ordinal and change, and from nothing else. */
export interface ItemVersion {
  readonly table: DemoTable;
  readonly ordinal: number;
  readonly seed: number;
  /** The change that wrote it; 0 for what was loaded. */
  readonly change: number;
}

export function itemOf({ table, ordinal, seed, change }: ItemVersion): Item {
  const salt = demoTables.indexOf(table) * 7_919 + change * 104_729;
  const random = seededRandom(seed * 1_000_003 + ordinal * 31 + salt);
  const attributes = new Map<string, AttributeValue>([
    ['ordinal', { N: String(ordinal) }],
    ['change', { N: String(change) }],
    ['name', { S: wordsOf(random, 3) }],
    ['balance', { N: decimalOf(random) }],
    ['active', { BOOL: random() < 0.7 }],
    ['photo', { B: bytesOf(random, 48) }],
    ['tags', { SS: distinct(drawFrom(random, [1, 4]), (at) => `${wordsOf(random, 1)}-${at}`) }],
    ['scores', { NS: distinct(3, (at) => scoreOf(random, at)) }],
    ['digests', { BS: distinct(2, (at) => serialOf(at * 1000 + drawBelow(random, 1000))) }],
    ['address', addressOf(random)],
    ['lines', { L: distinct(drawFrom(random, [0, 3]), (at) => lineOf(random, at)) }],
  ]);
  // An attribute comes and goes, so that a stale one would show.
  if (random() < 0.5) attributes.set('note', { S: wordsOf(random, drawFrom(random, [0, 12])) });
  if (ordinal % bigItemEvery === bigItemEvery - 1) attributes.set('document', bigText(random));
  if (ordinal % oddItemEvery === 0) addOddities(attributes, random);
  return { ...Object.fromEntries(attributes), ...table.keyOf(ordinal) };
}

/** What is legal in DynamoDB, and seldom expected. */
function addOddities(attributes: Map<string, AttributeValue>, random: () => number): void {
  attributes
    .set('__proto__', { S: 'a name like any other' })
    .set('_meta', { M: { from: { S: 'the item' }, count: { N: '2' } } })
    .set('path/with~signs', { S: '' })
    .set('ünïcödé ☃ 🦜', { S: 'quote " backslash \\ newline \n' })
    .set('digits38', { N: `0.${String(drawFrom(random, [1, 9])).repeat(38)}` })
    .set('integer20', { N: '18446744073709551615' })
    .set('beyond64', { N: '18446744073709551617' })
    .set('huge', { N: '9.9999999999999999999999999999999999999E125' })
    .set('tiny', { N: '-1E-130' })
    .set('nothing', { NULL: true })
    .set('emptyMap', { M: {} })
    .set('emptyBytes', { B: '' });
}

function addressOf(random: () => number): AttributeValue {
  return {
    M: {
      street: { S: wordsOf(random, 2) },
      number: { N: String(drawFrom(random, [1, 400])) },
      isDeliverable: { BOOL: random() < 0.9 },
      floor: { NULL: true },
      position: { L: [{ N: decimalOf(random) }, { N: decimalOf(random) }] },
    },
  };
}

function lineOf(random: () => number, at: number): AttributeValue {
  return {
    M: {
      sku: { S: `sku-${at}-${drawBelow(random, 100_000)}` },
      price: { N: decimalOf(random) },
      options: { L: [{ S: wordsOf(random, 1) }, { BOOL: true }, { M: {} }] },
    },
  };
}

function bigText(random: () => number): AttributeValue {
  const paragraph = `${wordsOf(random, 40)}\n`;
  return { S: paragraph.repeat(Math.ceil(bigItemBytes / paragraph.length)).slice(0, bigItemBytes) };
}

function emailOf(ordinal: number): string {
  const odd = ['', '+shop', '/uk', '~old', '"q"', ' ß', '.🦊'][ordinal % 7] ?? '';
  return `customer.${ordinal}${odd}@example.com`;
}

/** Whole, negative, fractional, and with more digits than a double has. */
function customerNumber(customer: number): string {
  const long = `12345678901234567890123456${String(customer).padStart(9, '0')}`;
  return [String(customer), String(-1 - customer), `${customer}.5`, long][customer % 4] ?? long;
}

function dayText(ordinal: number): string {
  const year = 2020 + (ordinal % ordersPerCustomer);
  return `${year}-${String(1 + (ordinal % 12)).padStart(2, '0')}-01T00:00:00Z`;
}

function serialOf(ordinal: number): string {
  const bytes = Buffer.alloc(6);
  bytes.writeUInt32BE(Math.imul(ordinal, 0x9e3779b1) >>> 0, 0);
  bytes.writeUInt16LE(ordinal & 0xffff, 4);
  return bytes.toString('base64');
}

const words =
  'amber basil cedar delta ember fjord grove harbour iris jasper kelp linden maple north opal'.split(
    ' ',
  );

function wordsOf(random: () => number, count: number): string {
  return Array.from({ length: count }, () => words[drawBelow(random, words.length)]).join(' ');
}

function decimalOf(random: () => number): string {
  const cents = drawFrom(random, [-500_000, 5_000_000]);
  return String(cents / 100);
}

/** Distinct for distinct `at`. */
function scoreOf(random: () => number, at: number): string {
  return String((at * 100_000 + drawBelow(random, 100_000)) / 100);
}

function bytesOf(random: () => number, count: number): string {
  return Buffer.from(Array.from({ length: count }, () => drawBelow(random, 256))).toString(
    'base64',
  );
}

function distinct<T>(count: number, make: (at: number) => T): T[] {
  return Array.from({ length: count }, (_, at) => make(at));
}
