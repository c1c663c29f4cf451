/** The fake over HTTP on loopback, in real time, for any client. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as afterReal } from 'node:timers/promises';
import type { Clock } from '../../../connector/host.ts';
import { answerAdmin } from './admin.ts';
import { FakeDynamoDb, type FakeOptions } from './fake-dynamodb.ts';
import type { Response } from './response.ts';
import type { Exchange, Outcome } from './service.ts';

/** Requests to paths below it are for the fake itself; see `admin.ts`. */
const adminPath = '/_admin/';
// DynamoDB refuses bodies beyond 16 MB.
const bodyBytesMax = 16 * 1024 * 1024;

/** Real time. */
export const realClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    try {
      await afterReal(ms, undefined, { signal });
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    }
  },
};

export interface FakeServer {
  readonly fake: FakeDynamoDb;
  readonly port: number;
  /** For instance `http://127.0.0.1:8000`. */
  readonly endpoint: string;
  close(): Promise<void>;
}

export interface FakeServerOptions extends Partial<FakeOptions> {
  readonly port?: number;
  /** Answers calls instead of the fake; false leaves them to it. */
  readonly answerFirst?: (target: string, body: string, response: ServerResponse) => boolean;
}

/** Answers at once and without limits per partition unless told otherwise, as a load generator should. */
export async function serveFake(options: FakeServerOptions = {}): Promise<FakeServer> {
  const { port = 0, answerFirst, ...others } = options;
  const fake = new FakeDynamoDb({
    clock: realClock,
    latencyMs: [0, 0],
    visibilityMs: [0, 20],
    partitionUnits: { read: Infinity, write: Infinity },
    keepsLog: false,
    ...others,
  });
  const server = createServer((request, response) => {
    answer(fake, request, response, answerFirst).catch((error: unknown) => {
      response.destroy(error as Error);
    });
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  const close = () => closeServer(server);
  return { fake, port: bound, endpoint: `http://127.0.0.1:${bound}`, close };
}

async function answer(
  fake: FakeDynamoDb,
  request: IncomingMessage,
  response: ServerResponse,
  answerFirst: FakeServerOptions['answerFirst'],
): Promise<void> {
  const body = await bodyOf(request);
  const path = request.url ?? '/';
  const target = String(request.headers['x-amz-target']);
  if (answerFirst?.(target, body.toString(), response) === true) return;
  if (path.startsWith(adminPath)) {
    const { status, json } = answerAdmin(fake, path.slice(adminPath.length), body.toString());
    response.writeHead(status, { 'content-type': 'application/json' }).end(json);
    return;
  }
  const headers = request.headers as Record<string, string>;
  const hostname = (headers['host'] ?? '').replace(/:\d+$/, '');
  const method = request.method ?? 'POST';
  const exchange = fake.service.begin({ method, hostname, path, headers, body });
  send(response, await outcomeOf(fake, exchange, response));
}

/** Absent when the caller went away first. */
async function outcomeOf(
  fake: FakeDynamoDb,
  exchange: Exchange,
  response: ServerResponse,
): Promise<Outcome | undefined> {
  if (exchange.delayMs === 0) return fake.service.finish(exchange);
  const gone = new AbortController();
  const leave = () => {
    gone.abort();
  };
  response.once('close', leave);
  try {
    await (exchange.delayMs === Infinity
      ? never(gone.signal)
      : realClock.sleep(exchange.delayMs, gone.signal));
    return fake.service.finish(exchange);
  } catch (error) {
    if (!gone.signal.aborted) throw error;
    fake.service.abandon(exchange);
    return undefined;
  } finally {
    response.off('close', leave);
  }
}

function send(response: ServerResponse, outcome: Outcome | undefined): void {
  if (outcome === undefined) return;
  switch (outcome.type) {
    case 'reset':
      response.socket?.resetAndDestroy();
      return;
    case 'cut':
      cut(response, outcome.response);
      return;
    case 'response':
      response.writeHead(outcome.response.status, outcome.response.headers);
      response.end(outcome.response.body);
  }
}

/** Announces the whole length, sends half of it and hangs up. */
function cut(response: ServerResponse, { status, headers, body }: Response): void {
  response.writeHead(status, headers);
  response.write(body.subarray(0, body.length >> 1), () => {
    response.socket?.destroy();
  });
}

function never(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(signal.reason as Error);
    });
  });
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > bodyBytesMax) throw new Error('The request is too large');
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

async function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise<void>((resolve) => {
    server.close(() => {
      resolve();
    });
  });
}
