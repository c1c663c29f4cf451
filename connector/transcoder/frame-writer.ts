/** Frames one after the other in one buffer. */

import type { BufferPool } from '../buffer-pool.ts';
import { ByteWriter } from './byte-writer.ts';
import { openMap } from './bytes.ts';
import { sealBytes, type DocumentFraming, type Frames } from './documents.ts';

const closing = Buffer.from('}}');

/** Writes documents, whose members end with `_meta`, into frames. */
export class FrameWriter {
  /** Where the document goes that was opened. */
  readonly writer: ByteWriter;
  count = 0;
  readonly #pool: BufferPool;
  readonly #framing: DocumentFraming;
  readonly #opening: Uint8Array;
  readonly #closing: Uint8Array;
  #ends = new Int32Array(64);
  #end = 0;

  constructor(pool: BufferPool, framing: DocumentFraming, capacity: number) {
    this.writer = new ByteWriter(pool, capacity);
    this.#pool = pool;
    this.#framing = framing;
    this.#opening = Buffer.concat([framing.head, Buffer.of(openMap)]);
    this.#closing = Buffer.concat([closing, framing.tail]);
  }

  /** Begins a document behind the last one closed; what was written since is thrown away. */
  open(): void {
    this.writer.length = this.#end;
    this.writer.write(this.#opening);
  }

  /** Ends `_meta`, the document and its frame. */
  close(): void {
    const { writer } = this;
    writer.write(this.#closing);
    writer.reserve(sealBytes);
    this.#end = this.#framing.seal(writer.bytes, this.#end, writer.length);
    if (this.count === this.#ends.length) {
      const ends = this.#ends;
      this.#ends = new Int32Array(2 * ends.length);
      this.#ends.set(ends);
    }
    this.#ends[this.count++] = this.#end;
  }

  /** All frames closed. */
  finish(): Frames {
    const { count } = this;
    const { bytes } = this.writer;
    const ends = this.#ends;
    const whole = bytes.subarray(0, this.#end);
    let isReleased = false;
    return {
      bytes: whole,
      count,
      end: (index) => ends[index]!,
      without: (dropped) => remainingPieces(whole, ends, dropped),
      release: () => {
        if (!isReleased) this.#pool.give(bytes.buffer);
        isReleased = true;
      },
    };
  }
}

/** The frames but for those dropped. */
function remainingPieces(
  bytes: Uint8Array,
  ends: Int32Array,
  dropped: readonly number[],
): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let start = 0;
  const add = (end: number) => {
    if (end > start) pieces.push(bytes.subarray(start, end));
  };
  for (const index of dropped) {
    add(index === 0 ? 0 : ends[index - 1]!);
    start = ends[index]!;
  }
  add(bytes.length);
  return pieces;
}
