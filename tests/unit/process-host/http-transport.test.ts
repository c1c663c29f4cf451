import { afterEach, describe, expect, test } from '@jest/globals';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createHttpTransport } from '../../../connector/process-host/http-transport.ts';
import type { HttpRequest } from '../../../connector/host.ts';
import { never } from '../aws/retry-context.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

let server: http.Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A server on loopback, and the request that reaches it. */
async function serving(handler: Handler) {
  const sockets = new Set<Socket>();
  const listening = http.createServer(handler);
  server = listening;
  listening.on('connection', (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => {
    listening.listen(0, '127.0.0.1', resolve);
  });
  const request: HttpRequest = {
    method: 'POST',
    protocol: 'http:',
    hostname: '127.0.0.1',
    port: (listening.address() as AddressInfo).port,
    path: '/',
    headers: { 'x-amz-target': 'T' },
    body: 'ünicode',
  };
  const transport = createHttpTransport();
  const send = (signal = never, timeoutMs = 5000) => transport.send(request, timeoutMs, signal);
  /** The code of the error that a request fails with. */
  const failure = (signal = never, timeoutMs = 5000) =>
    send(signal, timeoutMs).then(
      () => 'no failure',
      (error: unknown) => {
        const { code, message } = error as { code?: string; message: string };
        return code ?? message;
      },
    );
  return { send, failure, sockets, request };
}

const echo: Handler = (request, response) => {
  const pieces: Buffer[] = [];
  request.on('data', (piece: Buffer) => pieces.push(piece));
  request.on('end', () => {
    response.writeHead(201, { 'X-Target': request.headers['x-amz-target'] ?? '' });
    response.end(Buffer.concat(pieces));
  });
};

describe('createHttpTransport()', () => {
  test('sends a request and reads the whole response', async () => {
    const { send } = await serving(echo);
    const { status, headers, body } = await send();
    expect([status, headers['x-target'], Buffer.from(body).toString()]).toEqual([
      201,
      'T',
      'ünicode',
    ]);
  });

  test('keeps its connection for the next request', async () => {
    const { send, sockets } = await serving(echo);
    for (let count = 0; count < 5; count += 1) await send();
    expect(sockets.size).toBe(1);
  });

  test.each([
    ['of an announced length', true],
    ['in chunks', false],
  ])('reads a large body %s', async (_, isAnnounced) => {
    const large = Buffer.alloc(12 * 1024 * 1024, 'abcdefg');
    const { send } = await serving((request, response) => {
      request.resume();
      if (isAnnounced) response.setHeader('content-length', large.length);
      for (let at = 0; at < large.length; at += 1_000_003)
        response.write(large.subarray(at, at + 1_000_003));
      response.end();
    });
    const { body } = await send();
    expect([body.length, large.equals(body)]).toEqual([large.length, true]);
  });

  test('reads an empty body', async () => {
    const { send } = await serving((_, response) => response.writeHead(204).end());
    expect((await send()).body.length).toBe(0);
  });

  test.each<[string, string, Handler]>([
    ['is cut before the response', 'ECONNRESET', (request) => request.socket.destroy()],
    [
      'is cut in an announced body',
      'ECONNRESET',
      (request, response) => {
        response.setHeader('content-length', 100);
        response.write('half', () => request.socket.destroy());
      },
    ],
    [
      'is cut in a body of chunks',
      'ECONNRESET',
      (request, response) => response.write('half', () => request.socket.destroy()),
    ],
  ])('fails when the connection %s', async (_, want, handler) => {
    const { failure } = await serving(handler);
    expect(await failure()).toBe(want);
  });

  test.each<[string, Handler]>([
    ['an answer', () => undefined],
    ['the rest of an answer', (_, response) => response.write('half')],
  ])('gives up waiting for %s', async (_, handler) => {
    const { failure } = await serving(handler);
    expect(await failure(never, 50)).toBe('ETIMEDOUT');
  });

  /** Writes so many bytes every 10 ms, for ever or so many times. */
  const trickling =
    (bytes: number, times = Infinity): Handler =>
    (request, response) => {
      response.writeHead(200, { connection: 'close' });
      let left = times;
      const timer = setInterval(() => {
        response.write('x'.repeat(bytes));
        left -= 1;
        if (left > 0) return;
        clearInterval(timer);
        response.end();
      }, 10);
      request.socket.on('close', () => {
        clearInterval(timer);
      });
    };

  test('gives up an answer that trickles, though it is never silent', async () => {
    const { failure } = await serving(trickling(1));
    expect(await failure(never, 100)).toBe('ETIMEDOUT');
  });

  test('waits for a large answer as long as it keeps its pace', async () => {
    const { send } = await serving(trickling(1000, 40));
    expect((await send(never, 100)).body.length).toBe(40_000);
  });

  /** Answers with a body larger than what the system keeps on the way. */
  const largeBytes = 40 * 1024 * 1024;
  const largeBody = Buffer.alloc(largeBytes, 'abc');
  const large: Handler = (request, response) => {
    request.resume();
    response.setHeader('content-length', largeBytes);
    response.end(largeBody);
  };

  test('leaves a body on the way until there is room, however long that takes', async () => {
    const { request, sockets } = await serving(large);
    let makeRoom: () => void = () => undefined;
    let isAsked = false;
    const room = new Promise<void>((resolve) => {
      makeRoom = resolve;
    });
    const waiting: HttpRequest = { ...request, makeRoom: () => ((isAsked = true), room) };
    const transport = createHttpTransport();
    const sent = transport.send(waiting, 600, never);
    await new Promise((resolve) => setTimeout(resolve, 1500)); // Longer than the timeout.
    const [socket] = sockets;
    // The system's buffers on the way may be full; the rest has not left.
    expect([isAsked, (socket?.writableLength ?? 0) > largeBytes / 2]).toEqual([true, true]);
    makeRoom();
    expect((await sent).body.length).toBe(largeBytes);
    expect((await transport.send(waiting, 600, never)).body.length).toBe(largeBytes);
    expect(sockets.size).toBe(1);
  });

  test('fails with the reason of a room that is refused, or of its signal meanwhile', async () => {
    const { request } = await serving(large);
    const transport = createHttpTransport();
    const stop = new AbortController();
    const failureOf = (makeRoom: HttpRequest['makeRoom']) =>
      transport.send({ ...request, makeRoom }, 5000, stop.signal).catch(String);
    const got = [await failureOf(() => Promise.reject(new Error('no room')))];
    const sent = failureOf(() => {
      setTimeout(() => {
        stop.abort(new Error('stopped'));
      }, 20);
      return new Promise(() => undefined);
    });
    expect([...got, await sent]).toEqual(['Error: no room', 'Error: stopped']);
  });

  test('takes a length that is said twice as one', async () => {
    const { send } = await serving((request) => {
      const head = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\nContent-Length: 2\r\n\r\n';
      request.socket.write(`${head}ok`);
    });
    expect(Buffer.from((await send()).body).toString()).toBe('ok');
  });

  test.each<[string, Handler]>([
    ['for an answer', () => undefined],
    ['for the rest of an answer', (_, response) => response.write('half')],
  ])('throws the reason of its signal while it waits %s', async (_, handler) => {
    const stop = new AbortController();
    const { failure, send } = await serving((request, response) => {
      handler(request, response);
      setTimeout(() => {
        stop.abort(new Error('stopped'));
      }, 20);
    });
    expect([await failure(stop.signal), await send(stop.signal).catch(String)]).toEqual([
      'stopped',
      'Error: stopped',
    ]);
  });

  test('fails when nobody listens', async () => {
    const { failure } = await serving(echo);
    server?.close();
    await new Promise((resolve) => setImmediate(resolve));
    expect(await failure()).toBe('ECONNREFUSED');
  });

  test('takes a new connection after one that was closed', async () => {
    const { send, sockets } = await serving(echo);
    await send();
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect([(await send()).status, sockets.size]).toEqual([201, 2]);
  });

  test('reaches an IPv6 address as a URL writes it', async () => {
    const { send, request } = await serving(echo);
    await send();
    server?.close();
    const listening = http.createServer(echo);
    server = listening;
    const isListening = await new Promise<boolean>((resolve) => {
      listening.once('error', () => {
        resolve(false);
      });
      listening.listen(0, '::1', () => {
        resolve(true);
      });
    });
    if (!isListening) return; // A machine without IPv6.
    const { port } = listening.address() as AddressInfo;
    const { hostname } = new URL('http://[::1]/');
    const got = await createHttpTransport().send({ ...request, hostname, port }, 5000, never);
    expect(got.status).toBe(201);
  });
});
