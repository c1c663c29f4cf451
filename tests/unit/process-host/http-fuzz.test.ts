import { describe, expect, test } from '@jest/globals';
import { BufferPool } from '../../../connector/buffer-pool.ts';
import { ResponseReader } from '../../../connector/process-host/http-message.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { nodeReading, type Reading } from './node-reading.ts';

/** More of them: FUZZ_ROUNDS=100000, and another FUZZ_SEED. */
const rounds = Number(process.env['FUZZ_ROUNDS'] ?? 3000);
const firstSeed = Number(process.env['FUZZ_SEED'] ?? 1);

/** What we make of the pieces, and how many of them that took; undefined when we refuse them. */
function ourReading(pieces: readonly Buffer[]): [Reading | undefined, number] {
  const reader = new ResponseReader(new BufferPool());
  let count = 0;
  try {
    for (const piece of pieces) {
      if (reader.isDone) break;
      count += 1;
      const bytes = Buffer.from(piece);
      reader.push(bytes);
      bytes.fill(0); // As a connection does with its buffer.
    }
    if (!reader.isDone) reader.end();
  } catch {
    return [undefined, pieces.length];
  }
  const { status, headers, body } = reader.response();
  return [{ status, headers, body: Buffer.from(body).toString('latin1') }, count];
}

describe('ResponseReader', () => {
  test('reads what Node reads of any response, and refuses none that is valid', async () => {
    const unlike: unknown[] = [];
    for (let seed = firstSeed; seed < firstSeed + rounds && unlike.length < 5; seed += 1) {
      const random = seededRandom(seed);
      const valid = validResponse(random);
      const text = damaged(valid, random);
      const whole = Buffer.from(text, 'latin1');
      const pieces = cut(whole, oneOf(random, [2, 3, 7, 50, 10_000]));
      const [ours] = ourReading(pieces);
      const [byByte, length] = ourReading(cut(whole, 1));
      // What follows a response is nobody's: we close the connection, Node refuses both.
      const once = asNodeLikesIt(whole.toString('latin1', 0, length));
      const theirs = await nodeReading([Buffer.from(once, 'latin1')]);
      if (!isSame(ours, byByte)) unlike.push({ seed, text, ours, byByte });
      // Some damage Node reads over: we may be stricter there.
      if (ours === undefined && text !== valid) continue;
      if (isSame(told(ours), told(theirs))) continue;
      unlike.push({ seed, text, ours, theirs });
    }
    expect(unlike).toEqual([]);
  }, 600_000);
});

/** Node refuses a length that is said twice, as some proxies do, and a tab behind it, which is space. */
function asNodeLikesIt(text: string): string {
  const heads = text.startsWith('HTTP/1.1 1') ? 2 : 1;
  const head = text.split('\r\n\r\n', heads).join('\r\n\r\n');
  const liked = `${head}\r\n`
    .replace(/(content-length:.*?)[\t ]+(?=\r)/gi, '$1')
    .replace(/(content-length:[\t ]*(\d+)\r\n)(?:content-length:[\t ]*\2\r\n)+/i, '$1');
  return liked.slice(0, -2) + text.slice(head.length);
}

const told = (reading: Reading | undefined) =>
  reading && { ...reading, headers: { ...reading.headers, 'content-length': '' } };
const isSame = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

type Random = () => number;
const below = (random: Random, count: number) => Math.floor(random() * count);
const oneOf = <T>(random: Random, all: readonly T[]): T => all[below(random, all.length)]!;

function validResponse(random: Random): string {
  const body = oneOf(random, [
    '',
    'x',
    '{"Items":[],"Count":0}',
    'a\r\n\r\nb',
    '0\r\n\r\n'.repeat(3),
  ]);
  const interim = random() < 0.1 ? 'HTTP/1.1 100 Continue\r\n\r\n' : '';
  const status = oneOf(random, [
    '200 OK',
    '200 OK',
    '400 Bad Request',
    '301 Moved',
    '429',
    '503 ',
    '204 No',
  ]);
  const headers = [
    'x-amzn-RequestId: ABC',
    'Date: Sat, 28 Nov 2026 00:00:00 GMT',
    'x-empty:',
    'x-spaces: \t a  b \t ',
    'x-latin: \xe4\xf6',
  ].filter(() => random() < 0.4);
  const connection = oneOf(random, [[], [], ['Connection: keep-alive'], ['Connection: close']]);
  const [framing, bytes] = framed(body, random);
  const all = [...headers, ...connection, ...framing].sort(() => random() - 0.5);
  const version = oneOf(random, ['1.1', '1.1', '1.1', '1.0']);
  return `${interim}HTTP/${version} ${status}\r\n${all.map((line) => `${line}\r\n`).join('')}\r\n${bytes}`;
}

/** Headers that say where a body ends, and its bytes. */
function framed(body: string, random: Random): [string[], string] {
  const kind = below(random, 5);
  if (kind === 0) return [[], body];
  if (kind < 3) return [[`Content-Length: ${body.length}`], body];
  const chunks: string[] = [];
  for (let at = 0; at < body.length;) {
    const size = 1 + below(random, body.length - at);
    const extension = oneOf(random, ['', '', ';a=b', ';x']);
    chunks.push(`${size.toString(16)}${extension}\r\n${body.slice(at, at + size)}\r\n`);
    at += size;
  }
  const trailer = oneOf(random, ['', '', 'x-t: 1\r\n']);
  return [['Transfer-Encoding: chunked'], `${chunks.join('')}0\r\n${trailer}\r\n`];
}

const bytes = [
  '\r',
  '\n',
  '\r\n',
  ' ',
  '\t',
  ':',
  ',',
  ';',
  '0',
  '1',
  'f',
  'g',
  '-',
  '+',
  '\0',
  '\x7f',
  '\xff',
  'x',
  '{',
];

/** A half of them as they are, the others with a few changes. */
function damaged(text: string, random: Random): string {
  let made = text;
  for (let changes = below(random, 2) * (1 + below(random, 3)); changes > 0; changes -= 1) {
    const at = below(random, made.length + 1);
    const [head, tail] = [made.slice(0, at), made.slice(at)];
    const lines = made.split('\r\n');
    const line = below(random, lines.length);
    made = oneOf(random, [
      () => head,
      () => head + tail.slice(1),
      () => head + oneOf(random, bytes) + tail,
      () => head + oneOf(random, bytes) + tail.slice(1),
      () => lines.toSpliced(line, 0, lines[line]!).join('\r\n'),
      () => lines.toSpliced(line, 1).join('\r\n'),
      () => made + made,
    ])();
  }
  return made;
}

function cut(bytes: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
}
