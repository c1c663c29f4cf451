/** Waits that end together. */

/**
 * Waking up costs as much as a call: a thousand calls a second take two thirds of the CPU time when they come
 * twenty-five at a time.
 */
const grainMs = 25;

/** How long to wait from `nowMs`, at least `waitMs`, so that waits of others end at the same moment. */
export function commonWaitMs(nowMs: number, waitMs: number): number {
  return Math.ceil((nowMs + waitMs) / grainMs) * grainMs - nowMs;
}
