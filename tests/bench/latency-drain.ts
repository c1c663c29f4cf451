/** Reads a connector's output for the documents of writes that tell when they were made. */

import { Socket } from 'node:net';
import { monotonicMs } from './drain.ts';

const mark = '"writtenAt":';
const kindMark = '"snapshot":';
/** A mark, its number, and what kind of document it is in: never further apart than this. */
const markSpan = 120;
const readBytes = 1024 * 1024;

export type LatencyQuestion = 'first-response' | 'take';

/** What has come since it was last taken. */
export interface Latencies {
  /** From the writes of changes to their documents' arrival, in milliseconds. */
  readonly latenciesMs: readonly number[];
  readonly bytes: number;
  readonly firstResponseAtMs: number | undefined;
}

/** Finds the marks of changes, in chunks of any size. */
export class LatencyReader {
  latenciesMs: number[] = [];
  /** The end of the chunks before, where a mark may have begun. */
  #rest = Buffer.alloc(0);

  push(chunk: Uint8Array, nowMs: number): void {
    const bytes = Buffer.concat([this.#rest, chunk]);
    let from = 0;
    for (;;) {
      const at = bytes.indexOf(mark, from);
      if (at < 0) {
        from = Math.max(from, bytes.length - mark.length);
        break;
      }
      if (at + markSpan > bytes.length) {
        from = at;
        break;
      }
      const text = bytes.toString('latin1', at + mark.length, at + markSpan);
      const kindAt = text.indexOf(kindMark);
      // Scanned items carry the mark, too.
      if (text.startsWith('false', kindAt + kindMark.length)) {
        this.latenciesMs.push(nowMs - Number.parseInt(text, 10));
      }
      from = at + mark.length;
    }
    this.#rest = Buffer.from(bytes.subarray(from));
  }
}

/** The role: reads its stdin, and answers how long changes took. */
export function latencyRole() {
  const reader = new LatencyReader();
  let bytes = 0;
  let firstResponseAtMs: number | undefined;
  let answered: () => void = () => undefined;
  const buffer = Buffer.alloc(readBytes);
  const onRead = (length: number) => {
    bytes += length;
    firstResponseAtMs ??= monotonicMs();
    answered();
    reader.push(buffer.subarray(0, length), Date.now());
    return true;
  };
  new Socket({ fd: 0, readable: true, onread: { buffer, callback: onRead } } as object).resume();
  return async (question: LatencyQuestion): Promise<Latencies> => {
    if (question === 'first-response' && firstResponseAtMs === undefined) {
      await new Promise<void>((resolve) => (answered = resolve));
    }
    const taken = { latenciesMs: reader.latenciesMs, bytes, firstResponseAtMs };
    if (question === 'take') {
      reader.latenciesMs = [];
      bytes = 0;
    }
    return taken;
  };
}
