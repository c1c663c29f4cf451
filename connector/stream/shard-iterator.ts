/** The handle for reading a shard, good for 15 minutes, and how it tells that records are gone. */

import type { Aws, ShardPosition } from '../aws/aws.ts';
import { messageOf, nameOf } from '../errors.ts';
import type { Clock } from '../host.ts';
import { rfc3339 } from '../time.ts';
import { retentionMs } from './data-loss.ts';

/**
 * A shard without a position is read from its oldest record, wherever that is by now. So nobody must have left it
 * alone for so long: less than the stream remembers, since it may have had records before we knew of it.
 */
const unreadMsMax = retentionMs - 15 * 60_000;

/** Records of a shard that were lost, as `what` says. */
export interface Loss {
  readonly shardId: string;
  readonly what: string;
  readonly cause?: unknown;
}

/** Called with what cannot be otherwise any more. Never returns. */
export type ReportLoss = (loss: Loss, signal: AbortSignal) => Promise<never>;

interface IteratorContext {
  readonly aws: Aws;
  readonly clock: Clock;
  readonly streamArn: string;
  readonly lost: ReportLoss;
}

interface Place {
  readonly shardId: string;
  readonly lastSequenceNumber: string | undefined;
  readonly unreadSinceMs: number;
}

/** Begins after what was delivered, or where the old iterator began. */
export async function newIterator(
  context: IteratorContext,
  place: Place,
  signal: AbortSignal,
): Promise<string> {
  const { aws, clock, streamArn, lost } = context;
  const { shardId, lastSequenceNumber: sequenceNumber, unreadSinceMs } = place;
  const position: ShardPosition =
    sequenceNumber === undefined
      ? { type: 'TRIM_HORIZON' }
      : { type: 'AFTER_SEQUENCE_NUMBER', sequenceNumber };
  const iterator = await aws.streams.getShardIterator(streamArn, shardId, position, signal);
  // The server tells of positions that are gone, but never that the oldest record is not the first any more.
  if (sequenceNumber === undefined && clock.now() - unreadSinceMs > unreadMsMax) {
    const what = `was not read since ${rfc3339(unreadSinceMs)}, and a stream keeps its records for 24 hours`;
    await lost({ shardId, what }, signal);
  }
  return iterator;
}

/** The errors that mean the position, or the whole shard, is gone. DynamoDB Local has its own words for it. */
export function isLoss(error: unknown): boolean {
  const name = nameOf(error);
  if (name === 'TrimmedDataAccessException' || name === 'ResourceNotFoundException') return true;
  return name === 'ValidationException' && /sequencenumber|trim/i.test(messageOf(error));
}
