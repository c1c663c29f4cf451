/** Which shards may be read now: the pure rules of parents and children. */

import type { Shard } from '../aws/aws.ts';

/** Complete listings in a row that must lack a shard before that is believed. */
const listingsToBelieve = 2;

interface Entry {
  readonly parentId: string | undefined;
  /** True when its reading has begun, in this process or an earlier one: its parent is done with. */
  readonly isBegun: boolean;
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
  /** Shards that have children among `#shards`. */
  readonly #parentIds = new Set<string>();
  /** Shards and parents that the last complete listing lacked, and how many before it in a row. */
  #missing = new Map<string, number>();

  /** Takes over what the state knows of a shard. To be called before anything is learnt. */
  restore(shardId: string, isFinished: boolean, isBegun = isFinished): void {
    const phase = isFinished ? 'finished' : 'restored';
    this.#shards.set(shardId, { parentId: undefined, isBegun, phase });
  }

  has(shardId: string): boolean {
    return this.#shards.has(shardId);
  }

  /** Learns of listed shards. Both kinds of new ones must be recorded, or a restart would read them anew. */
  learn(shards: readonly Shard[]): LearnResult {
    const added: string[] = [];
    const overtaken: string[] = [];
    const isKnown = ({ id }: Shard) => this.#shards.has(id);
    const news = shards.filter((shard) => !isKnown(shard));
    // Known ones first: whose children they are tells which of the new ones come too late.
    for (const { id, parentId } of shards.filter(isKnown)) {
      const known = this.#shards.get(id);
      if (known === undefined) continue;
      const phase = known.phase === 'restored' ? 'waiting' : known.phase;
      this.#shards.set(id, { ...known, parentId: parentId ?? known.parentId, phase });
      if (parentId !== undefined) this.#parentIds.add(parentId);
    }
    const overtakenIds = this.#parentsOfBegun();
    // From the youngest: what is overtaken overtakes its own parent.
    for (const { id, parentId } of news.toReversed()) {
      if (overtakenIds.has(id)) overtakenIds.add(parentId);
    }
    for (const { id, parentId } of news) {
      if (this.#shards.has(id)) continue; // Listed twice.
      const isBegun = overtakenIds.has(id);
      this.#shards.set(id, { parentId, isBegun, phase: isBegun ? 'finished' : 'waiting' });
      if (parentId !== undefined) this.#parentIds.add(parentId);
      (isBegun ? overtaken : added).push(id);
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
    for (const id of forgotten) this.#forget(id);
    return {
      forgotten,
      lost: inPhase('restored', 'waiting'),
      isDoubtful: gone.length < missing.size,
    };
  }

  /** Takes the shards that may be read now and are not being read; from here on they are. */
  takeReady(): string[] {
    // Asked for each shard that ends, of thousands: nothing is copied.
    const ready: string[] = [];
    for (const [id, { phase, parentId }] of this.#shards) {
      if (phase === 'waiting' && this.#isDone(parentId)) ready.push(id);
    }
    for (const id of ready) {
      this.#shards.set(id, { parentId: this.parentOf(id), isBegun: true, phase: 'reading' });
    }
    return ready;
  }

  /** Shards with a later id than this one. */
  countAfter(shardId: string): number {
    let count = 0;
    for (const id of this.#shards.keys()) if (id > shardId) count += 1;
    return count;
  }

  /** True when a child of the shard has been learnt. */
  hasChildren(shardId: string): boolean {
    return this.#parentIds.has(shardId);
  }

  parentOf(shardId: string): string | undefined {
    return this.#shards.get(shardId)?.parentId;
  }

  /** A shard was read to its end. */
  finish(shardId: string): void {
    const parentId = this.#shards.get(shardId)?.parentId;
    this.#shards.set(shardId, { parentId, isBegun: true, phase: 'finished' });
  }

  /** Finished shards without a known child: their children are yet to appear. */
  childless(): string[] {
    return [...this.#shards].flatMap(([id, { phase }]) =>
      phase === 'finished' && !this.#parentIds.has(id) ? [id] : [],
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

  #forget(shardId: string): void {
    const parentId = this.parentOf(shardId);
    // An older shard, so gone as well.
    if (parentId !== undefined) this.#parentIds.delete(parentId);
    this.#shards.delete(shardId);
  }

  #isDone(parentId: string | undefined): boolean {
    if (parentId === undefined) return true;
    const parent = this.#shards.get(parentId);
    return parent === undefined ? this.#isGone(parentId) : parent.phase === 'finished';
  }

  #isGone(shardId: string): boolean {
    return (this.#missing.get(shardId) ?? 0) >= listingsToBelieve;
  }

  /** Shards that, if they are not known, were taken for gone, or were finished and forgotten. */
  #parentsOfBegun(): Set<string | undefined> {
    const begun = [...this.#shards.values()].filter(({ isBegun }) => isBegun);
    return new Set(begun.map(({ parentId }) => parentId));
  }
}
