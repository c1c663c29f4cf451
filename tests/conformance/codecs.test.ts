import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { codecNamed } from '../../protocol/codec.ts';
import { collect, cutAt, inputOf } from '../support/byte-input.ts';
import { encodeRequest } from '../support/request-encoder.ts';
import { createResponseDecoder } from '../support/response-decoder.ts';
import { requestCases } from './request-transcript.ts';
import { responseCases } from './response-transcript.ts';

const codecNames = ['json', 'proto'] as const;
type CodecName = (typeof codecNames)[number];

const wireOf = (name: CodecName, { line, frame }: { line: string; frame: string }) =>
  name === 'json' ? Buffer.from(`${line}\n`) : Buffer.from(frame.replaceAll(' ', ''), 'hex');

async function requestsIn(name: CodecName, ...pieces: Uint8Array[]) {
  const codec = await codecNamed(name);
  return await collect(codec.requests(inputOf(...pieces)));
}

describe.each(codecNames)('codec %s', (name) => {
  const session = Buffer.concat(requestCases.map((each) => wireOf(name, each)));
  const wholeSession = requestCases.map(({ want }) => want);

  test.each(requestCases)('reads $name', async (each) => {
    const got = await requestsIn(name, wireOf(name, each));
    expect(got).toEqual([each.want]);
  });

  test('reads a session in pieces of any size', async () => {
    const cuts = fc.array(fc.nat(session.length), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(cuts, async (ends) => {
        const got = await requestsIn(name, ...cutAt(session, ends));
        expect(got).toEqual(wholeSession);
      }),
    );
  });

  test('refuses a session that ends inside a message, after giving the messages before', async () => {
    const codec = await codecNamed(name);
    await fc.assert(
      fc.asyncProperty(fc.nat(session.length), async (length) => {
        const got: unknown[] = [];
        const failure = await (async () => {
          for await (const request of codec.requests(inputOf(session.subarray(0, length)))) {
            got.push(request);
          }
        })().catch((error: unknown) => error);
        expect(got).toEqual(wholeSession.slice(0, got.length));
        const isWhole = lengthOf(name, got.length) === length;
        // The last newline may be missing, but nothing else.
        const isWholeLine = name === 'json' && lengthOf(name, got.length) === length + 1;
        expect(failure === undefined).toBe(isWhole || isWholeLine);
      }),
    );
  });

  test.each(responseCases)('writes $name', async ({ response, ...each }) => {
    const codec = await codecNamed(name);
    const got = codec.encode(response);
    expect(Buffer.from(got)).toEqual(wireOf(name, each));
    expect(createResponseDecoder(name).push(got)).toEqual([each.want]);
  });

  const docs = [
    '{}',
    '{"_meta":{"op":"c"},"n":12345678901234567890.10}',
    `{"é":"${'x'.repeat(300)}"}`,
  ];
  test.each([0, 1, 127, 128, 70_000])('frames documents of binding %d', async (binding) => {
    const framing = (await codecNamed(name)).documentFraming(binding);
    const { head, tail } = framing;
    const frames = docs.map((doc) => {
      // A frame may grow by a few bytes.
      const bytes = Buffer.concat([head, Buffer.from(doc), tail, Buffer.alloc(8)]);
      return bytes.subarray(0, framing.seal(bytes, 0, bytes.length - 8));
    });
    const got = createResponseDecoder(name).push(Buffer.concat(frames));
    expect(got).toEqual(docs.map((doc) => ({ captured: { binding, doc } })));
  });
});

/** How many bytes the first `count` requests of the session take. */
function lengthOf(name: CodecName, count: number): number {
  return Buffer.concat(requestCases.slice(0, count).map((each) => wireOf(name, each))).length;
}

describe('encodeRequest()', () => {
  // Members that only the JSON form has a public name for are left out of a frame by Flow's own rules.
  const inBoth = requestCases.filter(({ name }) => name === 'open' || name === 'acknowledge');
  test.each(inBoth)('writes $name as Flow does', async ({ line, want }) => {
    const withNumbers = line.replaceAll('"connectorType":"IMAGE"', '"connectorType":7');
    const json = JSON.parse(withNumbers) as object;
    const got = [
      await requestsIn('json', encodeRequest('json', json)),
      await requestsIn('proto', encodeRequest('proto', json)),
    ];
    expect(got).toEqual([[want], [want]]);
  });
});

describe.each(codecNames)('createResponseDecoder(%s)', (name) => {
  const output = Buffer.concat(responseCases.map((each) => wireOf(name, each)));

  test('reads output in pieces of any size', () => {
    const cuts = fc.array(fc.nat(output.length), { maxLength: 40 });
    fc.assert(
      fc.property(cuts, (ends) => {
        const decoder = createResponseDecoder(name);
        const got = [...cutAt(output, ends)].flatMap((piece) => decoder.push(piece));
        decoder.end();
        expect(got).toEqual(responseCases.map(({ want }) => want));
      }),
    );
  });

  test('end() throws inside a response', () => {
    const decoder = createResponseDecoder(name);
    decoder.push(output.subarray(0, -1));
    expect(() => {
      decoder.end();
    }).toThrow('connector wrote a partial message and then closed its output');
  });
});

describe('createResponseDecoder() refuses', () => {
  test.each<[string, CodecName, string | Uint8Array, string]>([
    ['a blank line', 'json', '\n', 'Unexpected end of JSON input'],
    ['unknown members', 'json', '{"opened":{"a":1}}\n', 'Message Opened has no field "a"'],
    [
      'two kinds',
      'json',
      '{"opened":{},"applied":{}}\n',
      'Response has the kinds ["opened","applied"]',
    ],
    [
      'unknown fields',
      'proto',
      Buffer.from('040000002a021001', 'hex'),
      'Message Opened has no field 2',
    ],
    ['no kind', 'proto', Buffer.from('00000000', 'hex'), 'Response has the kinds []'],
  ])('%s (%s)', (_, name, bytes, want) => {
    const decoder = createResponseDecoder(name);
    expect(() => decoder.push(Buffer.from(bytes))).toThrow(want);
  });
});
