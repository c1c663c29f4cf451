/** What DescribeStream says, as a page of shards. */

import { ConnectorError, errorCodes } from '../errors.ts';
import type { ShardPage } from './aws.ts';
import { membersOf, objectsOf, textOf, type JsonObject } from '../json.ts';

/** Throws `response-invalid` for an answer about no stream: taken for one without shards, it would look like loss. */
export function shardPageOf({ StreamDescription: described }: JsonObject): ShardPage {
  if (typeof described !== 'object' || described === null) {
    throw new ConnectorError(
      errorCodes.responseInvalid,
      'DescribeStream answered without a stream',
    );
  }
  const description = membersOf(described);
  return {
    // Some servers leave the list out where it is empty.
    shards: objectsOf(description['Shards']).flatMap((shard) => {
      const id = textOf(shard['ShardId']);
      if (id === undefined) return [];
      const { EndingSequenceNumber } = membersOf(shard['SequenceNumberRange']);
      const isClosed = textOf(EndingSequenceNumber) !== undefined;
      return { id, parentId: textOf(shard['ParentShardId']), isClosed };
    }),
    lastShardId: textOf(description['LastEvaluatedShardId']),
    streamStatus: textOf(description['StreamStatus']) ?? 'UNKNOWN',
  };
}
