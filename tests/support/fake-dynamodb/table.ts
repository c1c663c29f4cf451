/** One table: its items and their late versions, its partitions, and what each of them may serve. */

import type { StreamViewType } from '../../../connector/table.ts';
import { Bucket } from './bucket.ts';
import { ItemIndex } from './item-index.ts';
import { firstPlace, type Key, type KeySchema, type Place } from './key.ts';
import type { Backups } from './backups.ts';
import type { Capacity } from './options.ts';
import { PageCache } from './page-cache.ts';
import { evenRanges, type HashRange, RangeList } from './range-list.ts';
import type { Stream } from './stream.ts';
import { type Entry, forgetBefore, type Version } from './versions.ts';

/** Units per second; an on-demand table without a maximum is limited by its partitions alone. */
export type TableMode =
  | { readonly type: 'provisioned'; readonly units: Capacity }
  | { readonly type: 'on-demand'; readonly unitsMax?: Capacity };

export interface TableSpec {
  readonly name: string;
  /** The server's own account unless told. */
  readonly accountId?: string | undefined;
  /** Partition key, then the sort key if there is one. */
  readonly key: KeySchema;
  /** No stream when absent. */
  readonly stream?: StreamViewType | undefined;
  readonly mode?: TableMode;
  /** 1 unless told. */
  readonly partitionCount?: number;
  /** Days of point-in-time recovery, on from the beginning; off when absent. */
  readonly recoveryDays?: number | undefined;
}

export interface Partition extends HashRange {
  readonly reads: Bucket;
  readonly writes: Bucket;
}

/** Who may be deleted when: the attribute that holds the time, in seconds since the epoch. */
export interface TimeToLive {
  readonly attributeName: string;
}

export class Table {
  readonly spec: TableSpec;
  readonly id: string;
  readonly arn: string;
  /** As the server's own account calls it: by name, or by ARN where it is another account's. */
  readonly homeName: string;
  readonly createdAtMs: number;
  readonly reads: Bucket;
  readonly writes: Bucket;
  readonly partitions: RangeList<Partition>;
  /** The current stream; a disabled one stays here until the next one is enabled. */
  stream: Stream | undefined;
  timeToLive: TimeToLive | undefined;
  /** Absent while point-in-time recovery is off. */
  backups: Backups | undefined;
  itemCount = 0;
  sizeBytes = 0;
  /** Holds as long as nothing is written. */
  readonly pages = new PageCache();
  readonly #entries = new Map<string, Entry>();
  readonly #index = new ItemIndex<Entry>();
  // Deleted entries, oldest first, kept while a read may still see what they were.
  #deleted: Entry[] = [];
  #deletedDone = 0;

  constructor(
    spec: TableSpec,
    names: { readonly id: string; readonly arn: string; readonly homeName: string },
    limits: Limits,
  ) {
    this.spec = spec;
    this.id = names.id;
    this.arn = names.arn;
    this.homeName = names.homeName;
    this.createdAtMs = limits.nowMs;
    const { mode = { type: 'on-demand' } } = spec;
    const units = mode.type === 'provisioned' ? mode.units : mode.unitsMax;
    // A user's ceiling has no burst worth speaking of; provisioned tables save up what they don't use.
    const burstSeconds = mode.type === 'provisioned' ? limits.burstSeconds : 1;
    this.reads = new Bucket(units?.read ?? Infinity, burstSeconds, limits.nowMs);
    this.writes = new Bucket(units?.write ?? Infinity, burstSeconds, limits.nowMs);
    const ranges = evenRanges(spec.partitionCount ?? 1);
    this.partitions = new RangeList(ranges.map((range) => partitionOf(range, limits)));
  }

  get name(): string {
    return this.spec.name;
  }

  get mode(): TableMode {
    return this.spec.mode ?? { type: 'on-demand' };
  }

  entry(key: Key): Entry | undefined {
    return this.#entries.get(key.identity);
  }

  /** Entries in scan order from a place on, deleted ones among them. */
  entriesFrom(place: Place): Generator<Entry> {
    return this.#index.from(place);
  }

  /** The JSON of every item, in scan order. */
  *itemTexts(): Generator<string> {
    for (const entry of this.#index.from(firstPlace)) {
      if (entry.version.text !== undefined) yield entry.version.text;
    }
  }

  /** Makes a version the current one of its key. No read looks at moments before the horizon. */
  write(key: Key, version: Version, horizonMs: number): Entry {
    this.pages.clear();
    const known = this.#entries.get(key.identity);
    this.#count(known?.version, -1);
    this.#count(version, 1);
    const { hash, partition, sort, identity, json } = key;
    const entry = known ?? { hash, partition, sort, identity, json, version };
    if (known === undefined) {
      this.#entries.set(key.identity, entry);
      this.#index.insert(entry);
    } else {
      version.older = known.version;
      known.version = version;
      forgetBefore(known, horizonMs);
    }
    if (version.text === undefined) this.#deleted.push(entry);
    this.#forgetDeleted(horizonMs);
    return entry;
  }

  /** Divides the partition that owns a hash in two. */
  splitPartition(hash: number, limits: Limits): void {
    const partition = this.partitions.find(hash);
    const middle = Math.floor((partition.low + partition.high) / 2);
    const halves = [
      { low: partition.low, high: middle },
      { low: middle, high: partition.high },
    ];
    this.partitions.replace(
      partition,
      halves.map((range) => partitionOf(range, limits)),
    );
  }

  /** Gives the partition that owns a hash limits of its own: a hot one, for instance. */
  limitPartition(hash: number, limits: Limits): void {
    const partition = this.partitions.find(hash);
    this.partitions.replace(partition, [partitionOf(partition, limits)]);
  }

  #count(version: Version | undefined, sign: 1 | -1): void {
    if (version?.text === undefined) return;
    this.itemCount += sign;
    this.sizeBytes += sign * version.bytes;
  }

  #forgetDeleted(horizonMs: number): void {
    for (; this.#deletedDone < this.#deleted.length; this.#deletedDone++) {
      const entry = this.#deleted[this.#deletedDone]!;
      const { version } = entry;
      const isBack = version.text !== undefined;
      if (!isBack && version.atMs >= horizonMs) break;
      // Deleted twice, it stands in the list twice and was forgotten by the first.
      if (isBack || this.#entries.get(entry.identity) !== entry) continue;
      this.#entries.delete(entry.identity);
      this.#index.remove(entry);
    }
    // Taking from the front one by one would move the rest each time.
    if (this.#deletedDone * 2 < this.#deleted.length) return;
    this.#deleted = this.#deleted.slice(this.#deletedDone);
    this.#deletedDone = 0;
  }
}

/** What a partition serves from now on. */
export interface Limits {
  readonly partitionUnits: Capacity;
  readonly burstSeconds: number;
  readonly nowMs: number;
}

function partitionOf({ low, high }: HashRange, { partitionUnits, nowMs }: Limits): Partition {
  return {
    low,
    high,
    reads: new Bucket(partitionUnits.read, 1, nowMs),
    writes: new Bucket(partitionUnits.write, 1, nowMs),
  };
}
