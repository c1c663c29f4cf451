/** How a rate comes back after the table has throttled it. */

/** Nothing is asked for so long: the table's own users have what comes in. */
export const pauseSeconds = 0.5;
/** Of the rate at which it throttled, what is left at first. */
export const throttledShare = 0.4;
/** Requests in flight together are throttled together. */
const recentMs = 1000;
/** The rate at which it throttled was too much: it comes back to this share of it, in this time, and stays there. */
const backShare = 0.8;
const backSeconds = 20;
/** For so long; then it is tried whether there is more by now. Each time in vain, the next try is further off. */
const holdSeconds = 60;
const holdSecondsMax = 480;
/** A try that ends at no more than this share of the last one was in vain. */
const vainShare = 1.2;
/** By this share of itself the rate rises while it is tried. */
const tryPerSecond = 0.1;

/**
 * Problem. Only a refused call tells that a table has no capacity left, and then its own users are refused as well.
 * A rate that is halved and rises again at once finds that out every few seconds: half of the users' calls were refused.
 *
 * Rule. The rate at which it throttled is remembered. Less than half of it is left at first; then it comes back to a little
 * less than what was too much, stays there for a minute, and only then rises beyond, quickly, until it is throttled
 * again or has reached its ceiling.
 *
 * Why it holds. What a table has to spare changes by the minute, not by the second. Where it has changed for the
 * worse, the next refusals lower it again; for the better, the try finds all of it within a minute or two.
 */
export class ThrottledRate {
  readonly #rate: number;
  readonly #atMs: number;
  readonly #holdMs: number;

  constructor(rate: number, atMs: number, before: ThrottledRate | undefined) {
    this.#rate = rate;
    this.#atMs = atMs;
    const isVain = before?.isTrying(atMs) === true && rate <= before.#rate * vainShare;
    const holdMs = isVain ? before.#holdMs * 2 : holdSeconds * 1000;
    this.#holdMs = Math.min(holdMs, holdSecondsMax * 1000);
  }

  isRecent(nowMs: number): boolean {
    return Math.abs(nowMs - this.#atMs) < recentMs;
  }

  isTrying(nowMs: number): boolean {
    return nowMs - this.#atMs >= this.#holdMs;
  }

  /** What the rate may be now, `seconds` after it was last changed. */
  rateAt(nowMs: number, unitsPerSecond: number, seconds: number): number {
    if (this.isTrying(nowMs)) return unitsPerSecond * (1 + tryPerSecond) ** Math.min(seconds, 60);
    const back = Math.min(1, Math.max(0, nowMs - this.#atMs) / (backSeconds * 1000));
    return Math.max(
      unitsPerSecond,
      this.#rate * (throttledShare + (backShare - throttledShare) * back),
    );
  }
}
