/** What DescribeStream says, as a page of shards. */

import type { DescribeStreamCommandOutput } from '@aws-sdk/client-dynamodb-streams';
import { ConnectorError, errorCodes } from '../errors.ts';
import type { ShardPage } from './aws.ts';

/** Throws `response-invalid` for an answer about no stream: taken for one without shards, it would look like loss. */
export function shardPageOf({
  StreamDescription: described,
}: DescribeStreamCommandOutput): ShardPage {
  if (described === undefined) {
    throw new ConnectorError(
      errorCodes.responseInvalid,
      'DescribeStream answered without a stream',
    );
  }
  return {
    // Some servers leave the list out where it is empty.
    shards: (described.Shards ?? []).flatMap((shard) =>
      shard.ShardId === undefined
        ? []
        : {
            id: shard.ShardId,
            parentId: shard.ParentShardId,
            isClosed: shard.SequenceNumberRange?.EndingSequenceNumber !== undefined,
          },
    ),
    lastShardId: described.LastEvaluatedShardId,
    streamStatus: described.StreamStatus ?? 'UNKNOWN',
  };
}
