import { describe, expect, test } from '@jest/globals';
import { ByteQueue } from '../../../protocol/byte-queue.ts';

function queueOf(...pieces: string[]): ByteQueue {
  const queue = new ByteQueue();
  for (const piece of pieces) queue.push(Buffer.from(piece));
  return queue;
}

describe('ByteQueue', () => {
  // Pieces, how many bytes are taken in turn, what they are.
  const cases: [string[], number[], string[]][] = [
    [['abc'], [3], ['abc']],
    [['abc'], [1, 1, 1], ['a', 'b', 'c']],
    [
      ['ab', 'cd'],
      [1, 2, 1],
      ['a', 'bc', 'd'],
    ],
    [
      ['ab', 'cd', 'ef'],
      [2, 4],
      ['ab', 'cdef'],
    ],
    [
      ['ab', 'cd', 'ef'],
      [5, 1],
      ['abcde', 'f'],
    ],
    [
      ['', 'ab', ''],
      [0, 2, 0],
      ['', 'ab', ''],
    ],
    [[], [0], ['']],
  ];
  test.each(cases)('take() joins %j to %j', (pieces, counts, want) => {
    const queue = queueOf(...pieces);
    const got = counts.map((count) => Buffer.from(queue.take(count)).toString());
    expect(got).toEqual(want);
    expect(queue.length).toBe(0);
  });

  test('length counts what was not taken', () => {
    const queue = queueOf('ab', 'cd', 'ef');
    queue.take(3);
    expect(queue.length).toBe(3);
    queue.push(Buffer.from('g'));
    expect(queue.length).toBe(4);
  });

  test('take() throws when there are too few bytes, and takes none', () => {
    const queue = queueOf('ab', 'cd');
    expect(() => queue.take(5)).toThrow(new RangeError('Cannot take 5 of 4 bytes'));
    expect(Buffer.from(queue.take(4)).toString()).toBe('abcd');
  });
});
