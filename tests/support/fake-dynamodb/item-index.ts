/** A table's items in the order a scan meets them. */

import { comparePlaces, type Place } from './key.ts';

// Leaves split past this; moves within one stay short and the list of leaves stays small.
const leafLengthMax = 256;

/** Elements by place, each place once: sorted leaves in a sorted list. */
export class ItemIndex<T extends Place> {
  readonly #leaves: T[][] = [];

  insert(element: T): void {
    if (this.#leaves.length === 0) {
      this.#leaves.push([element]);
      return;
    }
    const leafIndex = this.#leafFor(element);
    const leaf = this.#leaves[leafIndex]!;
    insertAt(leaf, firstNotBefore(leaf, element), element);
    if (leaf.length > leafLengthMax) {
      this.#leaves.splice(leafIndex + 1, 0, leaf.splice(leaf.length >> 1));
    }
  }

  remove(element: T): void {
    if (this.#leaves.length === 0) return;
    const leafIndex = this.#leafFor(element);
    const leaf = this.#leaves[leafIndex]!;
    const index = firstNotBefore(leaf, element);
    if (leaf[index] !== element) return;
    leaf.splice(index, 1);
    if (leaf.length === 0) this.#leaves.splice(leafIndex, 1);
  }

  /** Elements from a place on. Nothing may be inserted or removed meanwhile. */
  *from(place: Place): Generator<T> {
    if (this.#leaves.length === 0) return;
    let leafIndex = this.#leafFor(place);
    let index = firstNotBefore(this.#leaves[leafIndex]!, place);
    for (; leafIndex < this.#leaves.length; leafIndex++, index = 0) {
      const leaf = this.#leaves[leafIndex]!;
      for (; index < leaf.length; index++) yield leaf[index]!;
    }
  }

  /** The last leaf that does not begin after the place; the first one if all do. */
  #leafFor(place: Place): number {
    let low = 0;
    let high = this.#leaves.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (comparePlaces(this.#leaves[middle]![0]!, place) <= 0) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** As `splice`, which makes an array for what it took out even when that is nothing. */
function insertAt<T>(leaf: T[], at: number, element: T): void {
  leaf.push(element);
  for (let index = leaf.length - 1; index > at; index--) leaf[index] = leaf[index - 1]!;
  leaf[at] = element;
}

function firstNotBefore(leaf: readonly Place[], place: Place): number {
  let low = 0;
  let high = leaf.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (comparePlaces(leaf[middle]!, place) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
