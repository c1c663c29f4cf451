import { describe, expect, test } from '@jest/globals';
import { circlesIn } from '../../support/import-circles.ts';

const graphOf = (graph: Record<string, string[]>) => new Map(Object.entries(graph));

describe('circlesIn()', () => {
  test.each<[string, Record<string, string[]>, string[][]]>([
    ['a tree', { a: ['b', 'c'], b: ['c'], c: ['elsewhere'] }, []],
    ['two files', { a: ['b'], b: ['a'] }, [['a', 'b']]],
    ['a file that imports itself', { a: ['a'] }, [['a']]],
    ['a circle below others', { a: ['b'], b: ['c'], c: ['d', 'b'], d: ['b'] }, [['b', 'c', 'd']]],
    [
      'two circles',
      { a: ['b'], b: ['a', 'c'], c: ['d'], d: ['c'] },
      [
        ['c', 'd'],
        ['a', 'b'],
      ],
    ],
  ])('finds those of %s', (_, graph, want) => {
    expect(circlesIn(graphOf(graph))).toEqual(want);
  });
});
