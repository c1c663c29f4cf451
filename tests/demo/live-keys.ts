/** Which items of a table exist, by their ordinals, as far as its writers know. */

import { drawBelow } from '../support/seeded-random.ts';

/**
 * Ordinals 0, 1, 2 … of which some exist. An ordinal is given to one writer at a time: two changes of one item
 * at the same moment would have no order that anybody could check.
 */
export class LiveKeys {
  #live: number[];
  #deleted: number[] = [];
  readonly #placeOf = new Map<number, number>();
  readonly #taken = new Set<number>();
  #next: number;

  constructor(count: number) {
    this.#next = count;
    this.#live = Array.from({ length: count }, (_, ordinal) => ordinal);
    for (const ordinal of this.#live) this.#placeOf.set(ordinal, ordinal);
  }

  get count(): number {
    return this.#live.length;
  }

  /** An ordinal that exists, drawn by chance; absent when none is free. */
  takeLive(random: () => number): number | undefined {
    // A few draws find a free one, since there are only a few writers.
    for (let draw = 0; draw < 20; draw++) {
      const ordinal = this.#live[drawBelow(random, this.#live.length)];
      if (ordinal !== undefined && this.take(ordinal)) return ordinal;
    }
    return undefined;
  }

  /** True when this ordinal exists and was free; it now belongs to the caller. */
  take(ordinal: number): boolean {
    if (!this.#placeOf.has(ordinal) || this.#taken.has(ordinal)) return false;
    this.#taken.add(ordinal);
    return true;
  }

  /** An ordinal that does not exist: sometimes one that did, which comes back. */
  takeAbsent(random: () => number): number {
    const at = drawBelow(random, this.#deleted.length);
    const deleted = random() < 0.4 ? this.#deleted.splice(at, 1)[0] : undefined;
    const ordinal = deleted ?? this.#next++;
    this.#taken.add(ordinal);
    return ordinal;
  }

  /** Gives an ordinal back, and says whether it exists now. */
  release(ordinal: number, exists: boolean): void {
    this.#taken.delete(ordinal);
    const place = this.#placeOf.get(ordinal);
    if (exists && place === undefined) {
      this.#placeOf.set(ordinal, this.#live.push(ordinal) - 1);
    } else if (!exists && place !== undefined) {
      const last = this.#live.pop() ?? ordinal;
      if (last !== ordinal) {
        this.#live[place] = last;
        this.#placeOf.set(last, place);
      }
      this.#placeOf.delete(ordinal);
      this.#deleted.push(ordinal);
    }
  }
}
