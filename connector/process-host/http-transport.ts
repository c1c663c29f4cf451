/** HTTP/1.1 over kept connections, without garbage: made for many large responses from one endpoint. */

import { BufferPool } from '../buffer-pool.ts';
import type { HttpRequest, HttpResponse, HttpTransport } from '../host.ts';
import { HttpConnection, type Origin } from './http-connection.ts';
import { requestBytes } from './http-message.ts';

/** Connections to one endpoint: more than requests in flight are ever allowed, so none waits for a socket. */
const connectionsMax = 256;

/** The way to AWS of a real process. */
export function createHttpTransport(): HttpTransport {
  const pool = new BufferPool();
  const endpoints = new Map<string, Endpoint>();
  return {
    send: async (request, timeoutMs, signal) => {
      signal.throwIfAborted();
      const { protocol, hostname, port } = request;
      const name = `${protocol}//${hostname}:${port ?? ''}`;
      const endpoint = endpoints.get(name) ?? new Endpoint(request, pool);
      endpoints.set(name, endpoint);
      return endpoint.send(requestBytes(request), timeoutMs, signal);
    },
    recycle: (body) => {
      pool.give(body.buffer);
    },
  };
}

/** The connections to one endpoint. */
class Endpoint {
  readonly #origin: Origin;
  readonly #pool: BufferPool;
  /** The one used last comes first: what is not needed for a while is closed. */
  readonly #idle: HttpConnection[] = [];
  #openCount = 0;
  /** Requests for which there is no connection, in their order. */
  readonly #waiting: (() => void)[] = [];

  constructor({ protocol, hostname, port }: HttpRequest, pool: BufferPool) {
    this.#origin = { protocol, hostname, port, tlsSession: undefined };
    this.#pool = pool;
  }

  async send(request: Buffer, timeoutMs: number, signal: AbortSignal): Promise<HttpResponse> {
    const connection = await this.#take(signal);
    try {
      return await connection.send(request, timeoutMs, signal);
    } finally {
      if (connection.isOpen) this.#idle.push(connection);
      this.#waiting.shift()?.();
    }
  }

  async #take(signal: AbortSignal): Promise<HttpConnection> {
    for (;;) {
      for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
        if (idle.isOpen) return idle;
      }
      if (this.#openCount < connectionsMax) return this.#open();
      await this.#wait(signal);
    }
  }

  async #wait(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const onAbort = () => {
        this.#waiting.splice(this.#waiting.indexOf(wake), 1);
        reject(signal.reason as Error);
      };
      const wake = () => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      };
      this.#waiting.push(wake);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  #open(): HttpConnection {
    this.#openCount += 1;
    return new HttpConnection(this.#origin, this.#pool, () => {
      this.#openCount -= 1;
      this.#waiting.shift()?.();
    });
  }
}
