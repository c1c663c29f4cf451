/** Counts a connector's responses without reading them. */

import type { CodecName } from '../support/connector-process.ts';

const newline = 0x0a;
/** Of `{"captured":…`; no other response has an `a` there. */
const jsonKindAt = 3;
const jsonCaptured = 0x61;
/** Field 6 of a response, length-delimited. */
const protoCaptured = 0x32;
const lengthBytes = 4;

export interface FrameCounter {
  /** Documents that have begun, other responses that have begun, and all bytes. */
  readonly documents: number;
  readonly others: number;
  readonly bytes: number;
  push(chunk: Uint8Array): void;
}

export function createFrameCounter(codec: CodecName): FrameCounter {
  return codec === 'json' ? new LineCounter() : new ProtoCounter();
}

class LineCounter implements FrameCounter {
  documents = 0;
  others = 0;
  bytes = 0;
  /** Bytes of the present line in the chunks before. */
  #seen = 0;

  push(chunk: Uint8Array): void {
    this.bytes += chunk.length;
    for (let start = 0; start < chunk.length;) {
      const end = chunk.indexOf(newline, start);
      const kindAt = start + jsonKindAt - this.#seen;
      if (kindAt >= start && kindAt < (end < 0 ? chunk.length : end)) {
        if (chunk[kindAt] === jsonCaptured) this.documents += 1;
        else this.others += 1;
      }
      if (end < 0) {
        this.#seen += chunk.length - start;
        return;
      }
      this.#seen = 0;
      start = end + 1;
    }
  }
}

class ProtoCounter implements FrameCounter {
  documents = 0;
  others = 0;
  bytes = 0;
  /** Bytes of the present frame's length read so far, and its value. */
  #lengthRead = 0;
  #length = 0;
  /** Bytes of the present frame still to come; its first byte is yet to be seen while `#isNew`. */
  #left = 0;
  #isNew = true;

  push(chunk: Uint8Array): void {
    this.bytes += chunk.length;
    for (let at = 0; at < chunk.length;) {
      if (this.#left === 0) {
        this.#readLength(chunk[at]!);
        at += 1;
        continue;
      }
      if (this.#isNew) {
        if (chunk[at] === protoCaptured) this.documents += 1;
        else this.others += 1;
        this.#isNew = false;
      }
      const taken = Math.min(this.#left, chunk.length - at);
      this.#left -= taken;
      at += taken;
    }
  }

  #readLength(byte: number): void {
    this.#length += byte * 2 ** (8 * this.#lengthRead);
    this.#lengthRead += 1;
    if (this.#lengthRead < lengthBytes) return;
    this.#left = this.#length;
    this.#isNew = true;
    this.#length = 0;
    this.#lengthRead = 0;
  }
}
