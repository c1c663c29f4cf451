import { describe, expect, test } from '@jest/globals';
import { protobufFrames } from '../../../protocol/protobuf-frames.ts';
import { jsonLines } from '../../../protocol/json-lines.ts';
import { createTranscoder } from '../../../connector/transcoder/transcoder.ts';
import { createFrameCounter } from '../../bench/frame-counter.ts';

const page = { Items: [1, 2, 3].map((number) => ({ pk: { S: `${number}\n` } })) };
const meta = { epoch: '2026-08-21T10:00:00.000Z', scannedAt: '2026-08-21T10:00:01.000Z' };

describe.each([
  ['json', jsonLines],
  ['proto', protobufFrames],
] as const)('createFrameCounter("%s")', (name, codec) => {
  test('counts documents and other responses, in pieces of any size', () => {
    const framing = codec.documentFraming(0);
    const { bytes } = createTranscoder({ key: [{ name: 'pk', type: 'S' }], framing }).items(
      Buffer.from(JSON.stringify(page)),
      meta,
    );
    const checkpoint = codec.encode({
      kind: 'checkpoint',
      state: { updated: {}, mergePatch: true },
    });
    const output = Buffer.concat([checkpoint, bytes, checkpoint]);
    const got = [1, 2, 3, 5, output.length].map((pieceBytes) => {
      const counter = createFrameCounter(name);
      for (let at = 0; at < output.length; at += pieceBytes) {
        counter.push(output.subarray(at, at + pieceBytes));
      }
      return [counter.documents, counter.others, counter.bytes];
    });
    const want = [3, 2, output.length];
    expect(got).toEqual([want, want, want, want, want]);
  });
});
