import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { sourcedSchema } from '../../../connector/discovery/discovery.ts';
import type { KeyAttribute } from '../../../connector/table.ts';
import {
  createTranscoder,
  type DeclaredLocation,
  Locations,
  locationsMax,
  mapLocationsMax,
  type NumberForm,
} from '../../../connector/transcoder/transcoder.ts';
import { type AttributeValue, style, styledJson } from '../../support/attribute-arbitraries.ts';
import { Shape, type SourcedSchema } from '../../support/flow-inference.ts';
import { bytesOf, documentsOf, framing, pageMeta, recordRules } from './transcoder-fixtures.ts';

const key: readonly KeyAttribute[] = [{ name: 'pk', type: 'S' }];
type Style = Parameters<typeof styledJson>[1];

/** A collection as Flow sees it: the documents of each page, and what the connector says of them. */
class Table {
  readonly shape = new Shape();
  /** All that was said. */
  readonly told: SourcedSchema[] = [];
  locations = new Locations(key);
  readonly #numbers: NumberForm;
  readonly #state: Record<string, string> = {};

  constructor(numbers: NumberForm = 'exact') {
    this.#numbers = numbers;
  }

  scan(items: readonly object[], how?: Style): this {
    const page = { Items: items.map((item, index) => ({ pk: { S: `k${index}` }, ...item })) };
    const body = how === undefined ? JSON.stringify(page) : styledJson(page, how);
    this.#commit(documentsOf(this.#transcoder().items(bytesOf(body), pageMeta)));
    return this;
  }

  records(records: readonly object[]): this {
    const body = JSON.stringify({ Records: records, NextShardIterator: 'x' });
    this.#commit(documentsOf(this.#transcoder().records(bytesOf(body), pageMeta, recordRules)));
    return this;
  }

