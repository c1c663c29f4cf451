import { describe, expect, test } from '@jest/globals';
import { BufferPool } from '../../../connector/buffer-pool.ts';
import { FrameWriter } from '../../../connector/transcoder/frame-writer.ts';

const framing = {
  head: new Uint8Array(),
  tail: new Uint8Array(),
  seal: (_: unknown, __: unknown, end: number) => end,
};

/** Frames of documents `{word{}}`. */
function framesOf(words: readonly string[]) {
  const frames = new FrameWriter(new BufferPool(), framing, 0);
  for (const word of words) {
    frames.open();
    frames.writer.writeAscii(`${word}{`);
    frames.close();
  }
  return frames.finish();
}

describe('Frames.without()', () => {
  const words = ['a', 'bb', 'ccc', 'dddd'];
  test.each<[number[], string[]]>([
    [[], ['abbcccdddd']],
    [[0], ['bbcccdddd']],
    [[3], ['abbccc']],
    [[1], ['a', 'cccdddd']],
    [
      [0, 2],
      ['bb', 'dddd'],
    ],
    [
      [1, 2],
      ['a', 'dddd'],
    ],
    [[0, 1, 2, 3], []],
  ])('leaves out frames %j', (dropped, want) => {
    const pieces = framesOf(words).without(dropped);
    expect(pieces.map((piece) => Buffer.from(piece).toString().replace(/[{}]/g, ''))).toEqual(want);
  });

  test('has no pieces where there are no frames', () => {
    expect(framesOf([]).without([])).toEqual([]);
  });
});
