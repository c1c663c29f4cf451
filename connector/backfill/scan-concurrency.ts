/** How many scan requests are in flight. */

import type { Clock } from '../host.ts';

/** Half a dozen requests hide the latency of a page; each further one must earn its place. */
const concurrencyAtStart = 4;
/** Each request may hold a page of several megabytes; 16 of them read 40,000 units a second at 100 ms a page. */
export const concurrencyMax = 16;
/** A rate is judged over at least this time and this many pages per request in flight. */
const windowMs = 1000;
const windowPagesPerRequest = 2;
/** A request more in flight must bring this much, else it is taken back. */
const worthwhileGain = 1.05;
/** After this many judgements without change, one request more is tried again: conditions may have changed. */
const restWindows = 10;
/** Requests in flight together are throttled together: that counts once in this time. */
const throttleIntervalMs = 1000;

/** Finds how many requests pay by climbing: one more while reads speed up, half when the table throttles. */
export class ScanConcurrency {
  readonly #clock: Clock;
  #count = concurrencyAtStart;
  #windowStart: number;
  #bytes = 0;
  #pages = 0;
  /** Bytes per second before the last request was added; 0 when there is nothing to compare with. */
  #rateBefore = 0;
  #restingWindows = 0;
  #throttledAt = -Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#windowStart = clock.now();
  }

  get count(): number {
    return this.#count;
  }

  /** A page of this many bytes was read. */
  pageRead(bytes: number): void {
    this.#bytes += bytes;
    this.#pages += 1;
    const elapsedMs = this.#clock.now() - this.#windowStart;
    if (elapsedMs < windowMs || this.#pages < this.#count * windowPagesPerRequest) return;
    this.#judge((this.#bytes / elapsedMs) * 1000);
    this.#restart();
  }

  /** The table is short of capacity. */
  throttled(): void {
    const now = this.#clock.now();
    if (now - this.#throttledAt < throttleIntervalMs) return;
    this.#throttledAt = now;
    this.#count = Math.max(1, Math.floor(this.#count / 2));
    this.#rateBefore = 0;
    this.#restingWindows = 1;
    this.#restart();
  }

  #judge(rate: number): void {
    if (this.#restingWindows > 0) {
      this.#restingWindows = (this.#restingWindows + 1) % restWindows;
      return;
    }
    if (rate > this.#rateBefore * worthwhileGain) {
      this.#rateBefore = rate;
      this.#count = Math.min(concurrencyMax, this.#count + 1);
      return;
    }
    this.#count = Math.max(1, this.#count - 1);
    this.#rateBefore = 0;
    this.#restingWindows = 1;
  }

  #restart(): void {
    this.#windowStart = this.#clock.now();
    this.#bytes = 0;
    this.#pages = 0;
  }
}
