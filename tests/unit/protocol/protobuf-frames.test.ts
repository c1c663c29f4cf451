import { describe, expect, test } from '@jest/globals';
import { protobufFrames } from '../../../protocol/protobuf-frames.ts';
import { ProtocolError } from '../../../protocol/protocol-error.ts';
import { responseBytesMax } from '../../../protocol/responses.ts';
import { collect, inputOf } from '../../support/byte-input.ts';
import { encodeRequest } from '../../support/request-encoder.ts';

const read = (...pieces: Uint8Array[]) => collect(protobufFrames.requests(inputOf(...pieces)));
const hex = (digits: string) => Buffer.from(digits.replaceAll(' ', ''), 'hex');
const spec = hex('02000000 0a00');

describe('protobufFrames.requests()', () => {
  test.each<[string, Uint8Array[], object[]]>([
    ['nothing', [], []],
    [
      'several frames in one piece',
      [Buffer.concat([spec, spec])],
      [{ kind: 'spec' }, { kind: 'spec' }],
    ],
    ['a frame in single bytes', [...spec].map((byte) => Uint8Array.of(byte)), [{ kind: 'spec' }]],
    [
      'past unknown fields, and known ones of another wire type',
      // In acknowledge: field 9 (varint), 10 (8 bytes), 11 (group), 12 (4 bytes), 1 (4 bytes), then 1 = 300.
      [hex('1e000000 321c 4801 51 0000000000000000 5b0801 5c 65 00000000 0d 00000000 08ac02')],
      [{ kind: 'acknowledge', checkpoints: 300 }],
    ],
    [
      'lengths and numbers in padded varints',
      [hex('0a000000 3285808000 08ac828000')],
      [{ kind: 'acknowledge', checkpoints: 300 }],
    ],
    [
      'bindings whose collections are in a table with a field number of tomorrow',
      // In apply, the capture: a binding with a resource path, one without anything, then field 99.
      [hex('0e000000 220c 0a0a 220312016b 2200 9a0600')],
      [
        expect.objectContaining({
          capture: expect.objectContaining({
            bindings: [
              expect.objectContaining({ resourcePath: ['k'] }),
              expect.objectContaining({ resourcePath: [] }),
            ],
          }),
        }),
      ],
    ],
    [
      'an empty JSON field as absent',
      [hex('04000000 1202 1200')],
      [{ kind: 'discover', config: {}, createdAt: '' }],
    ],
  ])('reads %s', async (_, pieces, want) => {
    const got = await read(...pieces);
    expect(got).toEqual(want);
  });

  test.each<[string, Uint8Array[], string]>([
    [
      'input that ends inside a length',
      [spec, hex('0200')],
      'Input ends inside a frame, after 2 bytes of its length',
    ],
    [
      'input that ends inside a message',
      [spec, hex('02000000 0a')],
      'Input ends inside a frame, after 1 bytes of its 2 bytes',
    ],
    [
      'input that ends after a length',
      [hex('02000000')],
      'Input ends inside a frame, after 0 bytes of its 2 bytes',
    ],
    [
      'a field that is longer than its message',
      [hex('02000000 0a05')],
      'Request frame 1 is not valid: not a protobuf message',
    ],
    [
      'bytes that are no fields',
      [spec, hex('02000000 ffff')],
      'Request frame 2 is not valid: not a protobuf message',
    ],
    [
      'a JSON field that is not JSON',
      [hex('05000000 1203 12017b')],
      'Request frame 1 is not valid: field "config" is not valid JSON, of 1 characters',
    ],
    [
      'an empty message',
      [hex('00000000')],
      'Request has none of the kinds "spec", "discover", "validate", "apply", "open", "acknowledge"',
    ],
    ['two kinds', [hex('04000000 0a00 2a00')], 'Request has two kinds, "spec" and "open"'],
    [
      'JSON lines',
      [Buffer.from('{"spec":{}}\n')],
      'Request frame of 1886593659 bytes is over the limit of 524288000 bytes; is the input JSON?',
    ],
  ])('refuses %s', async (_, pieces, want) => {
    await expect(read(...pieces)).rejects.toThrow(new ProtocolError(want));
  });

  test('gives a request before it reads on', async () => {
    const requests = protobufFrames.requests(inputOf(spec, hex('00')));
    const got = await requests.next();
    expect(got).toEqual({ done: false, value: { kind: 'spec' } });
  });

  test('reads numbers of all 32 bits', async () => {
    const range = { keyBegin: 1, keyEnd: 4294967295, rClockBegin: 2147483648, rClockEnd: 0 };
    const [got] = await read(encodeRequest('proto', { open: { capture: {}, range } }));
    expect(got).toMatchObject({ range });
  });
});

