import { describe, expect, test } from '@jest/globals';
import type { ExportLine } from '../../../connector/repair/export-lines.ts';
import { keyBatches } from '../../../connector/repair/key-batch.ts';
import type { ExportedKey } from '../../../connector/transcoder/transcoder.ts';

/** Batches of two keys each; a line is its key's text. */
async function batches(texts: readonly string[], isPassedOver: (key: ExportedKey) => boolean) {
  const lines = async function* (): AsyncGenerator<ExportLine> {
    for (const [index, text] of texts.entries()) {
      await Promise.resolve();
      yield { bytes: Buffer.from(text), next: { file: 0, line: index + 1 } };
    }
  };
  const readKey = (line: Uint8Array) => ({ text: Buffer.from(line).toString() }) as ExportedKey;
  const all: [string, number][] = [];
  for await (const { keys, next } of keyBatches(lines(), readKey, isPassedOver, () => 2)) {
    all.push([keys.map(({ text }) => text).join(), next.line]);
  }
  return all;
}

describe('keyBatches()', () => {
  test('has a key once in a batch, and goes on behind its last line', async () => {
    const got = await batches(['a', 'a', 'b', 'a', 'c'], () => false);
    expect(got).toEqual([
      ['a,b', 3],
      ['a,c', 5],
    ]);
  });

  test('passes over keys, and goes on behind them', async () => {
    const got = await batches(['r', 'a', 'r', 'b', 'c', 'r'], ({ text }) => text === 'r');
    expect(got).toEqual([
      ['a,b', 4],
      ['c', 6],
    ]);
  });

  test('has no batch of nothing', async () => {
    expect(await batches(['r', 'r'], () => true)).toEqual([]);
  });
});
