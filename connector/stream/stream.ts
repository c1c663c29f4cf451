/** Follows a stream: reads every shard after its parents, as shards come and go. */

import { TaskGroup } from '../async/task-group.ts';
import { nameOf } from '../errors.ts';
import { rfc3339 } from '../time.ts';
import type { Shard } from '../aws/aws.ts';
import { ChildSearch } from './child-search.ts';
import { DataLossError, retentionMs, shardCreatedAtMs } from './data-loss.ts';
import type { FollowStreamOptions } from './follow-options.ts';
import { ShardLineage } from './shard-lineage.ts';
import { listCallsPerSecond, listShards } from './shard-listing.ts';
import { isLoss, newIterator, type Loss } from './shard-iterator.ts';
import { readShard, type ReaderContext } from './shard-reader.ts';

export { DataLossError, isDataLoss, retentionMs, shardCreatedAtMs, type Gap } from './data-loss.ts';
export { listCallsBurst, listCallsPerSecond, listShards } from './shard-listing.ts';
export type { FollowStreamOptions } from './follow-options.ts';
export type { RecordPage, RecordPageOutcome } from './shard-reader.ts';
export { StreamLag } from './stream-lag.ts';

/** How often all shards are listed: the safety net under the question for a finished shard's children. */
const listIntervalMs = 60_000;
/** And how often while something is missing: a child, a parent, a shard that should be there. */
const doubtfulListIntervalMs = 5_000;
/** A listing of thousands of shards takes many calls: it rests for so many times as long, but for the cause above. */
const restPerListing = 9;
const doubtfulRestPerListing = 2;
const listRestMsMax = 10 * 60_000;

/** Delivers all records until the signal aborts. Throws `DataLossError` when records were lost. */
export async function followStream(
  options: FollowStreamOptions,
  signal: AbortSignal,
): Promise<void> {
  await new StreamFollower(options, signal).run();
}

/** The readers of one stream. A reader runs from when its shard may be read until its end; nothing restarts it. */
class StreamFollower {
  readonly #options: FollowStreamOptions;
  readonly #group: TaskGroup;
  readonly #lineage = new ShardLineage();
  readonly #children: ChildSearch;
  readonly #reader: ReaderContext;
  /** Of shards whose reading has not begun: what was recorded since then is yet to be read. */
  readonly #unreadSinceMs = new Map<string, number>();
  /** True once all shards were listed. */
  #isListed = false;
  /** When the last complete listing began: shards born since then may be unknown. */
  #listedAtMs: number;
  /** All shards that are not known yet have been unread since then, or since they were born. */
  #unknownSinceMs: number;

