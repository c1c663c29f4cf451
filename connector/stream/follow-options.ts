/** What the following of a stream is given. */

import type { ByteBudget } from '../async/byte-budget.ts';
import type { RateLimit } from '../async/rate-limit.ts';
import type { Aws, Shard } from '../aws/aws.ts';
import type { Clock } from '../host.ts';
import type { ShardState } from '../state/state.ts';
import type { RecordPage, RecordPageOutcome } from './shard-reader.ts';
import type { StreamLag } from './stream-lag.ts';

export interface FollowStreamOptions {
  readonly aws: Aws;
  readonly clock: Clock;
  readonly tableName: string;
  readonly streamArn: string;
  /** What the state knows of the stream's shards. */
  readonly shards: ReadonlyMap<string, ShardState>;
  /** Until when the state has all of them read; absent where it does not tell. */
  readonly readUntilMs: number | undefined;
  /** The complete listing that a first start has just made; absent on a restart. */
  readonly firstListing: readonly Shard[] | undefined;
  readonly lag: StreamLag;
  /** The longest wait of an idle shard. */
  readonly idleBackoffMaxMs: number;
  /** Bytes that pages may hold between response and output. */
  readonly budget: ByteBudget;
  /** Of `listCallsPerSecond`, shared by all tables. */
  readonly listCalls: RateLimit;
  /** GetRecords calls per second, shared fairly by all shards of all tables; those of idle shards apart. */
  readonly readCalls: RateLimit;
  readonly idleReadCalls: RateLimit;
  /**
   * Takes a page; resolves when the output has room for more. Its outcome says where the shard goes on: that lies
   * in the page's body, which only the transcoder reads, so that no page is parsed twice.
   */
  readonly deliver: (page: RecordPage) => Promise<RecordPageOutcome>;
  /** Records shards that must be read, before they are, or must not; forgets those that no longer matter. */
  readonly recordShards: (shardIds: readonly string[], isFinished: boolean) => Promise<void>;
  readonly forgetShards: (shardIds: readonly string[]) => Promise<void>;
  /** Throws when the table no longer has this stream. */
  readonly checkTable: (signal: AbortSignal) => Promise<void>;
}
