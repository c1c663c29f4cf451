/** When each export in progress is asked for again. */

import type { Clock } from '../host.ts';

/** Exports take ten minutes at least, and hours at times: they are asked for less and less often. */
export const pollIntervalMs = 30_000;
const pollIntervalMsMax = 5 * 60_000;
const pollGrowth = 1.1;

export class ExportPolls {
  readonly #clock: Clock;
  readonly #next = new Map<string, { readonly atMs: number; readonly intervalMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  isDue(exportArn: string): boolean {
    return this.#clock.now() >= (this.#next.get(exportArn)?.atMs ?? 0);
  }

  /** It was found to be in progress. */
  inProgress(exportArn: string): void {
    const { intervalMs = pollIntervalMs } = this.#next.get(exportArn) ?? {};
    this.#next.set(exportArn, {
      atMs: this.#clock.now() + intervalMs,
      intervalMs: Math.min(pollIntervalMsMax, intervalMs * pollGrowth),
    });
  }
}
