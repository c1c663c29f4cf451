/** One process of the connector, simulated: it lives on a host of its own, and can be killed at any byte. */

import { codecNamed } from '../../protocol/codec.ts';
import type { Clock, Host, HttpTransport } from '../../connector/host.ts';
import { createLog } from '../../connector/log.ts';
import { runSession } from '../../connector/session/session.ts';
import { isConnectorError } from '../../connector/errors.ts';

/** How a process ended: by itself, with an error for the user, or by a kill. */
export type ProcessEnd =
  | { readonly kind: 'exited' }
  | { readonly kind: 'failed'; readonly error: unknown; readonly code: string | undefined }
  | { readonly kind: 'killed' };

export interface ProcessOptions {
  readonly clock: Clock;
  /** How far the process's own clock is off. */
  readonly clockOffMs?: number;
  readonly transport: HttpTransport;
  readonly random: () => number;
  /** Takes output in order, and resolves when the reader has taken it. */
  readonly output: (bytes: Uint8Array) => Promise<void>;
  /** The process dies in the middle of the byte after these. */
  readonly killAfterBytes: number;
  readonly onLogLine?: (line: string) => void;
}

/** A new one each time: one for all would keep what ever waited for it, every world of a long run. */
const never = () => new Promise<never>(() => undefined);

/**
 * Runs the connector's session. Death is sudden: from then on nothing that the process waits for ever comes, and
 * nothing that it writes arrives.
 */
export class SimulatedProcess {
  readonly ended: Promise<ProcessEnd>;
  readonly #stop = new AbortController();
  #isDead = false;
  #die: () => void = () => undefined;
  #bytesLeft: number;

  constructor(options: ProcessOptions, requests: readonly Uint8Array[]) {
    this.#bytesLeft = options.killAfterBytes;
    const killed = new Promise<ProcessEnd>((resolve) => {
      this.#die = () => {
        this.#isDead = true;
        resolve({ kind: 'killed' });
      };
    });
    this.ended = Promise.race([killed, this.#run(options, requests)]);
  }

  kill(): void {
    this.#die();
  }

  /** As SIGTERM does. */
  stop(): void {
    this.#stop.abort(new Error('Received SIGTERM'));
  }

  async #run(options: ProcessOptions, requests: readonly Uint8Array[]): Promise<ProcessEnd> {
    const host = this.#host(options, requests);
    const log = createLog({
      write: host.logLine,
      clock: host.clock,
      level: 'debug',
      format: 'json',
    });
    try {
      await runSession({ host, log, codec: await codecNamed('json') });
      return { kind: 'exited' };
    } catch (error) {
      return { kind: 'failed', error, code: isConnectorError(error) ? error.code : undefined };
    }
  }

  #host(options: ProcessOptions, requests: readonly Uint8Array[]): Host {
    const { clock, transport, clockOffMs = 0 } = options;
    const isDead = () => this.#isDead;
    const whileAlive = async <T>(work: () => Promise<T>): Promise<T> => {
      if (isDead()) return never();
      try {
        return await work();
      } finally {
        if (isDead()) await never();
      }
    };
    return {
      // The input stays open: the runtime closes it when it is done, and here it never is.
      input: (async function* () {
        for (const request of requests) yield await Promise.resolve(request);
        await never();
      })(),
      output: { write: (pieces) => whileAlive(() => this.#write(pieces, options.output)) },
      logLine: (line) => {
        if (!this.#isDead) options.onLogLine?.(line);
      },
      clock: {
        now: () => clock.now() + clockOffMs,
        sleep: (ms, signal) => whileAlive(() => clock.sleep(ms, signal)),
      },
      random: options.random,
      environment: {},
      http: {
        send: (request, timeoutMs, signal) =>
          whileAlive(() => transport.send(request, timeoutMs, signal)),
      },
      stop: this.#stop.signal,
    };
  }

  async #write(
    pieces: readonly Uint8Array[],
    output: (bytes: Uint8Array) => Promise<void>,
  ): Promise<void> {
    const bytes = Buffer.concat(pieces); // Copied: the connector may use its buffers again.
    const written = bytes.subarray(0, this.#bytesLeft);
    this.#bytesLeft -= written.length;
    const taken = output(written);
    if (written.length < bytes.length) this.#die();
    await taken;
  }
}
