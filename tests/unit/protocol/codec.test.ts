import { describe, expect, test } from '@jest/globals';
import { codecNamed } from '../../../protocol/codec.ts';
import { jsonLines } from '../../../protocol/json-lines.ts';
import { protobufFrames } from '../../../protocol/protobuf-frames.ts';
import { ProtocolError } from '../../../protocol/protocol-error.ts';

describe('codecNamed()', () => {
  test.each([
    [undefined, jsonLines],
    ['', jsonLines],
    ['json', jsonLines],
    ['proto', protobufFrames],
  ])('knows %j', async (name, want) => {
    const got = await codecNamed(name);
    expect(got).toBe(want);
  });

  test.each(['JSON', 'protobuf', 'toString'])('refuses "%s"', async (name) => {
    const want = `FLOW_RUNTIME_CODEC is "${name}"; it must be "json" or "proto"`;
    await expect(codecNamed(name)).rejects.toThrow(new ProtocolError(want));
  });
});
