/** Shards as they really are, and when listings begin to tell so. */

import type { Shard } from './shard.ts';
import type { Stream } from './stream.ts';

/** One shard, whatever listings say of it. */
export interface ShardView {
  readonly id: string;
  readonly parentId: string | undefined;
  readonly isOpen: boolean;
  /** Records it has at present, those not yet visible among them. */
  readonly recordCount: number;
}

/** Moments in milliseconds since the epoch, from which on listings tell the truth about one shard. */
export interface ShardListing {
  readonly listedAtMs: number;
  readonly listedAsChildAtMs: number;
  readonly shownClosedAtMs: number;
}

export function shardViews(stream: Stream, nowMs: number): ShardView[] {
  return stream.shards().map((shard) => {
    shard.trim(nowMs);
    const { id, parentId, isOpen } = shard;
    return { id, parentId, isOpen, recordCount: shard.end - shard.trimHorizon };
  });
}

/** Throws when there is no such shard. */
export function shardIn(stream: Stream, id: string): Shard {
  const shard = stream.shard(id);
  if (shard === undefined) throw new Error(`No such shard: ${id}`);
  return shard;
}

/** One that is open, or the first one that is. */
export function openShardIn(stream: Stream, id: string | undefined): Shard {
  const shard = id === undefined ? stream.openShards()[0] : shardIn(stream, id);
  if (shard?.isOpen !== true) throw new Error(`No such open shard: ${id ?? 'none is open'}`);
  return shard;
}

export function setListing(shard: Shard, listing: Partial<ShardListing>): void {
  shard.listedAtMs = listing.listedAtMs ?? shard.listedAtMs;
  shard.listedAsChildAtMs = listing.listedAsChildAtMs ?? shard.listedAsChildAtMs;
  shard.shownClosedAtMs = listing.shownClosedAtMs ?? shard.shownClosedAtMs;
}
