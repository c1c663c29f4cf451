import { describe, expect, test } from '@jest/globals';
import { jsonLines } from '../../../protocol/json-lines.ts';
import { ProtocolError } from '../../../protocol/protocol-error.ts';
import { responseBytesMax } from '../../../protocol/responses.ts';
import { collect, inputOf } from '../../support/byte-input.ts';

const read = (...pieces: (string | Uint8Array)[]) =>
  collect(jsonLines.requests(inputOf(...pieces)));
const discover = (config: unknown) => ({ kind: 'discover', config, createdAt: '' });

describe('jsonLines.requests()', () => {
  const line = '{"discover":{"config":"é€😀"}}\n';

  test.each<[string, (string | Uint8Array)[], object[]]>([
    ['nothing', [], []],
    ['one line', [line], [discover('é€😀')]],
    ['several lines in one piece', [line + line], [discover('é€😀'), discover('é€😀')]],
    [
      'a last line without its newline',
      [line, '{"spec":{}}'],
      [discover('é€😀'), { kind: 'spec' }],
    ],
    [
      'characters split over pieces',
      [...Buffer.from(line)].map((byte) => Uint8Array.of(byte)),
      [discover('é€😀')],
    ],
    ['blank lines and carriage returns', ['\n \t\r\n', '{"spec":{}}\r\n\n'], [{ kind: 'spec' }]],
    ['empty pieces', ['', '{"spec"', '', ':{}}', '\n', ''], [{ kind: 'spec' }]],
  ])('reads %s', async (_, pieces, want) => {
    const got = await read(...pieces);
    expect(got).toEqual(want);
  });

  test.each<[string, (string | Uint8Array)[], string]>([
    [
      'text that is not JSON',
      ['{"spec":{}}\n\n{"open":secret}\n'],
      'Request line 3 is not valid JSON: 15 bytes',
    ],
    [
      'two messages on a line',
      ['{"spec":{}}{"spec":{}}\n'],
      'Request line 1 is not valid JSON: 22 bytes',
    ],
    ['a message over two lines', ['{"spec":\n{}}\n'], 'Request line 1 is not valid JSON: 8 bytes'],
    [
      'a last line that is cut off',
      ['{"spec":{}}\n', '{"op'],
      'Request line 2 is not valid JSON: 4 bytes',
    ],
    [
      'bytes that are not UTF-8',
      [Uint8Array.of(0x22, 0xff, 0x22)],
      'Request line 1 is not valid JSON: 3 bytes',
    ],
    ['a line that is not a request', ['{"spec":{}}\n', '5\n'], 'Request is not a JSON object'],
  ])('refuses %s', async (_, pieces, want) => {
    await expect(read(...pieces)).rejects.toThrow(new ProtocolError(want));
  });

  test('gives a request before it reads on', async () => {
    const requests = jsonLines.requests(inputOf('{"spec":{}}\n', 'not JSON\n'));
    const got = await requests.next();
    expect(got).toEqual({ done: false, value: { kind: 'spec' } });
    await expect(requests.next()).rejects.toThrow('Request line 2 is not valid JSON: 8 bytes');
  });
});

describe('jsonLines.encode()', () => {
  test('refuses a response that Flow would refuse', () => {
    const updated = 'x'.repeat(responseBytesMax);
    const response = { kind: 'checkpoint', state: { updated, mergePatch: true } } as const;
    expect(() => jsonLines.encode(response)).toThrow(
      new ProtocolError('Response of 67108922 bytes is over the limit of 67108864 bytes'),
    );
  });
});

describe('jsonLines.documentFraming()', () => {
  test('seal() refuses a document that Flow would refuse', () => {
    const framing = jsonLines.documentFraming(0);
    const bytes = new Uint8Array(0);
    expect(() => {
      framing.seal(bytes, 10, 10 + responseBytesMax);
    }).not.toThrow();
    expect(() => {
      framing.seal(bytes, 10, 11 + responseBytesMax);
    }).toThrow(new ProtocolError('Response of 67108865 bytes is over the limit of 67108864 bytes'));
  });
});