  constructor(options: FollowStreamOptions, signal: AbortSignal) {
    this.#options = options;
    this.#listedAtMs = options.clock.now();
    this.#unknownSinceMs = options.readUntilMs ?? this.#listedAtMs;
    this.#group = new TaskGroup(signal);
    const { aws, clock, streamArn, listCalls, budget, readCalls, idleReadCalls } = options;
    const { idleBackoffMaxMs, lag, deliver } = options;
    this.#reader = {
      aws,
      clock,
      streamArn,
      budget,
      readCalls,
      idleReadCalls,
      idleBackoffMaxMs,
      lag,
      deliver,
      isClosed: (id) => this.#lineage.hasChildren(id),
      lost: (loss, lossSignal) => this.#lost(loss, lossSignal),
    };
    const lineage = this.#lineage;
    this.#children = new ChildSearch({
      aws,
      clock,
      streamArn,
      listCalls,
      countAfter: (id) => lineage.countAfter(id),
      hasChildren: (id) => lineage.hasChildren(id),
      mayList: () => this.#isListed,
      learn: async (shards) => {
        await this.#learn(shards);
        this.#startReaders();
      },
      spawn: (task) => {
        this.#group.spawn(task);
      },
    });
    for (const [id, { isFinished, lastSequenceNumber }] of options.shards) {
      this.#lineage.restore(id, isFinished, isFinished || lastSequenceNumber !== undefined);
      if (isFinished || options.readUntilMs === undefined) continue;
      this.#unreadSinceMs.set(id, Math.max(options.readUntilMs, shardCreatedAtMs(id)));
    }
  }

  async run(): Promise<void> {
    this.#group.spawn((signal) => this.#keepListing(signal));
    await this.#group.join();
  }

  async #keepListing(signal: AbortSignal): Promise<void> {
    const { firstListing, lag, clock, checkTable } = this.#options;
    if (firstListing !== undefined) {
      await this.#learn(firstListing);
      this.#isListed = true;
      this.#lineage.endFirstListing();
      this.#startReaders();
      lag.listed();
      // A shard that closed just before may have a child that no listing shows yet.
      const isChildless = this.#lineage.childless().length > 0;
      await clock.sleep(isChildless ? doubtfulListIntervalMs : listIntervalMs, signal);
    }
    for (;;) {
      const { isDoubtful, pageCount } = await this.#list(signal);
      // Not before: a capture that ends when caught up would end each time before a gap is confirmed.
      if (this.#lineage.isAccountedFor) lag.listed();
      // Not by the clock: a reader of the output that stands still makes any listing long.
      const tookMs = (1000 * pageCount) / listCallsPerSecond;
      const restMs = isDoubtful
        ? Math.max(doubtfulListIntervalMs, tookMs * doubtfulRestPerListing)
        : Math.max(listIntervalMs, tookMs * restPerListing);
      await clock.sleep(Math.min(restMs, listRestMsMax), signal);
      await checkTable(signal);
    }
  }

  /** Lists all shards, using each page as it comes; it is doubtful when another listing should follow soon. */
  async #list(signal: AbortSignal): Promise<{ isDoubtful: boolean; pageCount: number }> {
    const beganMs = this.#options.clock.now();
    let pageCount = 0;
    const listed = new Set<string>();
    // Shards that the state of a restart lacks: whether their children were begun, only the whole listing tells.
    const unknown: Shard[] = [];
    try {
      for await (const { shards } of listShards(this.#options, signal)) {
        pageCount += 1;
        for (const { id } of shards) listed.add(id);
        const isLater = ({ id }: Shard) => !this.#isListed && !this.#lineage.has(id);
        unknown.push(...shards.filter(isLater));
        await this.#learn(shards.filter((shard) => !isLater(shard)));
        this.#startReaders();
      }
      await this.#learn(unknown);
      this.#isListed = true;
      this.#assertListedInTime();
      this.#listedAtMs = this.#unknownSinceMs = beganMs;
    } catch (error) {
      if (nameOf(error) !== 'ResourceNotFoundException') throw error;
      await this.#options.checkTable(signal);
      throw new DataLossError(
        this.#options.tableName,
        { kind: 'pause' },
        'its stream no longer exists',
        error,
      );
    }
    const { forgotten, lost, ...ended } = this.#lineage.endListing(listed);
    if (forgotten.length > 0) await this.#options.forgetShards(forgotten);
    this.#startReaders();
    for (const shardId of lost) await this.#confirm(shardId, signal);
    const isDoubtful = ended.isDoubtful || lost.length > 0 || this.#lineage.childless().length > 0;
    return { isDoubtful, pageCount };
  }

  /** Listings may be late by more than a few of them: a shard is lost that is not there when asked for either. */
  async #confirm(shardId: string, signal: AbortSignal): Promise<void> {
    const { shards, clock } = this.#options;
    const what = 'is no longer listed before it was read to its end';
    const { lastSequenceNumber } = shards.get(shardId) ?? {};
    const place = { shardId, lastSequenceNumber, unreadSinceMs: clock.now() };
    try {
      await newIterator(this.#reader, place, signal);
    } catch (error) {
      if (!isLoss(error)) throw error;
      await this.#lost({ shardId, what }, signal);
    }
  }

  /** Shards live for a day: in a longer time, some may have come and gone that nobody has seen. */
  #assertListedInTime(): void {
    const { clock, tableName } = this.#options;
    if (clock.now() - this.#listedAtMs <= retentionMs) return;
    throw new DataLossError(
      tableName,
      { kind: 'pause' },
      `its shards were not listed since ${rfc3339(this.#listedAtMs)}, and a stream keeps its records for 24 hours`,
    );
  }

  async #learn(shards: readonly Shard[]): Promise<void> {
    const { added, overtaken } = this.#lineage.learn(shards);
    const { recordShards } = this.#options;
    // Born in a pause, a shard has been losing records since before it was learnt.
    for (const id of added) {
      this.#unreadSinceMs.set(id, Math.max(this.#unknownSinceMs, shardCreatedAtMs(id)));
    }
    await Promise.all([
      ...(added.length > 0 ? [recordShards(added, false)] : []),
      ...(overtaken.length > 0 ? [recordShards(overtaken, true)] : []),
    ]);
    this.#children.settle();
  }

  #startReaders(): void {
    for (const shardId of this.#lineage.takeReady()) {
      this.#options.lag.begin(shardId, this.#lineage.parentOf(shardId));
      this.#group.spawn((signal) => this.#read(shardId, signal));
    }
  }

  async #read(shardId: string, signal: AbortSignal): Promise<void> {
    const options = this.#options;
    const position = options.shards.get(shardId)?.lastSequenceNumber;
    const readBeforeMs = this.#unreadSinceMs.get(shardId);
    const unreadSinceMs = readBeforeMs ?? options.clock.now();
    this.#unreadSinceMs.delete(shardId);
    const start = { shardId, lastSequenceNumber: position, unreadSinceMs, readBeforeMs };
    await readShard(this.#reader, start, signal);
    this.#lineage.finish(shardId);
    // Children that are known may be read this very moment; others are asked for.
    this.#startReaders();
    await this.#children.lookFor(shardId, signal);
    options.lag.end(shardId);
  }

  /** Ends the capture of this table for lost records, or for what happened to the table, if that explains them. */
  async #lost({ shardId, what, cause }: Loss, signal: AbortSignal): Promise<never> {
    const { checkTable, tableName } = this.#options;
    await checkTable(signal);
    throw new DataLossError(
      tableName,
      { kind: 'shard', shardId },
      `shard "${shardId}" ${what}`,
      cause,
    );
  }
}
