import { describe, expect, test } from '@jest/globals';
import { Emitter } from '../../../connector/capture/emitter.ts';

/** An output whose writes end when told to. */
function heldSink() {
  const writes: string[][] = [];
  const release: (() => void)[] = [];
  const write = (pieces: readonly Uint8Array[]) => {
    writes.push(pieces.map((piece) => Buffer.from(piece).toString()));
    return new Promise<void>((resolve) => release.push(resolve));
  };
  return { sink: { write }, writes, release };
}

const bytes = (text: string) => Buffer.from(text);
const encode = (patch: object) => bytes(JSON.stringify(patch));

describe('Emitter', () => {
  test('emit() writes documents and their checkpoint in one piece', async () => {
    const { sink, writes, release } = heldSink();
    const emitted = new Emitter(sink, encode).emit({
      frames: [bytes('one '), bytes('two ')],
      patch: { at: 2 },
    });
    release[0]?.();
    await emitted;
    expect(writes).toEqual([['one two {"at":2}']]);
  });

  test('emit() takes its place at once, though an earlier batch is still being written', () => {
    const { sink, writes } = heldSink();
    const emitter = new Emitter(sink, encode);
    for (const name of ['a', 'b', 'c']) void emitter.emit({ frames: [bytes(name)], patch: {} });
    expect(writes).toEqual([['a{}'], ['b{}'], ['c{}']]);
  });

  test('emit() resolves when the output has room again', async () => {
    const { sink, release } = heldSink();
    let isDone = false;
    const emitted = new Emitter(sink, encode).emit({ frames: [], patch: {} }).then(() => {
      isDone = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    const before = isDone;
    release[0]?.();
    await emitted;
    expect([before, isDone]).toEqual([false, true]);
  });

  test('emit() hands large batches over uncopied, in one write', () => {
    const { sink, writes } = heldSink();
    const [large, small] = ['x'.repeat(70_000), 'y'];
    void new Emitter(sink, encode).emit({ frames: [bytes(large), bytes(small)], patch: {} });
    expect(writes).toEqual([[large, small, '{}']]);
  });

  test('emit() rejects when the output does', async () => {
    const sink = { write: () => Promise.reject(new Error('gone')) };
    await expect(new Emitter(sink, encode).emit({ frames: [], patch: {} })).rejects.toThrow('gone');
  });
});
