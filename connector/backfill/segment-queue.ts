/** Which segment is scanned next. */

import type { ItemKey } from '../table.ts';
import type { UnfinishedSegment } from '../state/state.ts';

/** Segments begun and not finished: enough to spread over the table's partitions, few enough for the state. */
const activeMax = 64;

/**
 * Turns round a window of active segments, a page each. Segments are ranges of the key hash in order, so they
 * are begun in bit-reversed order: those active at a time lie far apart, and with them the partitions read.
 */
export class SegmentQueue {
  readonly #waiting: UnfinishedSegment[];
  readonly #active: UnfinishedSegment[] = [];
  #begunCount = 0;

  constructor(segments: readonly UnfinishedSegment[]) {
    const begun = segments.filter(({ startKey }) => startKey !== undefined);
    const fresh = segments.filter(({ startKey }) => startKey === undefined);
    // Folded, since a million segments are too many arguments for one call.
    const end = segments.reduce((most, { segment }) => Math.max(most, segment + 1), 2);
    const bits = Math.ceil(Math.log2(end));
    const place = ({ segment }: UnfinishedSegment) => reverseBits(segment, bits);
    // Taken from the end; segments begun before a restart come first.
    this.#waiting = [...begun, ...fresh.sort((a, b) => place(a) - place(b))].reverse();
  }

  /** The next segment, which then is out of the queue; undefined when none is to be had at the moment. */
  take(): UnfinishedSegment | undefined {
    if (this.#begunCount < activeMax) {
      const fresh = this.#waiting.pop();
      if (fresh !== undefined) {
        this.#begunCount += 1;
        return fresh;
      }
    }
    return this.#active.shift();
  }

  /** Puts a segment back, to go on at this key. */
  putBack(segment: number, startKey: ItemKey | undefined): void {
    this.#active.push({ segment, startKey });
  }

  /** The segment just taken is finished. */
  finished(): void {
    this.#begunCount -= 1;
  }

  /** True when no segment is left, taken or not. */
  get isDone(): boolean {
    return this.#begunCount === 0 && this.#waiting.length === 0;
  }
}

function reverseBits(value: number, bits: number): number {
  let reversed = 0;
  for (let bit = 0; bit < bits; bit += 1) reversed = reversed * 2 + ((value >> bit) & 1);
  return reversed;
}
