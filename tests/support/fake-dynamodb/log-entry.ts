/** The fake's own record of what was written, for tests to judge by. */

import type { Shard, ShardRecord } from './shard.ts';
import type { Table } from './table.ts';
import type { Version } from './versions.ts';

/** One write that changed something, as it really happened. */
export interface LogEntry {
  readonly table: string;
  readonly eventName: 'INSERT' | 'MODIFY' | 'REMOVE';
  /** JSON of the key's attributes. */
  readonly key: string;
  /** JSON of the new item; absent for a delete. */
  readonly item: string | undefined;
  /** True for what time to live has deleted. */
  readonly isExpiry: boolean;
  readonly commit: number;
  readonly committedAtMs: number;
  /** Absent when the table had no stream: no reader ever learns of it. */
  readonly shardId: string | undefined;
  readonly sequenceNumber: string | undefined;
  readonly visibleAtMs: number | undefined;
}

export function logEntry(
  table: Table,
  change: {
    readonly eventName: LogEntry['eventName'];
    readonly keys: string;
    readonly isExpiry: boolean;
  },
  version: Version,
  written: { readonly shard: Shard; readonly record: ShardRecord } | undefined,
): LogEntry {
  return {
    table: table.homeName,
    eventName: change.eventName,
    key: change.keys,
    item: version.text,
    isExpiry: change.isExpiry,
    commit: version.commit,
    committedAtMs: version.atMs,
    shardId: written?.shard.id,
    sequenceNumber: written && String(written.shard.sequenceNumberOf(written.record)),
    visibleAtMs: written?.record.visibleAtMs,
  };
}
