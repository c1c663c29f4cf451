/** An HTTP/1.1 response, read from pieces. No input, no output. */

import type { BufferPool } from '../buffer-pool.ts';
import type { HttpResponse, MakeRoom } from '../host.ts';
import {
  connectionError,
  isHeaderLine,
  malformed,
  parseHeaders,
  parseLength,
} from './http-head.ts';

/** No response of DynamoDB comes near this: a record page of 1 MB is some 10 MB of JSON. */
export const responseBytesMax = 128 * 1024 * 1024;
/** As much as Node's own client takes. */
const headBytesMax = 16 * 1024;
/** Of a body that does not announce its length. */
const bodyBytesAtStart = 16 * 1024;

const headEnd = Buffer.from('\r\n\r\n');
const lineEnd = Buffer.from('\r\n');
const noBytes = Buffer.alloc(0);
/** A body up to this size shares its memory with others, which costs the garbage collector less. */
const sharedBytesMax = 2048;

/** What is being read. `waiting`: for the body's room. `until-close`: the connection's end is the body's. */
type Phase =
  | 'head'
  | 'waiting'
  | 'body'
  | 'chunk-size'
  | 'chunk'
  | 'chunk-end'
  | 'trailer'
  | 'until-close'
  | 'done';

/** The size of a chunk in hexadecimal, and what may follow it, which means nothing to us. */
const chunkSize =
  /^([\da-f]{1,8})(?:;[!#$%&'*+.^_`|~\w-]+(?:=(?:[!#$%&'*+.^_`|~\w-]+|"[^"\\\r\n]*"))?)*$/i;

/** One response, from pieces of any size that may change once they are pushed. */
export class ResponseReader {
  readonly #pool: BufferPool;
  readonly #makeRoom: MakeRoom | undefined;
  #phase: Phase = 'head';
  #room: Promise<void> | undefined;
  /** The beginning of a head or line that has not ended, or of a body that waits for its room. */
  #text = noBytes;
  #status = 0;
  #headers: Readonly<Record<string, string>> = {};
  #body: Buffer = noBytes;
  #length = 0;
  /** Bytes of the body or chunk still to come. */
  #left = 0;
  #mayKeep = false;
  #byteCount = 0; // Of all that was pushed.

  constructor(pool: BufferPool, makeRoom?: MakeRoom) {
    this.#pool = pool;
    this.#makeRoom = makeRoom;
  }

  /** What the body waits for; nothing should be pushed until `goOn`. */
  get room(): Promise<void> | undefined {
    return this.#phase === 'waiting' ? this.#room : undefined;
  }

  get isDone(): boolean {
    return this.#phase === 'done';
  }

  /** Whether the connection may serve another request once the response is done. */
  get mayKeep(): boolean {
    return this.#mayKeep;
  }

  get byteCount(): number {
    return this.#byteCount;
  }

  /** The response, once it is done. */
  response(): HttpResponse {
    const body = this.#body.subarray(0, this.#length);
    return { status: this.#status, headers: this.#headers, body };
  }

  /** Takes the next bytes. Throws a connection error when they are not HTTP, or too many. */
  push(bytes: Buffer): void {
    this.#byteCount += bytes.length;
    this.#takeAll(bytes);
  }

  /** There is room for the body. */
  goOn(): void {
    const begun = this.#text;
    this.#text = noBytes;
    this.#begin();
    this.#takeAll(begun);
  }

  /** Nobody will ask for the response. */
  abandon(): void {
    this.#pool.give(this.#body.buffer);
    this.#body = noBytes;
  }

  #takeAll(bytes: Buffer): void {
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
      case 'chunk-end':
        return this.#takeText(bytes, lineEnd, (line) => {
          if (line !== '') throw malformed('a chunk that is longer than its size');
          this.#phase = 'chunk-size';
        });
      case 'trailer':
        return this.#takeText(bytes, lineEnd, (line) => {
          if (line === '') this.#phase = 'done';
          else if (!isHeaderLine(line)) throw malformed('a trailer line that is not valid');
        });
      case 'waiting':
        this.#text = Buffer.concat([this.#text, bytes]);
        return bytes.length;
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
      if (text.length > headBytesMax) throw malformed('a head that is too long');
      this.#text = Buffer.from(text);
      return bytes.length;
    }
    this.#text = noBytes;
    read(text.toString('latin1', 0, length));
    return length + end.length - before;
  }

  #readHead(head: string): void {
    const [statusLine = '', ...lines] = head.replace(/^(?:\r\n)+/, '').split('\r\n');
    if (statusLine === '') return; // A line too many behind the response before.
    const [, minor, status] = /^HTTP\/1\.([01]) (\d{3})(?: [^\r\n]*)?$/.exec(statusLine) ?? [];
    if (status === undefined) throw malformed('no status line');
    // Interim responses: the one that counts follows. Nobody asked for another protocol.
    if (status === '101') throw malformed('a change of protocol');
    const headers = parseHeaders(lines);
    if (status.startsWith('1')) return;
    this.#status = Number(status);
    this.#headers = headers;
    const { connection = '' } = this.#headers;
    this.#mayKeep = minor === '1' ? !/close/i.test(connection) : /keep-alive/i.test(connection);
    const hasBody = status !== '204' && status !== '304';
    this.#readFraming(headers, hasBody);
    if (!hasBody) this.#phase = 'done';
    if (this.#phase === 'until-close') this.#mayKeep = false;
  }

  /** How the body's end will be known. https://www.rfc-editor.org/rfc/rfc9112#section-6.3 */
  #readFraming(headers: Readonly<Record<string, string>>, hasBody: boolean): void {
    const { 'transfer-encoding': encoding, 'content-length': length } = headers;
    if (encoding !== undefined) {
      // One of the two is wrong, and nobody knows which.
      if (length !== undefined) throw malformed('a body with both a length and an encoding');
      if (!/^chunked$/i.test(encoding)) throw malformed(`a body in "${encoding}"`);
      this.#phase = 'chunk-size';
    } else if (length === undefined) {
      this.#phase = 'until-close';
    } else {
      this.#left = parseLength(length);
      assertReadable(this.#left);
      if (hasBody) this.#room = this.#makeRoom?.(this.#left);
      if (this.#room === undefined) this.#begin();
      else this.#phase = 'waiting';
    }
  }

  /** A body whose length is known. */
  #begin(): void {
    const left = this.#left;
    const isSmall = left <= sharedBytesMax;
    this.#body = isSmall ? Buffer.allocUnsafe(left) : Buffer.from(this.#pool.take(left));
    this.#phase = left === 0 ? 'done' : 'body';
  }

  #readChunkSize(line: string): void {
    const [, size] = chunkSize.exec(line) ?? [];
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
    if (this.#left === 0) this.#phase = this.#phase === 'body' ? 'done' : 'chunk-end';
    return taken;
  }

  /** Has room for so many bytes more of a body whose length is not known. */
  #reserve(count: number): void {
    const needed = this.#length + count;
    assertReadable(needed);
    if (needed <= this.#body.length) return;
    const smaller = this.#body;
    const length = Math.max(needed * 2, bodyBytesAtStart);
    this.#body = Buffer.from(this.#pool.take(length));
    smaller.copy(this.#body, 0, 0, this.#length);
    this.#pool.give(smaller.buffer);
  }
}

function assertReadable(bodyBytes: number): void {
  if (bodyBytes <= responseBytesMax) return;
  throw connectionError('ECONNABORTED', `Response exceeds ${responseBytesMax} bytes`);
}
