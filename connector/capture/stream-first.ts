/** Whether the backfill may scan, or the stream must go first. */

import type { Clock } from '../host.ts';
import type { StreamLag } from '../stream/stream.ts';

/** Nearly caught up: scanned items are hardly ever ahead of the stream for longer than this. */
const nearlyCaughtUpMs = 60_000;
/** So far the stream may fall behind while the backfill runs. */
const lagMsMax = 300_000;
/** How often a backfill that has to wait for a stream that is behind checks whether it may go on. */
const lookIntervalMs = 1000;

/**
 * A page may be ahead of the stream: older records of its items follow, until the stream has caught up. So the
 * backfill waits until the stream is nearly caught up, and again whenever it falls far behind; which also keeps
 * the stream within the 24 hours that its records last.
 */
export class StreamFirst {
  readonly #lag: StreamLag;
  #isOpen = false;

  constructor(lag: StreamLag) {
    this.#lag = lag;
  }

  /** What `mayScan` last said. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Waits until `mayScan` may say something else. */
  async wait(clock: Clock, signal: AbortSignal): Promise<void> {
    // A start waits for nothing but the first page of each shard, and not until somebody looks.
    if (this.#lag.lagMs() === Infinity) await this.#lag.untilKnown(signal);
    else await clock.sleep(lookIntervalMs, signal);
  }

  mayScan(): boolean {
    this.#isOpen = this.#lag.lagMs() < (this.#isOpen ? lagMsMax : nearlyCaughtUpMs);
    return this.#isOpen;
  }
}
