/** One shard of a stream: its records, in order, and how far they can be read. */

import { drawBelow, drawFrom } from '../seeded-random.ts';
import type { HashRange } from './range-list.ts';
import type { World } from './world.ts';

export type EventName = 'INSERT' | 'MODIFY' | 'REMOVE';

/** A change of one item, images as JSON. */
export interface Change {
  readonly eventName: EventName;
  readonly keys: string;
  readonly newImage: string | undefined;
  readonly oldImage: string | undefined;
  /** Of keys and images. */
  readonly bytes: number;
  readonly atMs: number;
  /** True when the item was deleted because its time to live was over. */
  readonly isExpiry: boolean;
}

export interface ShardRecord extends Change {
  /** Distance of its sequence number from the shard's first: a small number where the other is none. */
  readonly offset: number;
  /** From when on GetRecords returns it; never before the records in front of it. */
  readonly visibleAtMs: number;
}

const sequenceDigitsMin = 21n;
const sequenceDigitsMax = 40n;
// Trimmed records are cut off the array when they are this many and half of it.
const trimmedCutMin = 1024;

export class Shard implements HashRange {
  readonly id: string;
  readonly parentId: string | undefined;
  readonly low: number;
  readonly high: number;
  readonly createdAtMs: number;
  readonly startingSequenceNumber: bigint;
  /** From when on full listings show it, its parent's children contain it, and listings show it closed. */
  listedAtMs: number;
  listedAsChildAtMs: number;
  shownClosedAtMs = Infinity;
  closedAtMs = Infinity;
  endingSequenceNumber: bigint | undefined;
  readonly #world: World;
  #records: ShardRecord[] = [];
  // Records in front of `#records`, and at its head, that can no longer be read.
  #cutCount = 0;
  #trimmedCount = 0;
  #lastTrimmedOffset = -1;
  #lastOffset = -1;
  #lastVisibleAtMs = 0;

  constructor(world: World, range: HashRange, parent: Shard | undefined, createdAtMs: number) {
    const { random, settings } = world;
    this.#world = world;
    this.low = range.low;
    this.high = range.high;
    this.createdAtMs = createdAtMs;
    this.parentId = parent?.id;
    this.id = shardId(createdAtMs, random);
    this.startingSequenceNumber = firstSequenceNumber(parent?.endingSequenceNumber, random);
    this.listedAtMs = createdAtMs + drawFrom(random, settings.listing.childMs);
    this.listedAsChildAtMs = createdAtMs + drawFrom(random, settings.listing.childFilterMs);
  }

  get isOpen(): boolean {
    return this.closedAtMs === Infinity;
  }

  /** Position after the last record; positions count all records the shard ever had. */
  get end(): number {
    return this.#cutCount + this.#records.length;
  }

  /** Position of the first record that can still be read, as of the last `trim`. */
  get trimHorizon(): number {
    return this.#trimmedCount;
  }

  at(position: number): ShardRecord | undefined {
    return this.#records[position - this.#cutCount];
  }

  append(change: Change): ShardRecord {
    const { random, settings } = this.#world;
    const visibleAtMs = change.atMs + drawFrom(random, settings.visibilityMs);
    this.#lastVisibleAtMs = Math.max(this.#lastVisibleAtMs, visibleAtMs);
    this.#lastOffset += 1 + drawBelow(random, 40);
    // Field by field: a spread would cost as much as all the rest.
    const record: ShardRecord = {
      eventName: change.eventName,
      keys: change.keys,
      newImage: change.newImage,
      oldImage: change.oldImage,
      bytes: change.bytes,
      atMs: change.atMs,
      isExpiry: change.isExpiry,
      offset: this.#lastOffset,
      visibleAtMs: this.#lastVisibleAtMs,
    };
    this.#records.push(record);
    return record;
  }

  close(atMs: number): void {
    const { random, settings } = this.#world;
    this.closedAtMs = atMs;
    this.shownClosedAtMs = atMs + drawFrom(random, settings.listing.openParentMs);
    // As on AWS, the end need not be the number of a record.
    this.endingSequenceNumber = this.#numberAt(this.#lastOffset + 1 + drawBelow(random, 9));
  }

  /** Lets go of records older than the retention. */
  trim(nowMs: number): void {
    this.trimBefore(nowMs - this.#world.settings.retentionMs);
  }

  /** Lets go of records created at or before a time. */
  trimBefore(atMs: number): void {
    for (;;) {
      const record = this.at(this.#trimmedCount);
      if (record === undefined || record.atMs > atMs) break;
      this.#lastTrimmedOffset = record.offset;
      this.#trimmedCount++;
    }
    const trimmed = this.#trimmedCount - this.#cutCount;
    if (trimmed < trimmedCutMin || trimmed * 2 < this.#records.length) return;
    this.#records = this.#records.slice(trimmed);
    this.#cutCount = this.#trimmedCount;
  }

  /** Position of the first record with at least this number; absent when the number itself is trimmed. */
  positionOf(sequenceNumber: bigint): number | undefined {
    const offset = Number(sequenceNumber - this.startingSequenceNumber);
    if (offset <= this.#lastTrimmedOffset) return undefined;
    let low = this.#cutCount;
    let high = this.end;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.at(middle)!.offset < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  sequenceNumberOf(record: ShardRecord): bigint {
    return this.#numberAt(record.offset);
  }

  #numberAt(offset: number): bigint {
    return this.startingSequenceNumber + BigInt(offset);
  }
}

function shardId(createdAtMs: number, random: () => number): string {
  const suffix = Math.floor(random() * 2 ** 32).toString(16);
  return `shardId-${String(Math.floor(createdAtMs)).padStart(20, '0')}-${suffix.padStart(8, '0')}`;
}

/**
 * A little below the next power of ten, so that the numbers of a busy shard gain a digit while it is read, and
 * a comparison as text goes wrong; above all numbers of the parent.
 */
function firstSequenceNumber(parentEnd: bigint | undefined, random: () => number): bigint {
  const distance = 1n + BigInt(drawBelow(random, 400));
  if (parentEnd === undefined) return 10n ** sequenceDigitsMin - distance;
  const digits = BigInt(String(parentEnd).length);
  const next = 10n ** digits - distance;
  if (digits < sequenceDigitsMax && next > parentEnd) return next;
  return parentEnd + distance;
}
