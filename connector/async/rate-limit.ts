/** So many units per second. */

import type { Clock } from '../host.ts';
import { commonWaitMs } from './wake-time.ts';

export interface RateLimitOptions {
  readonly unitsPerSecond: number;
  /** Units that may be taken at once after a pause. */
  readonly burst: number;
  /** True when those who wait may go on together, some milliseconds later than they had to. */
  readonly inBursts?: boolean;
}

/**
 * A token bucket that goes into debt: `take` books its units at once and then waits until they are there, so
 * callers are served in order and one large amount cannot starve.
 */
export class RateLimit {
  readonly #clock: Clock;
  /** Changed by `setRate`. */
  #options: RateLimitOptions;
  /** Units at `#filledAt`; negative while callers wait. */
  #level: number;
  #filledAt: number;

  constructor(clock: Clock, options: RateLimitOptions) {
    this.#clock = clock;
    this.#options = options;
    this.#level = options.burst;
    this.#filledAt = clock.now();
  }

  get unitsPerSecond(): number {
    return this.#options.unitsPerSecond;
  }

  /** Takes `units`, waiting as long as they are not there. When aborted, they are given back. */
  async take(units: number, signal: AbortSignal): Promise<void> {
    this.#fill();
    this.#level -= units;
    if (this.#level >= 0) return;
    const { unitsPerSecond, inBursts = false } = this.#options;
    const waitMs = (-this.#level / unitsPerSecond) * 1000;
    try {
      await this.#clock.sleep(inBursts ? commonWaitMs(this.#filledAt, waitMs) : waitMs, signal);
    } catch (error) {
      this.#level += units;
      throw error;
    }
  }

  /** Takes `units` more (or, negative, gives them back) without waiting: the correction of a guess. */
  correct(units: number): void {
    this.#fill();
    this.#level -= units;
  }

  setRate(options: RateLimitOptions): void {
    this.#fill();
    this.#options = options;
    this.#level = Math.min(this.#level, options.burst);
  }

  #fill(): void {
    const now = this.#clock.now();
    // A clock that was set back must not take units away.
    const elapsedSeconds = Math.max(0, now - this.#filledAt) / 1000;
    this.#filledAt = now;
    this.#level = Math.min(
      this.#options.burst,
      this.#level + elapsedSeconds * this.#options.unitsPerSecond,
    );
  }
}
