/** Large pieces of work, one in each turn of the event loop. */

import type { Clock } from '../host.ts';

/**
 * Spreads work that many tasks have to do. Their pages may come together, and without a pause between one and the
 * next nothing else would be served for as long as all of them take.
 */
export class Turns {
  readonly #clock: Clock;
  /** Resolves when the next one may begin. */
  #next: Promise<void> = Promise.resolve();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves when it is the caller's turn, which ends with what it does at once. First come, first served. */
  take(): Promise<void> {
    const turn = this.#next;
    this.#next = turn.then(() => this.#clock.turn?.());
    return turn;
  }
}
