/** The children of shards that were read to their end: within seconds, also when thousands end at once. */

import type { Aws, Shard } from '../aws/aws.ts';
import { isConnectorError } from '../errors.ts';
import type { Clock } from '../host.ts';
import { listShards, shardsPerPage, type ListingContext } from './shard-listing.ts';

/** Children may be listed late: this often, and with this first wait that doubles, they are looked for. */
const attemptsMax = 6;
const firstWaitMs = 100;
/** A listing for a server that may not know the question for children: cheap ones only. */
const listingPagesMax = 3;

export interface ChildSearchOptions extends ListingContext {
  readonly clock: Clock;
  /** Shards known with a later id than this one. */
  readonly countAfter: (shardId: string) => number;
  readonly hasChildren: (shardId: string) => boolean;
  /** Takes in what a page has brought, at once. */
  readonly learn: (shards: readonly Shard[]) => Promise<void>;
  /** False while unknown shards may not be learnt page by page. */
  readonly mayList: () => boolean;
  /** Runs a task as one of the stream's. */
  readonly spawn: (task: (signal: AbortSignal) => Promise<void>) => void;
}

/** A shard whose children are looked for. */
interface Seeker {
  readonly shardId: string;
  readonly attempt: number;
  /** With true when there is nothing more to look for. */
  readonly resolve: (isDone: boolean) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Looks for children, one call at a time, for all shards of a stream.
 *
 * Problem. A shard's children are found by one call for each shard, and the calls are few: five a second, for all
 * tables. A table whose thousand shards were opened together sees them end together, and would wait minutes.
 *
 * Rule. Shards that wait for an answer at the same time are counted. While they are few, each is asked for its
 * children. Once they outnumber the pages of a listing from the oldest of them on, that listing is made instead,
 * and each of its pages used at once.
 *
 * Why it holds. Listings come in the order of ids, and ids begin with the time of birth, so children come after
 * their parents. That is seen, not documented: where it is otherwise a listing brings nothing, the shards are asked
 * again in the other way, and the listing of all shards is the net beneath. As a stream makes one such call at a
 * time, tables take turns.
 */
export class ChildSearch {
  readonly #options: ChildSearchOptions;
  /** Those that have no answer yet, oldest first. */
  readonly #seekers = new Set<Seeker>();
  #isSearching = false;

  constructor(options: ChildSearchOptions) {
    this.#options = options;
  }

  /** Resolves when children of a shard are known, or the server does not tell them in time. */
  async lookFor(shardId: string, signal: AbortSignal): Promise<void> {
    for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
      if (this.#options.hasChildren(shardId) || (await this.#ask(shardId, attempt))) return;
      await this.#options.clock.sleep(firstWaitMs * 2 ** attempt, signal);
    }
  }

  /** Shards were learnt, by whatever way: those whose children are among them need not be asked. */
  settle(): void {
    for (const seeker of this.#seekers) {
      if (this.#options.hasChildren(seeker.shardId)) this.#answer(seeker, true);
    }
  }

  #ask(shardId: string, attempt: number): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.#seekers.add({ shardId, attempt, resolve, reject });
      if (this.#isSearching) return;
      this.#isSearching = true;
      this.#options.spawn((signal) => this.#search(signal));
    });
  }

  #answer(seeker: Seeker, isDone: boolean): void {
    this.#seekers.delete(seeker);
    seeker.resolve(isDone);
  }

  async #search(signal: AbortSignal): Promise<void> {
    try {
      for (let [first] = this.#seekers; first !== undefined; [first] = this.#seekers) {
        const oldest = this.#listingStart();
        if (oldest === undefined) await this.#askFor(first, signal);
        else await this.#listFrom(oldest, signal);
      }
    } catch (error) {
      for (const { reject } of this.#seekers) reject(error);
      this.#seekers.clear();
      throw error;
    } finally {
      this.#isSearching = false;
    }
  }

  /** The shard from which a listing is cheaper than a question for each; undefined when it is not. */
  #listingStart(): string | undefined {
    if (!this.#options.mayList()) return undefined;
    const seekers = [...this.#seekers];
    const oldest = seekers.reduce(
      (first, { shardId }) => (shardId < first ? shardId : first),
      seekers[0]?.shardId ?? '',
    );
    const shardCount = this.#options.countAfter(oldest) + seekers.length;
    const pageCount = Math.ceil(shardCount / shardsPerPage);
    if (pageCount < seekers.length) return oldest;
    // Every second time the other way: some servers never tell children.
    const isTurn = seekers[0]?.attempt !== undefined && seekers[0].attempt % 2 === 1;
    return isTurn && pageCount <= listingPagesMax ? oldest : undefined;
  }

  async #askFor(seeker: Seeker, signal: AbortSignal): Promise<void> {
    const { aws, listCalls, streamArn, learn } = this.#options;
    const { shardId } = seeker;
    await listCalls.take(1, signal);
    const page = await childPage(aws, streamArn, shardId, signal);
    // Servers that do not know the filter list whatever they have.
    const children = page?.shards.filter(({ parentId }) => parentId === shardId) ?? [];
    if (children.length > 0) await learn(children);
    this.#answer(seeker, children.length > 0 || page?.streamStatus === 'DISABLED');
  }

  async #listFrom(oldest: string, signal: AbortSignal): Promise<void> {
    const seekers = [...this.#seekers];
    try {
      for await (const { shards } of listShards(this.#options, signal, oldest)) {
        await this.#options.learn(shards);
        this.settle();
      }
    } catch (error) {
      if (isConnectorError(error) || signal.aborted) throw error;
    }
    for (const seeker of seekers) this.#answer(seeker, false);
  }
}

/** Undefined where the server refuses the question: emulators that know no filter, a shard trimmed by now. */
async function childPage(aws: Aws, streamArn: string, shardId: string, signal: AbortSignal) {
  try {
    return await aws.streams.listChildShards(streamArn, shardId, signal);
  } catch (error) {
    if (isConnectorError(error) || signal.aborted) throw error;
    return undefined;
  }
}
