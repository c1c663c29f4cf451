import { describe, expect, test } from '@jest/globals';
import { LatencyReader, writeMark } from '../../bench/latency-drain.ts';

const written = 1_700_000_000_000;
const mark = (number: number) => `"writtenAt":"${written + number}.${number}"`;

/** What is read of a text that comes in pieces of this size, at a time of its own each. */
function read(text: string, pieceBytes = text.length): number[] {
  const reader = new LatencyReader();
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    reader.push(bytes.subarray(at, at + pieceBytes), written + 100);
  }
  return reader.latenciesMs;
}

/** Behind every document follows its checkpoint. */
const checkpoint = `{"checkpoint":{"state":{"updated":{},"mergePatch":true}}}\n`;

describe('LatencyReader', () => {
  test.each([
    [
      'of this connector',
      `{"captured":{"binding":0,"doc":{"pk":"a",${mark(1)},"_meta":{"op":"c","snapshot":false}}}}\n`,
    ],
    [
      'of one that writes "_meta" first and no "snapshot"',
      `{"captured":{"doc":{"_meta":{"op":"c","eventId":"x"},"pk":"a",${mark(1)}}}}\n`,
    ],
    ['in a protobuf frame', `\u0005\u0000\u0000\u00002\u0003{"pk":"a",${mark(1)}}`],
    ['with spaces', `{"captured":{"doc":{"writtenAt": "${written + 1}.1"}}}\n`],
  ])('reads a document %s', (_, document) => {
    expect(read(`${document}${checkpoint}`)).toEqual([99]);
  });

  test('reads each write once, however its bytes come', () => {
    const documents = [1, 2, 3, 2, 1].map((number) => `{"doc":{"a":1,${mark(number)}}}\n`);
    const text = `${documents.join('')}${checkpoint}`;
    for (let pieceBytes = 1; pieceBytes < 80; pieceBytes += 1) {
      expect([pieceBytes, read(text, pieceBytes)]).toEqual([pieceBytes, [99, 98, 97]]);
    }
  });

  test('reads what writers write', () => {
    const reader = new LatencyReader();
    reader.push(Buffer.from(`{"writtenAt":"${writeMark(7)}"}${checkpoint}`), Date.now() + 5);
    expect(reader.latenciesMs).toHaveLength(1);
  });
});
