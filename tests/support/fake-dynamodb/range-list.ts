/** The hash range of a table, divided among partitions or shards. */

import { hashCount } from './key.ts';

export interface HashRange {
  /** First hash of the range. */
  readonly low: number;
  /** First hash after the range. */
  readonly high: number;
}

/** Ranges without gap or overlap, in order. */
export class RangeList<T extends HashRange> {
  readonly #ranges: T[];

  constructor(ranges: readonly T[]) {
    this.#ranges = [...ranges];
  }

  all(): readonly T[] {
    return this.#ranges;
  }

  /** The one that owns a hash. */
  find(hash: number): T {
    let low = 0;
    let high = this.#ranges.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#ranges[middle]!.low <= hash) low = middle;
      else high = middle - 1;
    }
    return this.#ranges[low]!;
  }

  /** Puts others in the place of one; they must cover the same range. */
  replace(range: T, successors: readonly T[]): void {
    const index = this.#ranges.indexOf(range);
    if (index < 0) throw new Error('The range is not in the list');
    this.#ranges.splice(index, 1, ...successors);
  }
}

/** The whole hash range in equal parts. */
export function evenRanges(count: number): HashRange[] {
  const bound = (index: number) => Math.floor((index * hashCount) / count);
  return Array.from({ length: count }, (_, index) => ({
    low: bound(index),
    high: bound(index + 1),
  }));
}

/** A range in equal parts. */
export function divide({ low, high }: HashRange, count: number): HashRange[] {
  const bound = (index: number) => Math.floor(low + (index * (high - low)) / count);
  return Array.from({ length: count }, (_, index) => ({
    low: bound(index),
    high: bound(index + 1),
  }));
}
