/** Memory of large bodies and frames, used again. */

/** Smaller ones cost the allocator and the garbage collector little, and a lone change needs no page's buffer. */
const pooledBytesMin = 128 * 1024;
/** As many as are in flight in a fast backfill, and not the giant ones. */
const spareBuffersMax = 16;
const spareBytesMax = 24 * 1024 * 1024;

/** A spare one may be so many times as large as what is asked for: what is counted must be what is held. */
const sizeRatioMax = 1.25;

/**
 * Buffers whose readers are done. V8 collects all garbage anew for every 16 MB of buffers, ten pages, although
 * nothing else needs it; and fresh memory costs a page fault every 4 KB, more than the transcoding of those 4 KB.
 *
 * Buffers come in few sizes. Pages differ a little, and holes of ever other sizes are what makes a process grow to
 * several times of what it uses.
 */
export class BufferPool {
  /** Oldest first. */
  readonly #spare: ArrayBufferLike[] = [];
  #spareBytes = 0;

  /** A buffer of at least `length` bytes, of any content. */
  take(length: number): ArrayBufferLike {
    // Unlike `new ArrayBuffer` it does not write zeros first.
    if (length < pooledBytesMin) return Buffer.allocUnsafeSlow(length).buffer;
    const size = roundUp(length);
    // Not one of any larger size: a giant one belongs to the giant page.
    const index = this.#spare.findLastIndex(
      ({ byteLength }) => byteLength >= size && byteLength <= sizeRatioMax * size,
    );
    const [buffer] = index < 0 ? [] : this.#spare.splice(index, 1);
    if (buffer === undefined) return Buffer.allocUnsafeSlow(size).buffer;
    this.#spareBytes -= buffer.byteLength;
    return buffer;
  }

  /** Nobody may read or write the buffer after it was given. */
  give(buffer: ArrayBufferLike): void {
    if (buffer.byteLength < pooledBytesMin || this.#spare.includes(buffer)) return;
    this.#spare.push(buffer);
    this.#spareBytes += buffer.byteLength;
    while (this.#spare.length > spareBuffersMax || this.#spareBytes > spareBytesMax) {
      this.#spareBytes -= this.#spare.shift()?.byteLength ?? 0;
    }
  }
}

/** The next of four steps between two powers of two: at most a quarter is to spare. */
function roundUp(length: number): number {
  const step = 2 ** (29 - Math.clz32(length - 1));
  return Math.ceil(length / step) * step;
}
