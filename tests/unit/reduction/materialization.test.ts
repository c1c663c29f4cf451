import { describe, expect, test } from '@jest/globals';
import {
  Collection,
  combineDocuments,
  Combiner,
  Materialization,
  type JsonValue,
} from '../../../connector/reduction/reduction.ts';

const appending = new Collection({
  schema: {
    reduce: { strategy: 'merge' },
    properties: { log: { type: 'array', reduce: { strategy: 'append' } } },
  },
  key: ['/id'],
});
const logged = (id: JsonValue, ...log: JsonValue[]): JsonValue => ({ id, log });

const deleting = new Collection({
  schema: {
    if: { required: ['gone'] },
    then: { reduce: { strategy: 'lastWriteWins', delete: true } },
  },
  key: ['/id'],
});

describe('Collection.packKey()', () => {
  const two = new Collection({ schema: {}, key: ['/a~1b', '/c/0'], keyDefaults: ['x'] });
  test.each<[document: JsonValue, want: string]>([
    [{ 'a/b': 'k', c: [1] }, '["k",1]'],
    [{ 'a/b': null, c: [9007199254740993n] }, '[null,9007199254740993]'],
    [{ c: [1e18] }, '["x",1000000000000000000]'],
    [{}, '["x",null]'],
  ])('of %j', (document, want) => {
    expect(two.packKey(document)).toBe(want);
  });

  test('refuses a key that is no pointer', () => {
    expect(() => new Collection({ schema: {}, key: ['id'] })).toThrow(
      'Cannot reduce at "id": a key must be a JSON pointer',
    );
  });
});

describe('combineDocuments()', () => {
  test('leaves the first document of a key alone and combines the others, in key order', () => {
    const documents = [
      logged('b', 1),
      logged('a', 2),
      logged('b', 3),
      logged('b', 4),
      logged(10, 5),
    ];
    expect(combineDocuments(appending, documents)).toEqual([
      ...[logged(10, 5), logged('a', 2), logged('b', 1), logged('b', 3, 4)],
    ]);
  });

  test('keeps the order of a key through many compactions', () => {
    const documents = Array.from({ length: 1000 }, (_, index) => logged(index % 7, index));
    const got = combineDocuments(appending, documents);
    const want = [0, 1, 2, 3, 4, 5, 6].flatMap((id) => {
      const [first, ...others] = [...documents.keys()].filter((index) => index % 7 === id);
      return [logged(id, first!), logged(id, ...others)];
    });
    expect(got).toEqual(want);
  });

  test('throws for a document that is not valid, though nothing is reduced', () => {
    expect(() => combineDocuments(appending, [{ id: 1, log: 'x' }])).toThrow(
      'Cannot reduce at "/log": the document must be array',
    );
  });
});

test('Combiner.drain() leaves the combiner empty', () => {
  const combiner = new Combiner(appending, { isFull: true });
  combiner.add(logged('a', 2));
  combiner.add(logged('a', 1), true);
  const want = { packedKey: '["a"]', document: logged('a', 1, 2), exists: true, deleted: false };
  expect(combiner.drain()).toEqual([want]);
  expect(combiner.drain()).toEqual([]);
});

describe('Materialization', () => {
  const rowsAfter = (hardDelete: boolean, ...transactions: JsonValue[][]) => {
    const materialization = new Materialization(deleting, { hardDelete });
    for (const transaction of transactions) materialization.store(transaction);
    return Object.fromEntries(materialization.rows());
  };
  const row = { id: 1, v: 1 };
  const gone = { id: 1, gone: true };

  test.each<[name: string, transactions: JsonValue[][], hard: object, soft: object]>([
    ['a row', [[row]], { '[1]': row }, { '[1]': row }],
    ['a deleted row', [[row], [gone]], {}, { '[1]': gone }],
    ['a row that came and went', [[row, gone]], {}, { '[1]': gone }],
    ['a delete that finds no row', [[gone]], { '[1]': gone }, { '[1]': gone }],
    ['a row that went and came', [[row], [gone, row]], { '[1]': row }, { '[1]': row }],
  ])('holds %s', (_name, transactions, hard, soft) => {
    expect(rowsAfter(true, ...transactions)).toEqual(hard);
    expect(rowsAfter(false, ...transactions)).toEqual(soft);
  });

  test('reduces into the rows of earlier transactions', () => {
    const materialization = new Materialization(appending, { hardDelete: true });
    materialization.store([logged('a', 1), logged('b', 2)]);
    materialization.store([logged('b', 3), logged('b', 4)]);
    expect([...materialization.rows()]).toEqual([
      ['["a"]', logged('a', 1)],
      ['["b"]', logged('b', 2, 3, 4)],
    ]);
  });

  test('keeps its rows when a transaction fails', () => {
    const materialization = new Materialization(appending, { hardDelete: true });
    materialization.store([logged('a', 1)]);
    const act = () => {
      materialization.store([logged('a', 2), { id: 'b', log: 3 }]);
    };
    expect(act).toThrow('Cannot reduce at "/log": the document must be array');
    expect([...materialization.rows().values()]).toEqual([logged('a', 1)]);
  });
});
