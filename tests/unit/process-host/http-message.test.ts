import { describe, expect, test } from '@jest/globals';
import { BufferPool } from '../../../connector/buffer-pool.ts';
import { ResponseReader } from '../../../connector/process-host/http-message.ts';

/** What is read of a text that comes in pieces of this size, and whether the connection may be kept. */
function read(text: string, pieceBytes: number) {
  const reader = new ResponseReader(new BufferPool());
  const bytes = Buffer.from(text, 'latin1');
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    const piece = Buffer.from(bytes.subarray(at, at + pieceBytes));
    reader.push(piece);
    piece.fill(0); // As a connection does with its buffer.
  }
  if (!reader.isDone) reader.end();
  const { status, headers, body } = reader.response();
  return { status, headers, body: Buffer.from(body).toString(), mayKeep: reader.mayKeep };
}

const chunked = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n';

const responses: [string, string, object][] = [
  [
    'of an announced length',
    'HTTP/1.1 200 OK\r\nX-A: 1\r\nx-a:2\r\nContent-Length: 5\r\n\r\nhello',
    {
      status: 200,
      headers: { 'x-a': '1, 2', 'content-length': '5' },
      body: 'hello',
      mayKeep: true,
    },
  ],
  [
    'without a body',
    'HTTP/1.1 204\r\nconnection: close\r\n\r\n',
    { status: 204, headers: { connection: 'close' }, body: '', mayKeep: false },
  ],
  [
    'of length 0',
    'HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n',
    { status: 400, headers: { 'content-length': '0' }, body: '', mayKeep: true },
  ],
  [
    'in chunks, with trailers',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\nx-t: 1\r\n\r\n',
    {
      status: 200,
      headers: { 'transfer-encoding': 'chunked' },
      body: 'abc0123456789',
      mayKeep: true,
    },
  ],
  [
    'up to the end of the connection',
    'HTTP/1.0 200 OK\r\n\r\nall of it',
    { status: 200, headers: {}, body: 'all of it', mayKeep: false },
  ],
  [
    'after an interim one',
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok',
    { status: 200, headers: { 'content-length': '2' }, body: 'ok', mayKeep: true },
  ],
  [
    'with a header named like a member of all objects',
    'HTTP/1.1 200 OK\r\n__proto__: x\r\ncontent-length: 0\r\n\r\n',
    {
      status: 200,
      headers: JSON.parse('{"__proto__":"x","content-length":"0"}') as object,
      body: '',
      mayKeep: true,
    },
  ],
  [
    'of a length said twice',
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\ncontent-length:2\r\n\r\nok',
    { status: 200, headers: { 'content-length': '2, 2' }, body: 'ok', mayKeep: true },
  ],
  [
    'behind lines too many',
    '\r\n\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok',
    { status: 200, headers: { 'content-length': '2' }, body: 'ok', mayKeep: true },
  ],
  [
    'with bytes too many',
    'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok!',
    { status: 200, headers: { 'content-length': '2' }, body: 'ok', mayKeep: false },
  ],
];

describe('ResponseReader', () => {
  test.each(responses)('reads a response %s, in pieces of any size', (_, text, want) => {
    const got = [1, 2, 3, 7, 1000].map((pieceBytes) => read(text, pieceBytes));
    expect(got).toEqual([want, want, want, want, want]);
  });

  test.each([
    ['a chunk longer than its size', `${chunked}1\r\nab0\r\n\r\n`, 'HPE_INVALID'],
    ['a chunk without its end', `${chunked}1\r\na0\r\n\r\n`, 'HPE_INVALID'],
    ['an empty line before a chunk', `${chunked}\r\n0\r\n\r\n`, 'HPE_INVALID'],
    [
      'a body of two lengths',
      'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n',
      'HPE_INVALID',
    ],
    ['another coding', 'HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n\r\n', 'HPE_INVALID'],
    ['another protocol', 'HTTP/1.1 101 Switching Protocols\r\n\r\n', 'HPE_INVALID'],
    ['a name with a space', 'HTTP/1.1 200 OK\r\nx y: 1\r\n\r\n', 'HPE_INVALID'],
    ['a folded header', 'HTTP/1.1 200 OK\r\nx: 1\r\n y: 2\r\n\r\n', 'HPE_INVALID'],
    ['no HTTP', 'SSH-2.0\r\n\r\n', 'HPE_INVALID'],
    ['a header without a name', 'HTTP/1.1 200 OK\r\n: x\r\n\r\n', 'HPE_INVALID'],
    ['a length that is none', 'HTTP/1.1 200 OK\r\ncontent-length: 1, 2\r\n\r\n', 'HPE_INVALID'],
    [
      'a chunk size that is none',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nx\r\n',
      'HPE_INVALID',
    ],
    ['an endless head', `HTTP/1.1 200 OK\r\nx: ${'x'.repeat(20_000)}`, 'HPE_INVALID'],
    ['an endless body', 'HTTP/1.1 200 OK\r\ncontent-length: 999999999\r\n\r\n', 'ECONNABORTED'],
    ['an end in the head', 'HTTP/1.1 200 OK\r\n', 'ECONNRESET'],
    ['an end in the body', 'HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nab', 'ECONNRESET'],
    [
      'an end in a chunk',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nab',
      'ECONNRESET',
    ],
  ])('refuses %s', (_, text, want) => {
    let got: unknown;
    try {
      read(text, 1000);
    } catch (error) {
      got = (error as { code?: string }).code;
    }
    expect(got).toBe(want);
  });
});

describe('ResponseReader with a room to wait for', () => {
  const head = 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n';

  test('keeps what has come of the body, and reads on from there', () => {
    const asked: number[] = [];
    const room = new Promise<void>(() => undefined);
    const reader = new ResponseReader(new BufferPool(), (bytes) => (asked.push(bytes), room));
    for (const text of [`${head}h`, 'e']) {
      const piece = Buffer.from(text);
      reader.push(piece);
      piece.fill(0);
    }
    expect([asked, reader.room, reader.isDone]).toEqual([[5], room, false]);
    reader.goOn();
    expect([reader.room, reader.isDone]).toEqual([undefined, false]);
    reader.push(Buffer.from('llo'));
    expect([reader.isDone, reader.response().body.toString()]).toEqual([true, 'hello']);
  });

  test('waits for nothing where there is room, no body, or no length', () => {
    const asked: number[] = [];
    for (const text of [
      `${head}hello`,
      'HTTP/1.1 204\r\ncontent-length: 7\r\n\r\n',
      `${chunked}0\r\n\r\n`,
    ]) {
      const reader = new ResponseReader(new BufferPool(), (bytes) => void asked.push(bytes));
      reader.push(Buffer.from(text));
      expect([reader.room, reader.isDone]).toEqual([undefined, true]);
    }
    expect(asked).toEqual([5]);
  });

  test('refuses a body that is too long before anybody makes room for it', () => {
    const reader = new ResponseReader(new BufferPool(), () => Promise.reject(new Error('asked')));
    const text = 'HTTP/1.1 200 OK\r\ncontent-length: 999999999\r\n\r\n';
    expect(() => {
      reader.push(Buffer.from(text));
    }).toThrow('Response exceeds');
  });
});
