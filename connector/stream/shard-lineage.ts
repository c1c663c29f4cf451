/** Which shards may be read now: the pure rules of parents and children. */

import type { Shard } from '../aws/aws.ts';

/** Complete listings in a row that must lack a shard before that is believed. */
const listingsToBelieve = 2;

interface Entry {
  readonly parentId: string | undefined;
  /** Only ever moves on. `restored`: known from the state, not listed yet, so its parent is not known. */
  readonly phase: 'restored' | 'waiting' | 'reading' | 'finished';
}

/** What a page of a listing has brought to light. */
export interface LearnResult {
  /** Shards that are new and have to be read. */
  readonly added: readonly string[];
  /** Shards that turned up too late: their children were begun, so they count as finished. */
  readonly overtaken: readonly string[];
}

/** What a complete listing has brought to light. */
export interface ListingResult {
  /** Finished shards that are gone: nothing needs to be remembered of them. */
  readonly forgotten: readonly string[];
  /** Shards that are gone though they were never read to their end. */
  readonly lost: readonly string[];
  /** True when something is missing that another listing must confirm or refute. */
  readonly isDoubtful: boolean;
}

/**
 * The shards of one stream, and which of them may be read.
 *
 * Problem. A key's records move from a shard to exactly one of its children. A child read before its parent was
 * read to its end delivers new images before old ones, and the old ones stay. But listings are pages of a changing
 * whole: a child may appear before its parent, a parent may look open though it has children, shards may be
 * missing for a while, and the parents of a stream's oldest shards are gone for good.
 *
 * Rule. A shard may be read when its parent is finished, or gone. A shard is gone when several complete listings
 * in a row lack it. A parent that turns up after all, when children of its may have been read, counts as finished:
 * what it holds is older than what is out already.
 *
 * Why it holds. Parents that exist are listed sooner or later, and once known they must be finished. What is gone
 * without ever having been known is from before the capture, and the scan covers what it held; a pause so long
 * that shards came and went meanwhile is found by its length, not here.
 */
export class ShardLineage {
  readonly #shards = new Map<string, Entry>();
  /** Shards and parents that the last complete listing lacked, and how many before it in a row. */
  #missing = new Map<string, number>();

  /** Takes over what the state knows of a shard. To be called before anything is learnt. */
  restore(shardId: string, isFinished: boolean): void {
    this.#shards.set(shardId, {
      parentId: undefined,
      phase: isFinished ? 'finished' : 'restored',
    });
  }

  /** Learns of listed shards. Both kinds of new ones must be recorded, or a restart would read them anew. */
  learn(shards: readonly Shard[]): LearnResult {
    const added: string[] = [];
    const overtaken: string[] = [];
    for (const { id, parentId } of shards) {
      const known = this.#shards.get(id);
      if (known === undefined) {
        const isOvertaken = this.#isOvertaken(id);
        this.#shards.set(id, { parentId, phase: isOvertaken ? 'finished' : 'waiting' });
        (isOvertaken ? overtaken : added).push(id);
      } else {
        const phase = known.phase === 'restored' ? 'waiting' : known.phase;
        this.#shards.set(id, { parentId: parentId ?? known.parentId, phase });
      }
    }
    return { added, overtaken };
  }

  /** The listing at a capture's very first start: parents that it lacks were before its time. */
  endFirstListing(): void {
    for (const { parentId } of this.#shards.values()) {
      if (parentId !== undefined && !this.#shards.has(parentId)) {
        this.#missing.set(parentId, listingsToBelieve);
      }
    }
  }

  /** Any later listing, complete and learnt. */
  endListing(listed: ReadonlySet<string>): ListingResult {
    const ids = new Set(this.#shards.keys());
    for (const { parentId } of this.#shards.values()) if (parentId !== undefined) ids.add(parentId);
    const missing = new Map<string, number>();
    for (const id of ids) {
      if (!listed.has(id)) missing.set(id, (this.#missing.get(id) ?? 0) + 1);
    }
    this.#missing = missing;
    const gone = [...missing.keys()].filter((id) => this.#isGone(id));
    const inPhase = (...phases: Entry['phase'][]) =>
      gone.filter((id) => phases.includes(this.#shards.get(id)?.phase ?? 'reading'));
    const forgotten = inPhase('finished');
    for (const id of forgotten) this.#shards.delete(id);
    return {
      forgotten,
      lost: inPhase('restored', 'waiting'),
      isDoubtful: gone.length < missing.size,
    };
  }

  /** Takes the shards that may be read now and are not being read; from here on they are. */
  takeReady(): string[] {
    const ready = [...this.#shards].filter(
      ([, { phase, parentId }]) => phase === 'waiting' && this.#isDone(parentId),
    );
    for (const [id, { parentId }] of ready) this.#shards.set(id, { parentId, phase: 'reading' });
    return ready.map(([id]) => id);
  }

  parentOf(shardId: string): string | undefined {
    return this.#shards.get(shardId)?.parentId;
  }

  /** A shard was read to its end. */
  finish(shardId: string): void {
    this.#shards.set(shardId, { parentId: this.#shards.get(shardId)?.parentId, phase: 'finished' });
  }

  /** Finished shards without a known child: their children are yet to appear. */
  childless(): string[] {
    const parents = new Set([...this.#shards.values()].map(({ parentId }) => parentId));
    return [...this.#shards].flatMap(([id, { phase }]) =>
      phase === 'finished' && !parents.has(id) ? [id] : [],
    );
  }

  /** False while a shard or a parent is missing and not believed gone: what it holds may be unread, or lost. */
  get isAccountedFor(): boolean {
    const isKnown = (id: string | undefined) => id !== undefined && this.#shards.has(id);
    return [...this.#shards.values()].every(
      ({ phase, parentId }) =>
        phase !== 'restored' &&
        (phase !== 'waiting' || isKnown(parentId) || this.#isDone(parentId)),
    );
  }

  /** True when every known shard is finished. */
  get isDrained(): boolean {
    return [...this.#shards.values()].every(({ phase }) => phase === 'finished');
  }

  #isDone(parentId: string | undefined): boolean {
    if (parentId === undefined) return true;
    const parent = this.#shards.get(parentId);
    return parent === undefined ? this.#isGone(parentId) : parent.phase === 'finished';
  }

  #isGone(shardId: string): boolean {
    return (this.#missing.get(shardId) ?? 0) >= listingsToBelieve;
  }

  /** True for a shard whose children were begun, because it was taken for gone or finished and forgotten. */
  #isOvertaken(shardId: string): boolean {
    return [...this.#shards.values()].some(
      ({ parentId, phase }) =>
        parentId === shardId && (phase === 'reading' || phase === 'finished'),
    );
  }
}
