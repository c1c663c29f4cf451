/** Bytes that came in pieces and leave in messages. */

/**
 * The bytes that no message has taken yet. Pieces are kept as they came and joined once, when the message they
 * belong to is complete, so that a message of n bytes costs n however finely it was cut.
 */
export class ByteQueue {
  #pieces: Uint8Array[] = [];
  #length = 0;

  /** How many bytes there are to take. */
  get length(): number {
    return this.#length;
  }

  /** Adds a piece at the end. It must not be changed until its bytes are taken. */
  push(piece: Uint8Array): void {
    if (piece.length === 0) return;
    this.#pieces.push(piece);
    this.#length += piece.length;
  }

  /** Takes the first `count` bytes. Throws a `RangeError` when there are fewer. */
  take(count: number): Uint8Array {
    if (count > this.#length) throw new RangeError(`Cannot take ${count} of ${this.#length} bytes`);
    const [first] = this.#pieces;
    if (first && count < first.length) {
      this.#pieces[0] = first.subarray(count);
      this.#length -= count;
      return first.subarray(0, count);
    }
    return this.#join(count);
  }

  /** Takes the first `count` bytes, which are all of the first piece or go beyond it. */
  #join(count: number): Uint8Array {
    let taken = 0;
    let whole = 0;
    for (const piece of this.#pieces) {
      if (taken + piece.length > count) break;
      taken += piece.length;
      whole += 1;
    }
    const parts = this.#pieces.splice(0, whole);
    const [next] = this.#pieces;
    if (next && taken < count) {
      parts.push(next.subarray(0, count - taken));
      this.#pieces[0] = next.subarray(count - taken);
    }
    this.#length -= count;
    const [only] = parts;
    return parts.length === 1 && only ? only : Buffer.concat(parts, count);
  }
}
