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
  /** Those that know what they need, and come first. */
  readonly #exchanging: Waiter[] = [];
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
    if (this.#isFree && this.#fits(bytes)) this.#held += bytes;
    else await this.#wait(this.#waiters, bytes, signal);
  }

  /** Takes `bytes` if they fit at once, and says whether they did. */
  tryAcquire(bytes: number): boolean {
    const isRoom = this.#isFree && this.#held + bytes <= this.#limit;
    if (isRoom) this.#held += bytes;
    return isRoom;
  }

  /**
   * Takes `bytes` instead of what was `booked` for them by a guess; undefined where they fit. While they do not, nothing
   * is held, so that no two wait for each other; but it comes before all who acquire, who have not begun yet.
   */
  exchange(booked: number, bytes: number, signal: AbortSignal): Promise<void> | undefined {
    this.#held -= booked;
    if (bytes <= booked || (this.#exchanging.length === 0 && this.#fits(bytes))) {
      this.#held += bytes;
      this.#admitWaiters();
      return undefined;
    }
    const waiting = this.#wait(this.#exchanging, bytes, signal);
    // What was booked may be what another one waits for.
    this.#admitWaiters();
    return waiting;
  }

  /** Gives bytes back, or takes more without waiting when negative: the correction of a guess. */
  release(bytes: number): void {
    this.#held -= bytes;
    this.#admitWaiters();
  }

  get #isFree(): boolean {
    return this.#waiters.length === 0 && this.#exchanging.length === 0;
  }

  #wait(queue: Waiter[], bytes: number, signal: AbortSignal): Promise<void> {
    return orAborted(signal, (resolve) => {
      const waiter: Waiter = { bytes, admit: resolve };
      queue.push(waiter);
      return () => {
        queue.splice(queue.indexOf(waiter), 1);
        // The one that left may have been the one all others waited behind.
        this.#admitWaiters();
      };
    });
  }

  #admitWaiters(): void {
    while (!this.#isFree) {
      const queue = this.#exchanging.length > 0 ? this.#exchanging : this.#waiters;
      const [first] = queue;
      if (first === undefined || !this.#fits(first.bytes)) return;
      queue.shift();
      this.#held += first.bytes;
      first.admit();
    }
  }

  #fits(bytes: number): boolean {
    return this.#held === 0 || this.#held + bytes <= this.#limit;
  }
}

/**
 * The room for one page, from before its request until it is emitted: at first what pages lately needed, and what it
 * needs itself as soon as its length is known, before it is read.
 */
export class PageRoom {
  readonly #budget: ByteBudget;
  readonly #signal: AbortSignal;
  #held = 0;
  /** True once it is released for good. */
  #isGone = false;

  constructor(budget: ByteBudget, signal: AbortSignal) {
    this.#budget = budget;
    this.#signal = signal;
  }

  /** Waits until so many bytes fit. */
  async book(bytes: number): Promise<void> {
    await this.#budget.acquire(bytes, this.#signal);
    this.#held = bytes;
  }

  /** The page needs so many. Where they do not fit, it must not be read until the promise resolves. */
  exchange(bytes: number): Promise<void> | undefined {
    const waiting = this.#budget.exchange(this.#held, bytes, this.#signal);
    this.#held = waiting === undefined ? bytes : 0;
    return waiting?.then(() => {
      if (this.#isGone) this.#budget.release(bytes);
      else this.#held = bytes;
    });
  }

  /** The page is here, and it is this large. */
  correct(bytes: number): void {
    this.#budget.release(this.#held - bytes);
    this.#held = bytes;
  }

  /** The page is gone, or will not come. May be called again. */
  release(): void {
    this.#isGone = true;
    this.#budget.release(this.#held);
    this.#held = 0;
  }
}
