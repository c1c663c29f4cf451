/** One connection to an endpoint: a request at a time, and kept for the next one. */

import type { Socket } from 'node:net';
import { orAborted } from '../async/abort.ts';
import type { BufferPool } from '../buffer-pool.ts';
import type { HttpResponse, MakeRoom } from '../host.ts';
import { connectionError } from './http-head.ts';
import { ResponseReader } from './http-message.ts';
import type { OnBytes } from './http-socket.ts';

/** AWS closes idle connections after about a minute; ours end before, so no request meets a closing one. */
const idleMs = 20_000;

/**
 * A response may take as long as it needs at this pace, besides the time that any answer is given: one that trickles
 * would never be silent, and never end. A page of 2 MB has eight minutes, so that many share a line of a megabit.
 */
const bytesPerSecondMin = 4096;

/** A request that is under way. */
interface Exchange {
  readonly reader: ResponseReader;
  readonly timeoutMs: number;
  /** When the whole response must be there, but for what its bytes add; moved on by the time that its room takes. */
  dueAtMs: number;
  isWaiting: boolean;
  readonly done: (response: HttpResponse) => void;
  readonly failed: (error: Error) => void;
}

/** A request, which is HTTP already. */
export interface WrittenRequest {
  readonly bytes: Buffer;
  readonly makeRoom: MakeRoom | undefined;
}

export class HttpConnection {
  readonly #socket: Socket;
  readonly #pool: BufferPool;
  readonly #hostname: string;
  /** Absent while idle. */
  #exchange: Exchange | undefined;

  /** `connect` makes its socket; `onClose` is called once, when it can serve no more requests. */
  constructor(
    hostname: string,
    pool: BufferPool,
    connect: (onBytes: OnBytes) => Socket,
    onClose: () => void,
  ) {
    this.#pool = pool;
    this.#hostname = hostname;
    this.#socket = connect((bytes) => {
      this.#read(bytes);
    });
    this.#socket.on('error', (error) => {
      this.#fail(error);
    });
    this.#socket.on('end', () => {
      this.#end();
    });
    this.#socket.on('timeout', () => {
      this.#fail(connectionError('ETIMEDOUT', `No answer from ${hostname} in time`));
    });
    this.#socket.once('close', () => {
      this.#fail(connectionError('ECONNRESET', `Connection to ${hostname} was closed`));
      onClose();
    });
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed && this.#socket.writable;
  }

  /** Sends a request on an idle connection; fails as `HttpTransport.send` does. */
  send(request: WrittenRequest, timeoutMs: number, signal: AbortSignal): Promise<HttpResponse> {
    return orAborted(signal, (resolve, reject) => {
      this.#exchange = {
        reader: new ResponseReader(this.#pool, request.makeRoom),
        timeoutMs,
        dueAtMs: performance.now() + timeoutMs,
        isWaiting: false,
        done: (response) => {
          this.#exchange = undefined;
          resolve(response);
        },
        failed: (error) => {
          this.#exchange = undefined;
          reject(error);
        },
      };
      this.#socket.ref();
      this.#socket.setTimeout(timeoutMs);
      this.#socket.write(request.bytes);
      return (reason) => {
        this.#fail(reason);
      };
    });
  }

  #read(bytes: Buffer): void {
    if (this.#exchange === undefined) {
      this.#socket.destroy(); // An answer to nothing: whatever follows could not be told apart.
      return;
    }
    const exchange = this.#exchange;
    try {
      exchange.reader.push(bytes);
    } catch (error) {
      this.#fail(error as Error);
      return;
    }
    this.#advance(exchange);
  }

  #advance(exchange: Exchange): void {
    const { reader, done, dueAtMs } = exchange;
    const { room } = reader;
    if (room !== undefined) {
      this.#waitFor(room, exchange);
      return;
    }
    if (!reader.isDone) {
      const dueMs = dueAtMs + (reader.byteCount / bytesPerSecondMin) * 1000;
      if (performance.now() < dueMs) return;
      this.#fail(connectionError('ETIMEDOUT', `${this.#hostname} answers too slowly`));
      return;
    }
    if (reader.mayKeep) {
      // An idle connection must not keep the process alive.
      this.#socket.unref();
      this.#socket.setTimeout(idleMs);
    } else this.#socket.destroy();
    done(reader.response());
  }

  /** Leaves the body where it is until there is room for it, however long that takes. */
  #waitFor(room: Promise<void>, exchange: Exchange): void {
    if (exchange.isWaiting) return;
    exchange.isWaiting = true;
    const sinceMs = performance.now();
    this.#socket.pause().setTimeout(0);
    const goOn = () => {
      if (this.#exchange !== exchange) return; // The connection failed meanwhile.
      exchange.isWaiting = false;
      exchange.dueAtMs += performance.now() - sinceMs;
      this.#socket.setTimeout(exchange.timeoutMs).resume();
      exchange.reader.goOn();
      this.#advance(exchange);
    };
    room.then(goOn).catch((error: unknown) => {
      if (this.#exchange === exchange) this.#fail(error as Error);
    });
  }

  #end(): void {
    const { reader, done } = this.#exchange ?? {};
    try {
      reader?.end();
      if (reader !== undefined) done?.(reader.response());
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  /** Gives up the connection, and with it the request under way, if any. */
  #fail(error: Error): void {
    const { reader, failed } = this.#exchange ?? {};
    failed?.(error);
    this.#socket.destroy();
    reader?.abandon();
  }
}
