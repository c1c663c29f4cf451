/** One table's checkpoint as JSON. */

import type { JsonObject } from '../json.ts';
import { patchBetween } from '../merge-patch.ts';
import type { RepairJson } from './repair-state.ts';
import type { ShardJson } from './shard-state.ts';

/** One table's checkpoint as JSON, in the shape of Estuary's Go connector; `?` members it does not write are ours. */
export interface TableStateJson {
  readonly streamArn: string;
  readonly tableId?: string;
  readonly epoch?: string;
  readonly backfillStartedAt?: string;
  /** Until when every shard has been read; tells a pause that was longer than the stream's memory. */
  readonly streamReadAt?: string;
  /** The second in which an item was last read and emitted: its change may not have come by the stream yet. */
  readonly itemsReadAt?: string;
  readonly totalBackfillSegments: number;
  /** Items that the scan has covered; tells after a restart how far the backfill is. */
  readonly backfillItems?: number;
  readonly backfillFinishedAt?: string;
  /** A gap that is being healed. */
  readonly repair?: RepairJson;
  /** When the last one was. */
  readonly repairedAt?: string;
  readonly backfillSegmentProgress?: Readonly<Record<string, SegmentJson>>;
  readonly shards?: Readonly<Record<string, ShardJson>>;
  /** What was seen of values' types: letters by JSON pointer. */
  readonly locations?: Readonly<Record<string, string>>;
}

export interface SegmentJson {
  readonly exclusiveStartKey?: string;
  readonly finishedAt?: string;
}

/** The Go connector writes the year 1 where it means "not yet". */
export function isTime(text: string | undefined): text is string {
  return text !== undefined && !text.startsWith('0001-01-01T');
}

/** The patch that replaces one state by another, for a backfill that begins anew. */
export function replacingPatch(
  before: TableStateJson | undefined,
  after: TableStateJson,
): JsonObject {
  return patchBetween((before ?? {}) as JsonObject, after as unknown as JsonObject) ?? {};
}
