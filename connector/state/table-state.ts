/** How far one table is captured: what was read, to the merge patch that records it. */

import { rfc3339 } from '../time.ts';
import type { ItemKey, KeyAttribute } from '../table.ts';
import type { JsonObject } from '../json.ts';
import { updateRepair, type RepairJson, type RepairUpdate } from './repair-state.ts';
import {
  lastRecord,
  parseShard,
  shardJson,
  unreadShard,
  type LastRecord,
  type ShardState,
} from './shard-state.ts';
import { isTime, type SegmentJson, type TableStateJson } from './table-state-json.ts';
import { decodeStartKey, encodeStartKey } from './start-key.ts';

type Amendable =
  'tableId' | 'epoch' | 'streamReadAt' | 'backfillFinishedAt' | 'totalBackfillSegments';

/** A part of the scan that is still to do. */
export interface UnfinishedSegment {
  readonly segment: number;
  /** Absent when the segment has not been begun. */
  readonly startKey: ItemKey | undefined;
}

/** What a backfill begins with. */
export interface TableStart {
  readonly streamArn: string;
  readonly tableId: string;
  readonly epoch: string;
  readonly startedAtMs: number;
  readonly segmentCount: number;
  /** Shards listed; closed ones hold nothing that the scan will not find. */
  readonly shards: readonly { readonly id: string; readonly isClosed: boolean }[];
}

/**
 * The state under one state key. Each method that changes it returns the merge patch that makes the same change
 * to the committed state, so the two agree as soon as that patch has been emitted.
 */
export class TableState {
  readonly #key: readonly KeyAttribute[];
  /** Everything but segments and shards; replaced on change. */
  #members: Omit<TableStateJson, 'backfillSegmentProgress' | 'shards'>;
  #segments: Map<number, SegmentJson>;
  #shards: Map<string, ShardState>;
  #finishedSegmentCount = 0;