describe('protobufFrames.encode()', () => {
  test('refuses a response that Flow would refuse', () => {
    const updated = 'x'.repeat(responseBytesMax);
    const response = { kind: 'checkpoint', state: { updated, mergePatch: true } } as const;
    expect(() => protobufFrames.encode(response)).toThrow(
      new ProtocolError('Response of 67108883 bytes is over the limit of 67108864 bytes'),
    );
  });
});

describe('protobufFrames.documentFraming()', () => {
  test.each<[number, string]>([
    [0, '00000000 32 0000 12 0000'],
    [127, '00000000 32 0000 087f 12 0000'],
    [128, '00000000 32 0000 088001 12 0000'],
    [300_000, '00000000 32 0000 08e0a712 12 0000'],
  ])('leaves room for the lengths of binding %d', (binding, want) => {
    const { head, tail } = protobufFrames.documentFraming(binding);
    expect(Buffer.from(head)).toEqual(hex(want));
    expect(tail).toEqual(new Uint8Array(0));
  });

  test.each<[number, number, string]>([
    [1, 0, '06000000 32 04 0801 12 00'],
    [1, 122, '80000000 32 7e 0801 12 7a'],
    [1, 123, '81000000 32 7f 0801 12 7b'],
    [1, 124, '83000000 32 8001 0801 12 7c'],
    [1, 127, '86000000 32 8301 0801 12 7f'],
    [1, 128, '88000000 32 8501 0801 12 8001'],
    [0, 128, '86000000 32 8301 12 8001'],
    [1, 16_383, '08400000 32 848001 0801 12 ff7f'],
    [1, 16_384, '0a400000 32 868001 0801 12 808001'],
    [1, 2_097_151, '0a002000 32 85808001 0801 12 ffff7f'],
    [1, 3_000_000, 'ccc62d00 32 c78db701 0801 12 c08db701'],
  ])(
    'seal() of binding %d writes the lengths of a document of %d bytes, and nothing else',
    (binding, length, want) => {
      const framing = protobufFrames.documentFraming(binding);
      const { head } = framing;
      const start = 3;
      const end = start + head.length + length;
      const bytes = Buffer.alloc(end + 8, 0xee);
      bytes.set(head, start);
      const document = Buffer.from(Array.from({ length }, (_, index) => index % 251));
      bytes.set(document, start + head.length);
      const sealedEnd = framing.seal(bytes, start, end);
      const documentStart = sealedEnd - length;
      expect(bytes.subarray(start, documentStart)).toEqual(hex(want));
      expect(bytes.subarray(documentStart, sealedEnd).equals(document)).toBe(true);
      expect(bytes.subarray(0, start)).toEqual(hex('eeeeee'));
      expect(bytes.subarray(Math.max(end, sealedEnd)).every((byte) => byte === 0xee)).toBe(true);
    },
  );

  test('seal() refuses a document that Flow would refuse', () => {
    const framing = protobufFrames.documentFraming(0);
    const bytes = new Uint8Array(0);
    expect(() => {
      framing.seal(bytes, 10, 15 + responseBytesMax);
    }).toThrow(new ProtocolError('Response of 67108869 bytes is over the limit of 67108864 bytes'));
  });
});
