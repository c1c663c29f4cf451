/** Reads a connector's output for the documents of writes that tell when they were made. */

import { Socket } from 'node:net';
import { monotonicMs } from './drain.ts';

const member = '"writtenAt":';
/** Nothing is said of spaces between a name and its value. */
const mark = /"writtenAt":\s?"(\d{13})\.(\d{1,9})"/g;
/** No mark is longer. */
const markBytesMax = member.length + 26;
const readBytes = 1024 * 1024;

export type LatencyQuestion = 'first-response' | 'take';

/** What has come since it was last taken. */
export interface Latencies {
  /** From the writes of changes to their documents' arrival, in milliseconds. */
  readonly latenciesMs: readonly number[];
  readonly bytes: number;
  readonly firstResponseAtMs: number | undefined;
}

/** The value of an attribute `writtenAt`: now, and a number that no other write has. */
export const writeMark = (number: number) => `${Date.now()}.${number}`;

/**
 * Finds the marks of writes, in chunks of any size: of any connector's documents, as they hold the item's own
 * attribute. A write counts once, when it is first seen.
 */
export class LatencyReader {
  latenciesMs: number[] = [];
  readonly #seen = new Set<number>();
  /** The end of the chunks before, where a mark may have begun. */
  #rest = Buffer.alloc(0);

  push(chunk: Uint8Array, nowMs: number): void {
    const bytes = Buffer.concat([this.#rest, chunk]);
    let from = 0;
    for (let at = bytes.indexOf(member); at >= 0; at = bytes.indexOf(member, from)) {
      if (at + markBytesMax > bytes.length) break;
      this.#note(bytes.toString('latin1', at, at + markBytesMax), nowMs);
      from = at + member.length;
    }
    this.#rest = Buffer.from(bytes.subarray(Math.max(from, bytes.length - markBytesMax)));
  }

  #note(text: string, nowMs: number): void {
    for (const [, writtenAtMs, number] of text.matchAll(mark)) {
      if (this.#seen.has(Number(number))) continue;
      this.#seen.add(Number(number));
      this.latenciesMs.push(nowMs - Number(writtenAtMs));
    }
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
