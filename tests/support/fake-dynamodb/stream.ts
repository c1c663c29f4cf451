/** One stream of a table: its shards, how they follow one another, and what a listing tells of them. */

import type { StreamViewType } from '../../../connector/table.ts';
import { drawFrom } from '../seeded-random.ts';
import type { KeySchema } from './key.ts';
import { divide, type HashRange, RangeList } from './range-list.ts';
import { type Change, Shard, type ShardRecord } from './shard.ts';
import type { World } from './world.ts';

/** What tells one stream from another, and the key of its table. */
export interface StreamIdentity {
  readonly tableName: string;
  readonly key: KeySchema;
  readonly label: string;
  readonly arn: string;
}

export class Stream {
  readonly arn: string;
  readonly label: string;
  readonly tableName: string;
  readonly key: KeySchema;
  readonly viewType: StreamViewType;
  readonly createdAtMs: number;
  status: 'ENABLED' | 'DISABLED' = 'ENABLED';
  readonly #world: World;
  /** All shards not yet forgotten, by id. */
  readonly #shards = new Map<string, Shard>();
  readonly #children = new Map<string, Shard[]>();
  readonly #open: RangeList<Shard>;
  // `#shards` in the order of ids; made anew after a change.
  #sorted: readonly Shard[] | undefined;

  constructor(
    world: World,
    identity: StreamIdentity,
    viewType: StreamViewType,
    ranges: readonly HashRange[],
    nowMs: number,
  ) {
    this.#world = world;
    this.tableName = identity.tableName;
    this.key = identity.key;
    this.label = identity.label;
    this.arn = identity.arn;
    this.viewType = viewType;
    this.createdAtMs = nowMs;
    this.#open = new RangeList(ranges.map((range) => this.#bear(range, undefined, nowMs)));
  }

  /** Every shard, in the order of ids, which is that of birth. */
  shards(): readonly Shard[] {
    this.#sorted ??= [...this.#shards.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
    return this.#sorted;
  }

  childrenOf(id: string): readonly Shard[] {
    return this.#children.get(id) ?? [];
  }

  openShards(): readonly Shard[] {
    return this.#open.all().filter((shard) => shard.isOpen);
  }

  shard(id: string): Shard | undefined {
    return this.#shards.get(id);
  }

  /** Takes a change into the shard that owns the hash. */
  append(hash: number, change: Change): { readonly shard: Shard; readonly record: ShardRecord } {
    const shard = this.#open.find(hash);
    return { shard, record: shard.append(change) };
  }

  /** The shard that owns a hash at present. */
  shardFor(hash: number): Shard {
    return this.#open.find(hash);
  }

  /** Closes a shard and opens `childCount` others for its range: one is a roll-over, more are a split. */
  succeed(shard: Shard, childCount: number, atMs: number): Shard[] {
    if (!shard.isOpen) throw new Error(`The shard ${shard.id} is closed already`);
    this.#end(shard, atMs);
    const ranges = divide(shard, childCount);
    const children = ranges.map((range) => this.#bear(range, shard, atMs));
    this.#open.replace(shard, children);
    return children;
  }

  /** Closes all shards; what they hold stays readable. */
  disable(atMs: number): void {
    this.status = 'DISABLED';
    for (const shard of this.openShards()) this.#end(shard, atMs);
  }

  /** Lets a shard vanish as if its time were over. */
  forget(id: string): void {
    this.#shards.delete(id);
    this.#children.delete(id);
    this.#sorted = undefined;
  }

  #bear(range: HashRange, parent: Shard | undefined, atMs: number): Shard {
    let shard = new Shard(this.#world, range, parent, atMs);
    // Two of the same millisecond may draw the same suffix.
    while (this.#shards.has(shard.id)) shard = new Shard(this.#world, range, parent, atMs);
    this.#shards.set(shard.id, shard);
    this.#sorted = undefined;
    if (parent !== undefined) this.#children.set(parent.id, [...this.childrenOf(parent.id), shard]);
    const { random, settings } = this.#world;
    const born = shard;
    this.#world.schedule(atMs + drawFrom(random, settings.rollOverMs), (dueAtMs) => {
      if (born.isOpen) this.succeed(born, 1, dueAtMs);
    });
    return shard;
  }

  #end(shard: Shard, atMs: number): void {
    shard.close(atMs);
    this.#world.schedule(atMs + this.#world.settings.shardLifeMs, () => {
      this.forget(shard.id);
    });
  }
}
