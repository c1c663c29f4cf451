/** Keys that a repair has read again already: windows overlap, and a key stands in each one in which it changed. */

import type { ByteBudget } from '../async/byte-budget.ts';

/** What an entry of a set takes beside its text of two bytes a character. */
const bytesPerKey = 100;

/**
 * Rule. A key that was read again and delivered since the repair began need not be read for another window.
 *
 * Why it holds. It was as it stood when it was read; all that became of it later is on the stream, which is live for as
 * long as the repair, and another gap begins another repair.
 *
 * The memory is bounded: a key for which there is no room is read again for each of its windows.
 */
export class ReadKeys {
  readonly #budget: ByteBudget;
  readonly #texts = new Set<string>();
  #held = 0;

  constructor(budget: ByteBudget) {
    this.#budget = budget;
  }

  has(text: string): boolean {
    return this.#texts.has(text);
  }

  add(text: string): void {
    const bytes = bytesPerKey + 2 * text.length;
    if (this.#texts.has(text) || !this.#budget.tryAcquire(bytes)) return;
    this.#held += bytes;
    this.#texts.add(text);
  }

  /** Gives its room to other tables. */
  forget(): void {
    this.#texts.clear();
    this.#budget.release(this.#held);
    this.#held = 0;
  }
}
