/** Memory of large bodies, used again. */

/** Smaller bodies cost the allocator and the garbage collector little. */
const pooledBytesMin = 128 * 1024;
/** As many as are in flight in a fast backfill, and not the giant ones. */
const spareBuffersMax = 16;
const spareBytesMax = 32 * 1024 * 1024;
/** Pages of a table differ a little: with this share of room to spare, a buffer fits the next page, too. */
const slack = 1 / 8;

/**
 * V8 collects all garbage anew for every 16 MB of buffers, ten pages, although nothing else needs it: that costs as
 * much as transcoding them. So buffers of bodies that were read come back here and serve the next ones.
 */
export class BodyPool {
  readonly #spare: Buffer[] = [];
  #spareBytes = 0;

  /** A buffer of at least `length` bytes, of any content. */
  take(length: number): Buffer {
    if (length < pooledBytesMin) return Buffer.allocUnsafeSlow(length);
    const index = this.#spare.findIndex((buffer) => buffer.length >= length);
    if (index < 0) return Buffer.allocUnsafeSlow(Math.ceil(length * (1 + slack)));
    const [buffer] = this.#spare.splice(index, 1);
    this.#spareBytes -= buffer?.length ?? 0;
    return buffer ?? Buffer.allocUnsafeSlow(length);
  }

  /** Nobody may read or write the memory of `body` after it was given. */
  give(body: Uint8Array): void {
    const { buffer } = body;
    const isSpare = this.#spare.some((spare) => spare.buffer === buffer);
    if (buffer.byteLength < pooledBytesMin || isSpare) return;
    this.#spare.push(Buffer.from(buffer as ArrayBuffer));
    this.#spareBytes += buffer.byteLength;
    while (this.#spare.length > spareBuffersMax || this.#spareBytes > spareBytesMax) {
      this.#spareBytes -= this.#spare.shift()?.length ?? 0;
    }
  }
}
