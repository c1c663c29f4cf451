/** Bytes that grow, in buffers that are used again. */

import type { BufferPool } from '../buffer-pool.ts';
import { type ByteSource, copyString } from './json-bytes.ts';

/** Byte loops write two words of four at a time, and may write seven bytes more than they mean to. */
const slackBytes = 8;

/**
 * Bytes with a length. They are plain views, not `Buffer`s: one kind of array everywhere keeps the byte loops
 * compiled for that kind. Byte loops write to `bytes` themselves and set `length`, after `reserve` has made room for
 * all they may write; `bytes` is another array after `reserve` and `write`.
 */
export class ByteWriter {
  bytes: Uint8Array;
  view: DataView;
  length = 0;
  readonly #pool: BufferPool;

  constructor(pool: BufferPool, capacity: number) {
    this.#pool = pool;
    this.bytes = new Uint8Array(pool.take(capacity));
    this.view = new DataView(this.bytes.buffer);
  }

  /** Makes room for so many bytes more. */
  reserve(count: number): void {
    const needed = this.length + count + slackBytes;
    if (needed > this.bytes.length) this.#grow(needed);
  }

  write(source: Uint8Array): void {
    this.reserve(source.length);
    this.bytes.set(source, this.length);
    this.length += source.length;
  }

  /** The part of `source` from `start` to `end`. */
  writeRange(source: Uint8Array, start: number, end: number): void {
    this.write(source.subarray(start, end));
  }

  /** Text that has no character above U+007F. */
  writeAscii(text: string): void {
    this.reserve(text.length);
    const { bytes, length } = this;
    for (let index = 0; index < text.length; index++) {
      bytes[length + index] = text.charCodeAt(index);
    }
    this.length += text.length;
  }

  /** Copies the string at `at`, and returns where it ends. */
  writeString(body: ByteSource, at: number): number {
    this.reserve(body.bytes.length - at);
    const end = copyString(body, at, this, this.length);
    this.length += end - at;
    return end;
  }

  /** For the places where a byte is not worth a loop of its own; `reserve` must have been called. */
  writeByte(byte: number): void {
    this.bytes[this.length++] = byte;
  }

  #grow(needed: number): void {
    const small = this.bytes;
    this.bytes = new Uint8Array(this.#pool.take(Math.max(needed, Math.ceil(small.length * 1.5))));
    this.view = new DataView(this.bytes.buffer);
    this.bytes.set(small.subarray(0, this.length));
    this.#pool.give(small.buffer);
  }
}
