/** So many bytes in flight. */

import { orAborted } from './abort.ts';

interface Waiter {
  readonly bytes: number;
  readonly admit: () => void;
}

/** Bounds the bytes that readers hold between a response and the output. First come, first served. */
export class ByteBudget {
  readonly #limit: number;
  readonly #waiters: Waiter[] = [];
  #held = 0;

  constructor(limitBytes: number) {
    this.#limit = limitBytes;
  }

  /** Bytes held at this moment. */
  get heldBytes(): number {
    return this.#held;
  }

  /** Waits until `bytes` fit. An amount over the limit is let through alone, so that it can't wait for ever. */
  async acquire(bytes: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#waiters.length === 0 && this.#fits(bytes)) {
      this.#held += bytes;
      return;
    }
    await orAborted(signal, (resolve) => {
      const waiter: Waiter = { bytes, admit: resolve };
      this.#waiters.push(waiter);
      return () => {
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
        // The one that left may have been the one all others waited behind.
        this.#admitWaiters();
      };
    });
  }

  /** Gives bytes back, or takes more without waiting when negative: the correction of a guess. */
  release(bytes: number): void {
    this.#held -= bytes;
    this.#admitWaiters();
  }

  #admitWaiters(): void {
    for (let first = this.#waiters[0]; first !== undefined; first = this.#waiters[0]) {
      if (!this.#fits(first.bytes)) return;
      this.#waiters.shift();
      this.#held += first.bytes;
      first.admit();
    }
  }

  #fits(bytes: number): boolean {
    return this.#held === 0 || this.#held + bytes <= this.#limit;
  }
}