  /** A new process, with the state of the old one. */
  restart(): this {
    this.locations = new Locations(key, Object.entries(this.#state));
    this.#tell(this.locations.declared());
    return this;
  }

  #transcoder() {
    return createTranscoder({ key, framing, numbers: this.#numbers, locations: this.locations });
  }

  #commit(documents: readonly string[]): void {
    const learned = this.locations.takeLearned();
    Object.assign(this.#state, learned?.facts);
    this.#tell(learned?.declared ?? []);
    for (const document of documents) this.shape.widen(document);
  }

  #tell(declared: readonly DeclaredLocation[]): void {
    if (declared.length === 0) return;
    const schema = sourcedSchema(key, declared) as SourcedSchema;
    this.told.push(schema);
    this.shape.union(schema);
  }
}

const s = (text: string): AttributeValue => ({ S: text });
const n = (text: string): AttributeValue => ({ N: text });

const quotient = '0.33333333333333333333333333333333333333';
const beyond64Bits = '18446744073709551617';

describe('locations', () => {
  test.each<[values: readonly AttributeValue[], want: string]>([
    [[s('01234'), s('94105')], 'string'],
    [[s('12e4')], 'string'],
    [[s('+15551234567')], 'string'],
    [[s('NaN')], 'string'],
    [[s('.-5')], 'string'],
    [[{ B: '1234' }], 'string'],
    [[s('2026-08-21')], 'string (date)'],
    [[s('2026-08-21T10:00:00.000Z')], 'string (date-time)'],
    [[s('12345678-1234-1234-1234-123456789012')], 'string (uuid)'],
    [[s('5'), n('7')], 'integer|string'],
    [[n('1'), n('2')], 'integer'],
    [[n('1'), n('2.5')], 'number'],
    [[n('1'), n(beyond64Bits)], 'integer|string (integer)'],
    [[n(beyond64Bits), n('-5')], 'integer|string (integer)'],
    [[n('1'), n(quotient)], 'number|string (number)'],
    [[n('2.5'), n(quotient)], 'number|string (number)'],
    [[n('2.5'), n(beyond64Bits)], 'number|string (number)'],
    [[n(beyond64Bits), n('2.5')], 'number|string (number)'],
    [[n('1e20'), n(beyond64Bits)], 'number|string (number)'],
    [[n(quotient), s('7')], 'number|string'],
  ])('of %j are told so that Flow infers %s', (values, want) => {
    const pages = new Table();
    for (const value of values) pages.scan([{ a: value }]);
    expect(pages.shape.at('a').toString()).toBe(want);
    const page = new Table().scan(values.map((value) => ({ a: value })));
    expect(page.shape.at('a').toString()).toBe(want);
    const inMap = new Table().scan(values.map((value) => ({ m: { M: { a: value } } })));
    expect(inMap.shape.at('m', 'a').toString()).toBe(want);
  });

  test.each<[numbers: NumberForm, want: string]>([
    ['double', 'number'],
    ['string', 'number|string (number)'],
  ])('of numbers as %s infer %s whatever the digits', (numbers, want) => {
    const table = new Table(numbers);
    for (const value of ['1.5', beyond64Bits, quotient, '3']) table.scan([{ a: n(value) }]);
    expect(table.shape.at('a').toString()).toBe(want);
  });

  test('are told once, with the key and what each document has, and again after a start', () => {
    const table = new Table().scan([{ zip: s('01234'), m: { M: { 'a/b~': s('5') } } }]);
    table.scan([{ zip: s('7'), m: { M: { 'a/b~': s('6') } } }]).scan([{ x: s('1') }]);
    const text = { type: 'string' };
    const schemaOf = (...paths: readonly string[][]) =>
      sourcedSchema(
        key,
        paths.map((path) => ({ path, type: text })),
      );
    expect(table.told).toEqual([schemaOf(['zip'], ['m', 'a/b~']), schemaOf(['x'])]);
    table.restart();
    expect(table.told[2]).toEqual(schemaOf(['zip'], ['m', 'a/b~'], ['x']));
    table.scan([{ zip: s('7') }]);
    expect(table.told.length).toBe(3);
  });

  test('lie in old images too, and where an attribute named _meta goes', () => {
    const change = (images: object) => ({
      eventID: 'e',
      eventName: 'MODIFY',
      dynamodb: {
        ApproximateCreationDateTime: 1787306400,
        Keys: { pk: s('5') },
        SequenceNumber: '100000000000000000001',
        ...images,
      },
    });
    const table = new Table().records([
      change({
        NewImage: { pk: s('5'), _meta: { M: { zip: s('1') } }, a: n('2.5') },
        OldImage: { pk: s('5'), zip: s('01234'), a: n(beyond64Bits) },
      }),
    ]);
    const { shape } = table;
    const before = ['_meta', 'before'];
    expect(shape.at('pk').toString()).toBe('string');
    expect(shape.at(...before, 'pk').toString()).toBe('string');
    expect(shape.at(...before, 'zip').toString()).toBe('string');
    expect(shape.at('zip').toString()).toBe('');
    expect(shape.at('_meta', 'attribute', 'zip').toString()).toBe('string');
    expect(shape.at(...before, 'a').toString()).toBe('string (integer)');
    expect(shape.at('a').toString()).toBe('number');
  });

  test('of items of lists are none', () => {
    const inList = { L: [s('1'), { M: { a: s('2'), b: n(quotient) } }, { L: [n('0.5')] }] };
    const table = new Table().scan([{ list: inList, set: { SS: ['1'] } }]);
    expect(table.told).toEqual([]);
  });

  test('are limited, in each map, below an item, and in all', () => {
    const table = new Table();
    const numbered = (count: number, prefix: string) =>
      Object.fromEntries(Array.from({ length: count }, (_, id) => [`${prefix}${id}`, s('1')]));
    const toldIn = (name: string) =>
      Object.keys(table.told.at(-1)?.properties?.[name]?.properties ?? {}).length;
    // A map whose names are data: it is told of a thousand, and takes nothing from other maps.
    table.scan([{ ids: { M: numbered(mapLocationsMax + 500, 'i') } }]);
    expect([toldIn('ids'), table.locations.isFull]).toEqual([mapLocationsMax, true]);
    const known = table.told.length;
    table.scan([{ ids: { M: numbered(20, 'other') } }, { ids: { M: { i0: n('2.5') } } }]);
    expect(table.told.length).toBe(known);
    table.scan([{ address: { M: { zip: s('01234') } }, zip: s('01234') }]);
    expect(table.shape.at('address', 'zip').toString()).toBe('string');
    expect(table.shape.at('zip').toString()).toBe('string');
    for (let map = 0; map < 6; map++) table.scan([{ [`m${map}`]: { M: numbered(900, 'x') } }]);
    expect(toldIn('m5')).toBe(0);
    const wide = numbered(locationsMax, 'w');
    table.scan([wide]).scan([wide]);
    expect(Object.keys(table.told.at(-1)?.properties ?? {}).length).toBeLessThan(locationsMax);
  });

  test('of a map that is full are known after a restart as they were', () => {
    const table = new Table();
    const ids = Object.fromEntries(
      Array.from({ length: mapLocationsMax + 1 }, (_, id) => [`i${id}`, s('1')]),
    );
    table.scan([{ ids: { M: ids } }]).restart();
    const [first, again] = table.told;
    expect(again).toEqual(first);
    table.scan([{ ids: { M: { new: s('1'), i0: s('2') } }, zip: s('3') }]);
    expect(Object.keys(table.told.at(-1)?.properties ?? {})).toEqual(['_meta', 'pk', 'zip']);
  });

  // Names that share a slot, a length, or a beginning with others.
  const names = fc.constantFrom(
    'a',
    'b',
    'zip',
    'zap',
    'address_line_1',
    'address_line_2',
    '',
    '"',
  );
  const texts = fc.oneof(
    fc.constantFrom('01234', '12e4', '1.', '.5', '.-5', '-7', '+1', 'NaN', 'Infinity', '1e-3', '0'),
    fc.constantFrom('2026-08-21', '1234e-5', '12345678e-5', 'K1A', '', '\u0031', '5\n'),
    fc.string({
      unit: fc.constantFrom('0', '1', '5', '9', '.', 'e', 'E', '+', '-'),
      maxLength: 14,
    }),
    fc.string({ maxLength: 6 }),
  );
  const numbers = fc.oneof(
    fc.constantFrom(
      '0',
      '1',
      '-5',
      '2.5',
      beyond64Bits,
      quotient,
      '1e20',
      '0.1',
      '123456789012345678',
    ),
    fc.constantFrom('-9223372036854775809', '0.30000000000000004', '1.50', '1E+2', '9e125'),
  );
  const mapsOf = (value: fc.Arbitrary<AttributeValue>) =>
    fc.dictionary(
      names,
      fc.oneof(
        { weight: 3, arbitrary: value },
        { weight: 1, arbitrary: fc.dictionary(names, value).map((M): AttributeValue => ({ M })) },
      ),
      { maxKeys: 5 },
    );
  const pagesOf = (value: fc.Arbitrary<AttributeValue>) =>
    fc.array(
      fc.record({
        items: fc.array(mapsOf(value), { maxLength: 4 }),
        how: fc.option(style(), { nil: undefined }),
        restarts: fc.boolean(),
      }),
      { maxLength: 5 },
    );
  const captured = (
    pages: readonly { items: object[]; how?: Style | undefined; restarts: boolean }[],
    form?: NumberForm,
  ) => {
    const table = new Table(form);
    for (const { items, how, restarts } of pages) {
      table.scan(items, how);
      if (restarts) table.restart();
    }
    return table;
  };
  const leavesOf = (shape: Shape): string[] => [
    ...(shape.types.size > 1 || !shape.types.has('object') ? [shape.toString()] : []),
    ...[...shape.properties].flatMap(([name, inner]) =>
      ['_meta', 'pk'].includes(name) ? [] : leavesOf(inner),
    ),
  ];

  test('never let a string become a number', () => {
    fc.assert(
      fc.property(pagesOf(texts.map(s)), (pages) => {
        const got = leavesOf(captured(pages).shape);
        expect(got.filter((text) => /\((?:integer|number)\)/.test(text))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  test.each<NumberForm>(['exact', 'double', 'string'])(
    'of numbers as %s never have more than one numeric kind',
    (form) => {
      const kinds = [
        ...['', 'integer', 'number', 'string (integer)', 'string (number)'],
        ...['integer|string (integer)', 'number|string (number)'],
      ];
      fc.assert(
        fc.property(pagesOf(numbers.map(n)), (pages) => {
          const { shape } = captured(pages, form);
          const got = leavesOf(shape).map((text) =>
            text.replace('object|', '').replace('|object', ''),
          );
          expect(got.filter((text) => !kinds.includes(text))).toEqual([]);
        }),
        { numRuns: 500 },
      );
    },
  );
});
