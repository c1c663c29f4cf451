/** All shards of a stream, at the permitted pace. */

import type { RateLimit } from '../async/rate-limit.ts';
import type { Aws, ShardPage } from '../aws/aws.ts';

/**
 * DescribeStream may be called ten times a second by everybody on the account; half of that is ours, for all
 * tables together. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_DescribeStream.html
 */
export const listCallsPerSecond = 5;
/** At once after a pause: a start lists each table, and twenty tables shall not wait for seconds. Who is refused tries again. */
export const listCallsBurst = 15;
/** The most that one call lists. */
export const shardsPerPage = 100;

export interface ListingContext {
  readonly aws: Aws;
  /** Of `listCallsPerSecond`, shared by all tables. */
  readonly listCalls: RateLimit;
  readonly streamArn: string;
}

/** Lists a stream's shards, or those after one of them, page by page; each page can be used at once. */
export async function* listShards(
  { aws, listCalls, streamArn }: ListingContext,
  signal: AbortSignal,
  afterShardId?: string,
): AsyncGenerator<ShardPage> {
  let after = afterShardId;
  do {
    await listCalls.take(1, signal);
    const page = await aws.streams.listShards(streamArn, after, signal);
    yield page;
    // A page that points at itself would be asked for for ever.
    after = page.lastShardId === after ? undefined : page.lastShardId;
  } while (after !== undefined);
}
