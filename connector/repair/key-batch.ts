/** Keys that are read together, and how far the export is read once they are. */

import type { ExportedKey } from '../transcoder/transcoder.ts';
import type { ExportLine, LinePlace } from './export-lines.ts';

/** As many as BatchGetItem takes. */
const keysMax = 100;
/** The lines of a batch are kept until its answer is there: an item that is gone is written from its line. */
const lineBytesMax = 1024 * 1024;

export interface KeyBatch {
  readonly keys: readonly ExportedKey[];
  readonly lineBytes: number;
  /** Behind its last line. */
  readonly next: LinePlace;
}

/**
 * Lines in batches, each key once in a batch, without those that are passed over. `keysAllowed`: how many the table's
 * capacity suffers together.
 */
export async function* keyBatches(
  lines: AsyncIterable<ExportLine>,
  readKey: (line: Uint8Array) => ExportedKey,
  isPassedOver: (key: ExportedKey) => boolean,
  keysAllowed: () => number,
): AsyncGenerator<KeyBatch> {
  let keys = new Map<string, ExportedKey>();
  let lineBytes = 0;
  let last: LinePlace | undefined;
  for await (const { bytes, next } of lines) {
    const key = readKey(bytes);
    if (!keys.has(key.text) && !isPassedOver(key)) {
      keys.set(key.text, key);
      lineBytes += bytes.length;
    }
    last = next;
    if (keys.size < Math.min(keysMax, keysAllowed()) && lineBytes < lineBytesMax) continue;
    yield { keys: [...keys.values()], lineBytes, next };
    keys = new Map();
    lineBytes = 0;
    last = undefined;
  }
  if (last !== undefined && keys.size > 0)
    yield { keys: [...keys.values()], lineBytes, next: last };
}

/** How far an export is read, although its batches end in any order. */
export class ReadingOrder {
  /** Batches begun and not ended, or ended before one that was begun earlier; in order. */
  readonly #batches: { readonly next: LinePlace; isDone: boolean }[] = [];

  /** Begins a batch; the function it returns ends it, and says where to go on if that has changed. */
  begin(next: LinePlace): () => LinePlace | undefined {
    const batch = { next, isDone: false };
    this.#batches.push(batch);
    return () => {
      batch.isDone = true;
      let place: LinePlace | undefined;
      for (let first = this.#batches[0]; first?.isDone === true; first = this.#batches[0]) {
        place = first.next;
        this.#batches.shift();
      }
      return place;
    };
  }
}
