import { describe, expect, test } from '@jest/globals';
import { BinaryHeap } from '../../support/binary-heap.ts';
import { drawBelow, drawFrom, seededRandom } from '../../support/seeded-random.ts';

const draw = (seed: number, count: number) => {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => random());
};

describe('seededRandom()', () => {
  test('gives the same numbers for the same seed, and others for the next', () => {
    expect(draw(1, 5)).toEqual(draw(1, 5));
    const firsts = Array.from({ length: 100 }, (_, seed) => draw(seed, 1)[0]);
    expect(new Set(firsts).size).toBe(100);
  });

  test('spreads evenly over [0, 1)', () => {
    const tenths = Array<number>(10).fill(0);
    for (const number of draw(3, 10_000)) tenths[Math.floor(number * 10)]!++;
    expect(tenths.map((count) => Math.round(count / 250))).toEqual(Array(10).fill(4));
  });
});

describe('drawFrom() and drawBelow()', () => {
  test.each([
    [[3, 3], 3, 3],
    [[1, 4], 1, 4],
    [[Infinity, Infinity], Infinity, Infinity],
  ] as const)('keep to %j', (range, min, max) => {
    const random = seededRandom(5);
    const drawn = Array.from({ length: 200 }, () => drawFrom(random, range));
    expect([Math.min(...drawn), Math.max(...drawn)]).toEqual([min, max]);
    const below = new Set(Array.from({ length: 200 }, () => drawBelow(random, 3)));
    expect([...below].sort()).toEqual([0, 1, 2]);
  });
});

describe('BinaryHeap', () => {
  test('gives its elements in order, also after a sift', () => {
    const heap = new BinaryHeap<number>((a, b) => a < b);
    const numbers = draw(9, 500).map((number) => Math.floor(number * 100));
    for (const number of numbers) heap.push(number);
    heap.sift((number) => number % 3 !== 0);
    const got: number[] = [];
    for (let number = heap.pop(); number !== undefined; number = heap.pop()) got.push(number);
    expect(got).toEqual(numbers.filter((number) => number % 3 !== 0).sort((a, b) => a - b));
  });
});
