/** ListStreams and DescribeStream: what the stream tells of its shards, true or not yet. */

import { drawBelow } from '../seeded-random.ts';
import type { Call } from './call.ts';
import { invalidRequest, ServiceError } from './service-error.ts';
import type { Shard } from './shard.ts';
import type { Stream } from './stream.ts';
import { keySchemaJson } from './tables.ts';

const pageLengthMax = 100;
// Shards that a page with repetitions shows twice, at most.
const repeatedMax = 3;

export function listStreams({ input, database, accountId }: Call): string {
  const limit = input.optionalCount('Limit', 1, pageLengthMax) ?? pageLengthMax;
  const tableName = input.optionalText('TableName');
  const after = input.optionalText('ExclusiveStartStreamArn') ?? '';
  const streams = database
    .streams()
    .filter((stream) => stream.arn.split(':')[4] === accountId)
    .filter((stream) => tableName === undefined || stream.tableName === tableName)
    .filter(({ arn }) => arn > after)
    .sort((a, b) => (a.arn < b.arn ? -1 : 1));
  const page = streams.slice(0, limit).map(({ arn, label, tableName }) => ({
    StreamArn: arn,
    StreamLabel: label,
    TableName: tableName,
  }));
  const last = streams.length > limit ? { LastEvaluatedStreamArn: page.at(-1)?.StreamArn } : {};
  return JSON.stringify({ Streams: page, ...last });
}

export function describeStream(call: Call): string {
  const { input, database } = call;
  const stream = database.stream(input.text('StreamArn'));
  const { listingPageLength } = database.world.settings;
  const asked = input.optionalCount('Limit', 1, pageLengthMax) ?? pageLengthMax;
  const limit = Math.min(asked, listingPageLength);
  const after = input.optionalText('ExclusiveStartShardId');
  const parentId = childFilter(call);
  const shards = parentId === undefined ? listed(call, stream) : children(call, stream, parentId);
  const rest = after === undefined ? shards : shards.filter(({ id }) => id > after);
  const page = rest.slice(0, limit);
  const lastId = rest.length > limit ? page.at(-1)?.id : undefined;
  return JSON.stringify({
    StreamDescription: {
      CreationRequestDateTime: stream.createdAtMs / 1000,
      KeySchema: keySchemaJson(stream.key),
      ...(lastId !== undefined && { LastEvaluatedShardId: lastId }),
      Shards: misshown(call, page).map((shard) => shardJson(call, stream, shard)),
      StreamArn: stream.arn,
      StreamLabel: stream.label,
      StreamStatus: stream.status,
      StreamViewType: stream.viewType,
      TableName: stream.tableName,
    },
  });
}

function childFilter({ input }: Call): string | undefined {
  const filter = input.optionalInput('ShardFilter');
  if (filter === undefined) return undefined;
  if (input.has('ExclusiveStartShardId')) {
    throw invalidRequest('ExclusiveStartShardId and ShardFilter cannot be used together');
  }
  if (filter.text('Type') !== 'CHILD_SHARDS') throw invalidRequest('Unknown type of ShardFilter');
  return filter.text('ShardId');
}

function listed({ database }: Call, stream: Stream): Shard[] {
  const nowMs = database.world.now();
  return stream.shards().filter(({ listedAtMs }) => listedAtMs <= nowMs);
}

function children({ database, fault }: Call, stream: Stream, parentId: string): Shard[] {
  if (stream.shard(parentId) === undefined) {
    throw new ServiceError('ResourceNotFoundException', `Shard not found: ${parentId}`);
  }
  if (fault === 'late-child') return [];
  const nowMs = database.world.now();
  return stream.childrenOf(parentId).filter(({ listedAsChildAtMs }) => listedAsChildAtMs <= nowMs);
}

/** A page as the call's fault distorts it; where it says to go on is not touched. */
function misshown({ fault, database }: Call, page: readonly Shard[]): readonly Shard[] {
  const { random } = database.world;
  if (fault === 'late-child') return page.filter(({ parentId, isOpen }) => !isOpen || !parentId);
  if (fault === 'missing-parent') {
    const parents = page.filter(({ id }) => page.some(({ parentId }) => parentId === id));
    const missing = parents[drawBelow(random, parents.length)];
    return page.filter((shard) => shard !== missing);
  }
  if (fault === 'repeated-shards') {
    const from = drawBelow(random, page.length);
    return [...page, ...page.slice(from, from + repeatedMax)];
  }
  return page;
}

function shardJson({ database, fault }: Call, stream: Stream, shard: Shard): unknown {
  const isMisshown = fault === 'open-parent' && stream.childrenOf(shard.id).length > 0;
  const isShownOpen = isMisshown || shard.shownClosedAtMs > database.world.now();
  return {
    ...(shard.parentId !== undefined && { ParentShardId: shard.parentId }),
    SequenceNumberRange: {
      ...(!isShownOpen && { EndingSequenceNumber: String(shard.endingSequenceNumber) }),
      StartingSequenceNumber: String(shard.startingSequenceNumber),
    },
    ShardId: shard.id,
  };
}
