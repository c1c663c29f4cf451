/** All shards of a stream, at the permitted pace. */

import type { RateLimit } from '../async/rate-limit.ts';
import type { Aws, Shard, ShardPage } from '../aws/aws.ts';
import { isConnectorError } from '../errors.ts';
import type { Clock } from '../host.ts';

/**
 * DescribeStream may be called ten times a second by everybody on the account; half of that is ours, for all
 * tables together. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_DescribeStream.html
 */
export const listCallsPerSecond = 5;
/** A new shard's parent tells its children late: this often, and with this first wait that doubles, it is asked. */
const childAttempts = 6;
const childDelayMs = 100;

export interface ListingContext {
  readonly aws: Aws;
  readonly clock: Clock;
  /** Of `listCallsPerSecond`, shared by all tables. */
  readonly listCalls: RateLimit;
  readonly streamArn: string;
}

/** Lists a stream's shards, page by page; each page can be used at once. */
export async function* listShards(
  { aws, listCalls, streamArn }: ListingContext,
  signal: AbortSignal,
): AsyncGenerator<ShardPage> {
  let after: string | undefined;
  do {
    await listCalls.take(1, signal);
    const page = await aws.streams.listShards(streamArn, after, signal);
    yield page;
    // A page that points at itself would be asked for for ever.
    after = page.lastShardId === after ? undefined : page.lastShardId;
  } while (after !== undefined);
}

/**
 * The children of a shard that was read to its end. Empty when the server does not tell them in time, or not at
 * all (some emulators never do): a full listing then finds them.
 */
export async function listChildren(
  { aws, clock, listCalls, streamArn }: ListingContext,
  shardId: string,
  signal: AbortSignal,
): Promise<readonly Shard[]> {
  for (let attempt = 0; attempt < childAttempts; attempt += 1) {
    await listCalls.take(1, signal);
    const page = await childPage(aws, streamArn, shardId, signal);
    if (page === undefined) return [];
    const { shards, streamStatus } = page;
    // Servers that do not know the filter list whatever they have.
    const children = shards.filter(({ parentId }) => parentId === shardId);
    if (children.length > 0 || streamStatus === 'DISABLED') return children;
    await clock.sleep(childDelayMs * 2 ** attempt, signal);
  }
  return [];
}

/** Undefined where the server refuses the question: emulators that know no filter, a shard trimmed by now. */
async function childPage(aws: Aws, streamArn: string, shardId: string, signal: AbortSignal) {
  try {
    return await aws.streams.listChildShards(streamArn, shardId, signal);
  } catch (error) {
    if (isConnectorError(error) || signal.aborted) throw error;
    return undefined;
  }
}
