/** How soon a table that has lost stream records is backfilled again. */

import type { Clock } from '../host.ts';

/** After the first loss at once; then longer each time, so that a cause that stays costs a bounded amount. */
const waitsMs = [0, 1, 5, 20, 60].map((minutes) => minutes * 60_000);
/** A backfill that went well for so long has nothing to do with the loss before it. */
const shortMs = 24 * 3600 * 1000;

/** Counts losses that follow one another. */
export class RestartBackoff {
  readonly #clock: Clock;
  /** Losses in a row, each soon after the one before. */
  #count = 0;
  #lastAtMs = -Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Records were lost: how long to wait before the next backfill begins, and how many losses that makes in a row. */
  next(): { readonly waitMs: number; readonly count: number } {
    const now = this.#clock.now();
    if (now - this.#lastAtMs > shortMs) this.#count = 0;
    this.#count += 1;
    const waitMs = waitsMs[Math.min(this.#count, waitsMs.length) - 1] ?? 0;
    this.#lastAtMs = now + waitMs;
    return { waitMs, count: this.#count };
  }
}
