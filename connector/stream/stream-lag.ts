/** How far the stream is behind, over all shards being read. */

import { orAborted } from '../async/abort.ts';
import type { Clock } from '../host.ts';

/** Looking at thousands of shards for every scan page would cost more than the answer changes in this time. */
const cacheMs = 250;

/**
 * Until when each shard has been read. DynamoDB does not tell how far a reader is behind, so what counts is the
 * time of the newest record of a full page, and the page's own time where more records were not to be had.
 */
export class StreamLag {
  readonly #clock: Clock;
  /** By shard; -Infinity until its first page has come. */
  readonly #readUntilMs = new Map<string, number>();
  #cached = { atMs: -Infinity, readUntilMs: -Infinity };
  #isListed = false;
  /** Shards of which nothing has come yet. */
  #unknownCount = 0;
  /** Called when the lag is known again. */
  readonly #waiters = new Set<() => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** All shards are known: from here on the lag means something. */
  listed(): void {
    this.#isListed = true;
    this.#cached.atMs = -Infinity;
    this.#wake();
  }

  /** A shard is to be read from now on. It begins where its parent ended, if that was read by us, just now. */
  begin(shardId: string, parentId: string | undefined): void {
    const parentMs = parentId === undefined ? undefined : this.#readUntilMs.get(parentId);
    this.#set(shardId, parentMs ?? -Infinity);
    this.#cached.atMs = -Infinity;
  }

  /** Everything up to this moment was read. It may lie ahead: so long the shard is left alone on purpose. */
  readUntil(shardId: string, ms: number): void {
    this.#set(shardId, ms);
  }

  /** The same of a shard of which nothing else is known: a first page without records. */
  beginsAt(shardId: string, ms: number): void {
    if (this.#readUntilMs.get(shardId) === -Infinity) this.#set(shardId, ms);
  }

  /** A shard was read to its end, and its children have begun. */
  end(shardId: string): void {
    const wasUnknown = this.#readUntilMs.get(shardId) === -Infinity;
    this.#readUntilMs.delete(shardId);
    this.#cached.atMs = -Infinity;
    if (wasUnknown) this.#becameKnown();
  }

  /** Shards being read. */
  get shardCount(): number {
    return this.#readUntilMs.size;
  }

  /** Milliseconds between now and what has been read of the shard furthest behind; Infinity until that is known. */
  lagMs(): number {
    return Math.max(0, this.#clock.now() - this.readUntilMs());
  }

  /** Resolves as soon as something is known of every shard. */
  async untilKnown(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#isKnown) return;
    await orAborted(signal, (resolve) => {
      this.#waiters.add(resolve);
      return () => this.#waiters.delete(resolve);
    });
  }

  /** The moment until which every shard has been read. */
  readUntilMs(): number {
    if (!this.#isListed) return -Infinity;
    const now = this.#clock.now();
    if (Math.abs(now - this.#cached.atMs) >= cacheMs) {
      let readUntilMs = now;
      for (const ms of this.#readUntilMs.values()) readUntilMs = Math.min(readUntilMs, ms);
      this.#cached = { atMs: now, readUntilMs };
    }
    return this.#cached.readUntilMs;
  }

  get #isKnown(): boolean {
    return this.#isListed && this.#unknownCount === 0;
  }

  #set(shardId: string, ms: number): void {
    const wasUnknown = this.#readUntilMs.get(shardId) === -Infinity;
    this.#readUntilMs.set(shardId, ms);
    if (ms === -Infinity) this.#unknownCount += 1;
    if (wasUnknown) this.#becameKnown();
  }

  #becameKnown(): void {
    this.#unknownCount -= 1;
    if (!this.#isKnown) return;
    // What was worked out before did not know of it.
    this.#cached.atMs = -Infinity;
    this.#wake();
  }

  #wake(): void {
    if (!this.#isKnown) return;
    for (const resolve of this.#waiters) resolve();
    this.#waiters.clear();
  }
}
