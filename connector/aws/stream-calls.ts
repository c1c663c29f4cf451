/** The calls on streams. */

import { ConnectorError, errorCodes, nameOf } from '../errors.ts';
import { refused } from './aws-error.ts';
import type { StreamApi } from './aws.ts';
import { actionOf, callObject, type Port } from './json-call.ts';
import type { JsonObject } from '../json.ts';
import { shardPageOf } from './stream-description.ts';

export function createStreamApi({ call, endpoint, retried }: Port): StreamApi {
  const subject = (action: string, streamArn: string) => ({
    action: `dynamodb:${action}`,
    resource: `stream "${streamArn}"`,
    endpoint,
  });
  /** Calls until it succeeds, with an answer that can be read. */
  const ask = <T>(
    target: string,
    input: { readonly StreamArn: string },
    read: (answer: JsonObject) => T,
    signal: AbortSignal,
  ): Promise<T> => {
    const send = async () => read(await callObject(call, target, input, signal));
    return retried(subject(actionOf(target), input.StreamArn), send, signal);
  };
  const describe = (streamArn: string, input: object, signal: AbortSignal) =>
    ask(
      'DynamoDBStreams_20120810.DescribeStream',
      { StreamArn: streamArn, ...input },
      shardPageOf,
      signal,
    );
  return {
    listShards: (streamArn, afterShardId, signal) =>
      describe(
        streamArn,
        afterShardId === undefined ? {} : { ExclusiveStartShardId: afterShardId },
        signal,
      ).catch((error: unknown) => {
        // A stream that is gone is the caller's business.
        if (nameOf(error) === 'ResourceNotFoundException') throw error;
        throw refused(error, subject('DescribeStream', streamArn));
      }),
    listChildShards: (streamArn, shardId, signal) =>
      describe(streamArn, { ShardFilter: { Type: 'CHILD_SHARDS', ShardId: shardId } }, signal),
    getShardIterator(streamArn, shardId, position, signal) {
      const input = {
        StreamArn: streamArn,
        ShardId: shardId,
        ShardIteratorType: position.type,
        ...(position.type === 'TRIM_HORIZON' ? {} : { SequenceNumber: position.sequenceNumber }),
      };
      const read = ({ ShardIterator }: JsonObject) => {
        if (typeof ShardIterator === 'string') return ShardIterator;
        throw new ConnectorError(
          errorCodes.responseInvalid,
          `GetShardIterator on shard "${shardId}" answered without an iterator`,
        );
      };
      return ask('DynamoDBStreams_20120810.GetShardIterator', input, read, signal);
    },
    getRecords: ({ shardIterator, limit, makeRoom }, signal) =>
      call(
        'DynamoDBStreams_20120810.GetRecords',
        JSON.stringify({ ShardIterator: shardIterator, Limit: limit }),
        signal,
        { makeRoom },
      ),
  };
}