  /** `key` is the table's. Throws `state-invalid` when a start key does not fit it. */
  constructor(json: TableStateJson, key: readonly KeyAttribute[]) {
    const { backfillSegmentProgress = {}, shards = {}, ...members } = json;
    this.#key = key;
    this.#members = members;
    this.#segments = new Map(
      Object.entries(backfillSegmentProgress).map(([segment, progress]) => [
        Number(segment),
        progress,
      ]),
    );
    this.#shards = new Map(Object.entries(shards).map(([id, shard]) => [id, parseShard(shard)]));
    for (const progress of this.#segments.values()) {
      if (progress.exclusiveStartKey) decodeStartKey(progress.exclusiveStartKey, key);
      if (isTime(progress.finishedAt)) this.#finishedSegmentCount += 1;
    }
  }

  /** The state a backfill begins with. */
  static start(start: TableStart): TableStateJson {
    return {
      streamArn: start.streamArn,
      tableId: start.tableId,
      epoch: start.epoch,
      backfillStartedAt: rfc3339(start.startedAtMs),
      streamReadAt: rfc3339(start.startedAtMs),
      totalBackfillSegments: start.segmentCount,
      shards: Object.fromEntries(
        start.shards.map(({ id, isClosed }) => [id, isClosed ? { finishedReading: true } : {}]),
      ),
    };
  }

  get streamArn(): string {
    return this.#members.streamArn;
  }
  get tableId(): string | undefined {
    return this.#members.tableId;
  }
  get epoch(): string | undefined {
    return this.#members.epoch;
  }
  get backfillStartedAt(): string | undefined {
    return this.#members.backfillStartedAt;
  }
  get streamReadAt(): string | undefined {
    return this.#members.streamReadAt;
  }
  get itemsReadAt(): string | undefined {
    return this.#members.itemsReadAt;
  }
  /** Absent while the backfill is under way. */
  get backfillFinishedAt(): string | undefined {
    const finishedAt = this.#members.backfillFinishedAt;
    return isTime(finishedAt) ? finishedAt : undefined;
  }
  get repair(): RepairJson | undefined {
    return this.#members.repair;
  }
  get repairedAt(): string | undefined {
    return this.#members.repairedAt;
  }
  get segmentCount(): number {
    return this.#members.totalBackfillSegments;
  }
  get finishedSegmentCount(): number {
    return this.#finishedSegmentCount;
  }
  get itemCount(): number {
    return this.#members.backfillItems ?? 0;
  }

  unfinishedSegments(): UnfinishedSegment[] {
    if (this.backfillFinishedAt !== undefined) return [];
    return Array.from({ length: this.segmentCount }, (_, segment) => segment).flatMap((segment) => {
      const progress = this.#segments.get(segment);
      if (isTime(progress?.finishedAt)) return [];
      const text = progress?.exclusiveStartKey;
      return { segment, startKey: text ? decodeStartKey(text, this.#key) : undefined };
    });
  }

  /** Shards that the state speaks of. */
  shards(): ReadonlyMap<string, ShardState> {
    return this.#shards;
  }

  /** Sets members of the table itself. */
  amend(members: Partial<Pick<TableStateJson, Amendable>>): JsonObject {
    this.#members = { ...this.#members, ...members };
    return members;
  }

  locations(): readonly (readonly [pointer: string, letters: string])[] {
    return Object.entries(this.#members.locations ?? {});
  }

  /** Adds to what was seen of values' types. */
  addLocations(locations: Readonly<Record<string, string>>): JsonObject {
    const { locations: known } = this.#members;
    this.#members = { ...this.#members, locations: { ...known, ...locations } };
    return { locations };
  }

  /** A page of a segment was covered; without a key to go on from the segment is finished. */
  advanceSegment(
    segment: number,
    page: { readonly count: number; readonly lastEvaluatedKey: ItemKey | undefined },
    nowMs: number,
  ): JsonObject {
    const { lastEvaluatedKey } = page;
    const progress: SegmentJson =
      lastEvaluatedKey === undefined
        ? { finishedAt: rfc3339(nowMs) }
        : { exclusiveStartKey: encodeStartKey(lastEvaluatedKey) };
    this.#segments.set(segment, { ...this.#segments.get(segment), ...progress });
    const items = { backfillItems: this.itemCount + page.count, ...this.#itemsRead(nowMs) };
    this.#members = { ...this.#members, ...items };
    const patch = { backfillSegmentProgress: { [segment]: { ...progress } }, ...items };
    if (lastEvaluatedKey !== undefined) return patch;
    this.#finishedSegmentCount += 1;
    if (this.#finishedSegmentCount < this.segmentCount) return patch;
    const backfillFinishedAt = rfc3339(nowMs);
    this.#members = { ...this.#members, backfillFinishedAt };
    return { ...patch, backfillFinishedAt };
  }

  /** A window of the repair has changed; when the last one is healed the repair is at its end. */
  updateRepair(update: RepairUpdate, nowMs: number): JsonObject {
    const { repair: before, ...others } = this.#members;
    if (before === undefined) return {};
    const { repair, patch } = updateRepair(before, update);
    const items = update.counts === undefined ? {} : this.#itemsRead(nowMs);
    if (Object.keys(repair.windows).length > 0) {
      this.#members = { ...others, ...items, repair };
      return { repair: patch, ...items };
    }
    const repairedAt = rfc3339(nowMs);
    this.#members = { ...others, ...items, repairedAt };
    return { repair: null, repairedAt, ...items };
  }

  /** Told once a second: pages of a small table are small, and many. */
  #itemsRead(nowMs: number): Pick<TableStateJson, 'itemsReadAt'> {
    const itemsReadAt = rfc3339(Math.floor(nowMs / 1000) * 1000);
    return itemsReadAt === this.#members.itemsReadAt ? {} : { itemsReadAt };
  }

  /** A page of a shard was covered, up to this record if it had any, and to its end if `isFinished`. */
  advanceShard(
    shardId: string,
    last: LastRecord | undefined,
    isFinished: boolean,
  ): JsonObject | undefined {
    if (last === undefined && !isFinished) return undefined;
    const known = this.#shards.get(shardId) ?? unreadShard;
    const news = last === undefined ? {} : lastRecord(known, last);
    this.#shards.set(shardId, { ...known, ...news, isFinished });
    return { shards: { [shardId]: { ...shardJson({ ...unreadShard, ...news, isFinished }) } } };
  }

  /** Records that these shards exist, so that one that vanishes unread is missed; undefined when all are known. */
  addShards(shardIds: readonly string[], isFinished = false): JsonObject | undefined {
    const added = shardIds.filter((id) => !this.#shards.has(id));
    if (added.length === 0) return undefined;
    for (const id of added) this.#shards.set(id, { ...unreadShard, isFinished });
    const shard = isFinished ? { finishedReading: true } : {};
    return { shards: Object.fromEntries(added.map((id) => [id, shard])) };
  }

  /** Forgets finished shards that are no longer listed. */
  forgetShards(shardIds: readonly string[]): JsonObject {
    for (const id of shardIds) this.#shards.delete(id);
    return { shards: Object.fromEntries(shardIds.map((id) => [id, null])) };
  }

  toJson(): TableStateJson {
    return {
      ...this.#members,
      backfillSegmentProgress: Object.fromEntries(this.#segments),
      shards: Object.fromEntries([...this.#shards].map(([id, shard]) => [id, shardJson(shard)])),
    };
  }
}
