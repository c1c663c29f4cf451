/** HTTP/1.1 as bytes: a request to write, and a response read from pieces. No input, no output. */

import type { BufferPool } from '../buffer-pool.ts';
import type { HttpRequest, HttpResponse } from '../host.ts';

/** No response of DynamoDB comes near this: a record page of 1 MB is some 10 MB of JSON. */
export const responseBytesMax = 128 * 1024 * 1024;
/** As much as Node's own client takes. */
const headBytesMax = 16 * 1024;
/** Of a body that does not announce its length. */
const bodyBytesAtStart = 16 * 1024;

/** What may stand in a header's line. Not asked of `node:http`: loading that for one check takes 15 ms on Node 24. */
const headerValue = /^[\t\x20-\x7e\x80-\xff]*$/;

const headEnd = Buffer.from('\r\n\r\n');
const lineEnd = Buffer.from('\r\n');

/** A failure of the way, as Node names them: `ECONNRESET`, `ETIMEDOUT` … */
export function connectionError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

/** The request in one piece. Throws when a header's value would break out of its line. */
export function requestBytes(request: HttpRequest): Buffer {
  const { method, path, hostname, port, body } = request;
  const host = port === undefined ? hostname : `${hostname}:${port}`;
  const lines = Object.entries({ host, ...request.headers }).map(([name, value]) => {
    if (!headerValue.test(value)) {
      throw connectionError('ERR_INVALID_CHAR', `Invalid character in header "${name}"`);
    }
    // Ours is right, and there must not be two of them.
    return name.toLowerCase() === 'content-length' ? '' : `${name}: ${value}\r\n`;
  });
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  const head = `${method} ${path} HTTP/1.1\r\n${lines.join('')}content-length: ${bytes.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), bytes]);
}

/** What is being read. `until-close`: the connection's end is the body's. */
type Phase = 'head' | 'body' | 'chunk-size' | 'chunk' | 'trailer' | 'until-close' | 'done';

/** One response, from pieces of any size that may change once they are pushed. */
export class ResponseReader {
  readonly #pool: BufferPool;
  #phase: Phase = 'head';
  /** The beginning of a head or line that has not ended. */
  #text = Buffer.alloc(0);
  #status = 0;
  #headers: Readonly<Record<string, string>> = {};
  #body: Buffer = Buffer.alloc(0);
  #length = 0;
  /** Bytes of the body or chunk still to come. */
  #left = 0;
  #mayKeep = false;

  constructor(pool: BufferPool) {
    this.#pool = pool;
  }

  get isDone(): boolean {
    return this.#phase === 'done';
  }

  /** Whether the connection may serve another request once the response is done. */
  get mayKeep(): boolean {
    return this.#mayKeep;
  }

  /** The response, once it is done. */
  response(): HttpResponse {
    const body = this.#body.subarray(0, this.#length);
    return { status: this.#status, headers: this.#headers, body };
  }

  /** Takes the next bytes. Throws a connection error when they are not HTTP, or too many. */
  push(bytes: Buffer): void {
    for (let at = 0; at < bytes.length;) at += this.#take(at === 0 ? bytes : bytes.subarray(at));
  }

  /** The connection has ended. Throws when the response has not. */
  end(): void {
    if (this.#phase === 'until-close') this.#phase = 'done';
    if (!this.isDone) throw connectionError('ECONNRESET', 'The connection ended in a response');
  }

  /** Takes some of the bytes, and returns how many. */
  #take(bytes: Buffer): number {
    switch (this.#phase) {
      case 'head':
        return this.#takeText(bytes, headEnd, (head) => {
          this.#readHead(head);
        });
      case 'chunk-size':
        return this.#takeText(bytes, lineEnd, (line) => {
          this.#readChunkSize(line);
        });
      case 'trailer':
        return this.#takeText(bytes, lineEnd, (line) => {
          if (line === '') this.#phase = 'done';
        });
      case 'body':
      case 'chunk':
      case 'until-close':
        return this.#takeBody(bytes);
      case 'done':
        // Nothing was asked for any more: what comes belongs to nobody.
        this.#mayKeep = false;
        return bytes.length;
    }
  }

  /** Collects text up to its end, and reads it without that. */
  #takeText(bytes: Buffer, end: Buffer, read: (text: string) => void): number {
    const before = this.#text.length;
    const text = before === 0 ? bytes : Buffer.concat([this.#text, bytes]);
    const length = text.indexOf(end);
    if (length < 0) {
      if (text.length > headBytesMax) throw malformed('a head of endless length');
      this.#text = Buffer.from(text);
      return bytes.length;
    }
    this.#text = Buffer.alloc(0);
    read(text.toString('latin1', 0, length));
    return length + end.length - before;
  }

  #readHead(head: string): void {
    const [statusLine = '', ...lines] = head.split('\r\n');
    const [, minor, status] = /^HTTP\/1\.([01]) (\d{3})(?: |$)/.exec(statusLine) ?? [];
    if (status === undefined) throw malformed('no status line');
    // Interim responses: the one that counts follows.
    if (status.startsWith('1')) return;
    this.#status = Number(status);
    this.#headers = parseHeaders(lines);
    const { connection = '', 'content-length': length } = this.#headers;
    const isChunked = /\bchunked\s*$/i.test(this.#headers['transfer-encoding'] ?? '');
    this.#mayKeep = minor === '1' ? !/close/i.test(connection) : /keep-alive/i.test(connection);
    if (status === '204' || status === '304') {
      this.#phase = 'done';
    } else if (isChunked) {
      this.#phase = 'chunk-size';
    } else if (length === undefined) {
      this.#phase = 'until-close';
      this.#mayKeep = false;
    } else {
      if (!/^\d+$/.test(length)) throw malformed(`a body of "${length}" bytes`);
      this.#left = Number(length);
      this.#reserve(this.#left);
      this.#phase = this.#left === 0 ? 'done' : 'body';
    }
  }

  #readChunkSize(line: string): void {
    const [, size] = /^([\da-f]{1,8})\s*(?:;.*)?$/i.exec(line) ?? [];
    // The empty line that ends a chunk comes before the next one's size.
    if (line === '' && this.#length > 0) return;
    if (size === undefined) throw malformed('a chunk without a size');
    this.#left = parseInt(size, 16);
    this.#reserve(this.#left);
    this.#phase = this.#left === 0 ? 'trailer' : 'chunk';
  }

  #takeBody(bytes: Buffer): number {
    const isEndless = this.#phase === 'until-close';
    const taken = isEndless ? bytes.length : Math.min(bytes.length, this.#left);
    if (isEndless) this.#reserve(taken);
    bytes.copy(this.#body, this.#length, 0, taken);
    this.#length += taken;
    if (isEndless) return taken;
    this.#left -= taken;
    if (this.#left === 0) this.#phase = this.#phase === 'body' ? 'done' : 'chunk-size';
    return taken;
  }

  /** Makes room for so many bytes more. */
  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed > responseBytesMax) {
      throw connectionError('ECONNABORTED', `Response exceeds ${responseBytesMax} bytes`);
    }
    if (needed <= this.#body.length) return;
    const isFirst = this.#length === 0 && this.#phase === 'head';
    const smaller = this.#body;
    const length = isFirst ? needed : Math.max(needed * 2, bodyBytesAtStart);
    this.#body = Buffer.from(this.#pool.take(length));
    smaller.copy(this.#body, 0, 0, this.#length);
    this.#pool.give(smaller.buffer);
  }
}

/** By names in lower case; values of the same name are joined. */
function parseHeaders(lines: readonly string[]): Record<string, string> {
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon <= 0) throw malformed('a header line without a name');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return Object.fromEntries(headers);
}

function malformed(what: string): Error {
  return connectionError('EPROTO', `The response is not HTTP: ${what}`);
}
