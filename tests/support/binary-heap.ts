/** A queue whose first element is always the smallest. */

export class BinaryHeap<T> {
  readonly #isBefore: (a: T, b: T) => boolean;
  readonly #elements: T[] = [];

  /** `isBefore` must be a strict order; make it total where the order of equals matters. */
  constructor(isBefore: (a: T, b: T) => boolean) {
    this.#isBefore = isBefore;
  }

  get size(): number {
    return this.#elements.length;
  }

  /** The smallest element, left in place. */
  peek(): T | undefined {
    return this.#elements[0];
  }

  push(element: T): void {
    const elements = this.#elements;
    let hole = elements.length;
    elements.push(element);
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (!this.#isBefore(element, elements[parent]!)) break;
      elements[hole] = elements[parent]!;
      hole = parent;
    }
    elements[hole] = element;
  }

  /** Takes the smallest element out. */
  pop(): T | undefined {
    const elements = this.#elements;
    const first = elements[0];
    const last = elements.pop();
    if (elements.length > 0) this.#sink(last!);
    return first;
  }

  /** Drops every element for which `isKept` is false. */
  sift(isKept: (element: T) => boolean): void {
    const kept = this.#elements.filter(isKept);
    this.#elements.length = 0;
    for (const element of kept) this.push(element);
  }

  #sink(element: T): void {
    const elements = this.#elements;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= elements.length) break;
      if (child + 1 < elements.length && this.#isBefore(elements[child + 1]!, elements[child]!)) {
        child++;
      }
      if (!this.#isBefore(elements[child]!, element)) break;
      elements[hole] = elements[child]!;
      hole = child;
    }
    elements[hole] = element;
  }
}
