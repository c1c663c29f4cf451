/** The two ports we need of AWS. Bodies of the two hot calls stay bytes; all else is parsed at this edge. */

import type { BufferPool } from '../buffer-pool.ts';
import type { EndpointConfig } from '../config/config.ts';
import type { Clock, Host, MakeRoom } from '../host.ts';
import type { ItemKey, Table } from '../table.ts';
import type { ExportApi, ObjectStore } from './export-api.ts';
import type { RetryContext } from './retry.ts';

export { AwsError, isAwsError, placeOf, remedyOf, type CallSubject } from './aws-error.ts';
export type { Backups, ExportStatus, ObjectPart, ObjectStore } from './export-api.ts';
export type { ExportTarget } from '../config/config.ts';
export { Patience, withRetry, type RetryContext } from './retry.ts';

export interface ScanRequest {
  /** Name or ARN, as the binding has it. */
  readonly tableName: string;
  readonly segment: number;
  readonly totalSegments: number;
  /** Where the segment goes on; absent at its beginning. */
  readonly startKey: ItemKey | undefined;
  /** Attribute names for `startKey`, in the same order. */
  readonly keyNames: readonly string[];
  /** Items to evaluate at most; absent for pages of 1 MB. */
  readonly limit: number | undefined;
  /** As in `HttpRequest`. */
  readonly makeRoom?: MakeRoom;
}

export interface RecordsRequest {
  readonly shardIterator: string;
  readonly limit: number;
  /** As in `HttpRequest`. */
  readonly makeRoom?: MakeRoom;
}

export interface TableApi {
  /** Names of all tables of the account and region, in AWS's order. */
  listTables(signal: AbortSignal): Promise<string[]>;
  /** What a table is, by its name or ARN. Throws `table-missing`. */
  describeTable(tableName: string, signal: AbortSignal): Promise<Table>;
  /**
   * One strongly consistent page of a segment: the response's JSON. One attempt: the caller retries. Throws
   * `table-missing`.
   */
  scan(request: ScanRequest, signal: AbortSignal): Promise<Uint8Array>;
  /**
   * Strongly consistent reads of up to 100 items by their keys, as JSON objects: the response's JSON. One attempt.
   * Throws `table-missing`.
   */
  getItems(tableName: string, keys: readonly string[], signal: AbortSignal): Promise<Uint8Array>;
}

/** One shard as a listing shows it. */
export interface Shard {
  readonly id: string;
  readonly parentId: string | undefined;
  /** True when its last sequence number is known: no more records will come. */
  readonly isClosed: boolean;
}

export interface ShardPage {
  readonly shards: readonly Shard[];
  /** Where the next page begins; absent on the last one. */
  readonly lastShardId: string | undefined;
  /** `ENABLED`, `DISABLED`, … */
  readonly streamStatus: string;
}

/** Where to begin reading a shard. */
export type ShardPosition =
  | { readonly type: 'TRIM_HORIZON' }
  | { readonly type: 'AFTER_SEQUENCE_NUMBER'; readonly sequenceNumber: string };

export interface StreamApi {
  /** Up to 100 shards of a stream, after `afterShardId` if given. */
  listShards(
    streamArn: string,
    afterShardId: string | undefined,
    signal: AbortSignal,
  ): Promise<ShardPage>;
  /** The direct children of a closed shard; may still be empty just after it closed. */
  listChildShards(streamArn: string, shardId: string, signal: AbortSignal): Promise<ShardPage>;
  /** A shard iterator, good for 15 minutes. Throws `TrimmedDataAccessException`, `ResourceNotFoundException`. */
  getShardIterator(
    streamArn: string,
    shardId: string,
    position: ShardPosition,
    signal: AbortSignal,
  ): Promise<string>;
  /**
   * One page of records: the response's JSON. One attempt: the caller retries. Throws as above, and
   * `ExpiredIteratorException`.
   */
  getRecords(request: RecordsRequest, signal: AbortSignal): Promise<Uint8Array>;
}

/** What only a repair needs. */
export interface RepairPorts {
  readonly exports: ExportApi;
  readonly objects: ObjectStore;
}

/** Both ports, and what their callers need to retry the single-attempt calls. */
export interface Aws {
  readonly tables: TableApi;
  readonly streams: StreamApi;
  /** The host's clock, corrected by AWS's where it is minutes off: records are stamped with AWS's time. */
  readonly clock: Clock;
  /** Where the calls on tables go, for messages: `region us-east-1`, or a URL. */
  readonly endpoint: string;
  /** The same for the calls on streams, which are another service. */
  readonly streamEndpoint: string;
  readonly retry: RetryContext;
  /** The ports of a repair; loads them when called. */
  readonly repairPorts: () => Promise<RepairPorts>;
  /** As in `HttpTransport`; absent where bodies come from nowhere in particular. */
  readonly buffers?: BufferPool | undefined;
}

/** Makes both ports over AWS; loads the SDK when called. */
export async function createAws(
  config: EndpointConfig,
  host: Host,
  retry: RetryContext,
): Promise<Aws> {
  const { createAwsPorts } = await import('./dynamodb-client.ts');
  return createAwsPorts(config, host, retry);
}
