/** GetShardIterator and GetRecords. */

import type { StreamViewType } from '../../../connector/table.ts';
import type { Call } from './call.ts';
import { Bucket } from './bucket.ts';
import { invalidRequest, notFound, ServiceError } from './service-error.ts';
import type { Shard, ShardRecord } from './shard.ts';

const pageLengthMax = 1000;
const pageBytesMax = 1024 * 1024;
const sequenceNumberText = /^[0-9]{1,40}$/;

/** A shard iterator is a value: where it stands, and since when. */
interface ShardIterator {
  readonly streamArn: string;
  readonly shardId: string;
  readonly position: number;
  readonly issuedAtMs: number;
}

export function getShardIterator({ input, database }: Call): string {
  const streamArn = input.text('StreamArn');
  const shardId = input.text('ShardId');
  const shard = database.stream(streamArn).shard(shardId);
  if (shard === undefined) throw notFound(`Shard: ${shardId} in stream ${streamArn} not found`);
  const issuedAtMs = database.world.now();
  shard.trim(issuedAtMs);
  const position = startingPosition(
    shard,
    input.text('ShardIteratorType'),
    sequenceNumberOf(input),
  );
  return JSON.stringify({
    ShardIterator: iteratorText({ streamArn, shardId, position, issuedAtMs }),
  });
}

export function getRecords(call: Call): string {
  const { input, database, fault } = call;
  const iterator = parseIterator(input.text('ShardIterator'));
  const limit = input.optionalCount('Limit', 1, pageLengthMax) ?? pageLengthMax;
  const stream = database.stream(iterator.streamArn);
  const shard = stream.shard(iterator.shardId);
  if (shard === undefined) throw notFound(`Invalid ShardId in ShardIterator: ${iterator.shardId}`);
  assertRate(call, shard);
  const nowMs = database.world.now();
  if (nowMs - iterator.issuedAtMs > database.world.settings.iteratorLifeMs) {
    throw new ServiceError(
      'ExpiredIteratorException',
      'Iterator expired. The iterator was created too long ago.',
    );
  }
  shard.trim(nowMs);
  if (iterator.position < shard.trimHorizon) throw trimmed();
  const records =
    fault === 'empty-page'
      ? []
      : page(shard, iterator.position, fault === 'short-page' ? 1 : limit, nowMs);
  const position = iterator.position + (fault === 'repeat-page' ? 0 : records.length);
  const isAtEnd = !shard.isOpen && position >= shard.end;
  const next = isAtEnd ? undefined : iteratorText({ ...iterator, position, issuedAtMs: nowMs });
  const region = database.world.settings.region;
  const texts = records.map((record) => recordJson(record, shard, stream.viewType, region));
  const nextMember = next === undefined ? '' : `"NextShardIterator":${JSON.stringify(next)},`;
  return `{${nextMember}"Records":[${texts.join()}]}`;
}

function sequenceNumberOf(input: Call['input']): bigint | undefined {
  const text = input.optionalText('SequenceNumber');
  if (text === undefined) return undefined;
  if (!sequenceNumberText.test(text)) throw invalidRequest(`Invalid SequenceNumber: ${text}`);
  return BigInt(text);
}

function startingPosition(shard: Shard, type: string, sequenceNumber: bigint | undefined): number {
  const isByNumber = type === 'AT_SEQUENCE_NUMBER' || type === 'AFTER_SEQUENCE_NUMBER';
  if (isByNumber !== (sequenceNumber !== undefined)) {
    throw invalidRequest(
      `SequenceNumber is required with, and only with, types that need one: ${type}`,
    );
  }
  if (sequenceNumber !== undefined) {
    const from = type === 'AT_SEQUENCE_NUMBER' ? sequenceNumber : sequenceNumber + 1n;
    const isTrimmed = shard.positionOf(sequenceNumber) === undefined;
    const position = isTrimmed ? undefined : shard.positionOf(from);
    if (position === undefined) throw trimmed();
    return position;
  }
  if (type === 'TRIM_HORIZON') return shard.trimHorizon;
  if (type === 'LATEST') return shard.end;
  throw invalidRequest(`Unknown ShardIteratorType: ${type}`);
}

const trimmed = () =>
  new ServiceError(
    'TrimmedDataAccessException',
    'The operation attempted to read past the oldest stream record in a shard.',
  );

/** Limits are kept beside the shards: they are the server's, not the stream's. */
const rates = new WeakMap<Shard, Bucket>();

function assertRate({ database, stats, caller, begun }: Call, shard: Shard): void {
  const nowMs = database.world.now();
  // By its arrival: answers that take their time come closer together than the calls.
  stats.noteGetRecords(shard.id, begun.atMs);
  const perSecond = database.world.settings.getRecordsPerSecond;
  if (perSecond === Infinity) return;
  const bucket = rates.get(shard) ?? new Bucket(perSecond, 1, nowMs);
  rates.set(shard, bucket);
  if (bucket.isOpen(nowMs)) {
    bucket.take(1);
    return;
  }
  stats.noteThrottle(caller, nowMs);
  throw new ServiceError('ThrottlingException', 'Rate exceeded');
}

/** Records that can be seen by now, as many as fit. */
function page(shard: Shard, from: number, limit: number, nowMs: number): ShardRecord[] {
  const records: ShardRecord[] = [];
  let bytes = 0;
  for (let position = from; records.length < limit; position++) {
    const record = shard.at(position);
    if (record === undefined || record.visibleAtMs > nowMs) break;
    bytes += record.bytes;
    if (bytes > pageBytesMax && records.length > 0) break;
    records.push(record);
  }
  return records;
}

const withNewImage = new Set<StreamViewType>(['NEW_IMAGE', 'NEW_AND_OLD_IMAGES']);
const withOldImage = new Set<StreamViewType>(['OLD_IMAGE', 'NEW_AND_OLD_IMAGES']);
const expiryIdentity = ',"userIdentity":{"principalId":"dynamodb.amazonaws.com","type":"Service"}';

function recordJson(
  record: ShardRecord,
  shard: Shard,
  viewType: StreamViewType,
  region: string,
): string {
  const newImage = withNewImage.has(viewType) ? record.newImage : undefined;
  const oldImage = withOldImage.has(viewType) ? record.oldImage : undefined;
  const sequenceNumber = shard.sequenceNumberOf(record);
  const eventId = shard.id.slice(-8) + sequenceNumber.toString(16).slice(-24).padStart(24, '0');
  return (
    `{"awsRegion":"${region}","dynamodb":{` +
    `"ApproximateCreationDateTime":${Math.floor(record.atMs / 1000)},"Keys":${record.keys},` +
    (newImage === undefined ? '' : `"NewImage":${newImage},`) +
    (oldImage === undefined ? '' : `"OldImage":${oldImage},`) +
    `"SequenceNumber":"${sequenceNumber}","SizeBytes":${record.bytes},` +
    `"StreamViewType":"${viewType}"},"eventID":"${eventId}","eventName":"${record.eventName}",` +
    `"eventSource":"aws:dynamodb","eventVersion":"1.1"${record.isExpiry ? expiryIdentity : ''}}`
  );
}

function iteratorText({ streamArn, shardId, position, issuedAtMs }: ShardIterator): string {
  const place = Buffer.from(JSON.stringify([shardId, position, issuedAtMs])).toString('base64');
  return `${streamArn}|1|${place}`;
}

function parseIterator(text: string): ShardIterator {
  const [streamArn = '', , place = ''] = text.split('|');
  try {
    const decoded = Buffer.from(place, 'base64').toString();
    const [shardId, position, issuedAtMs] = JSON.parse(decoded) as [string, number, number];
    return { streamArn, shardId, position, issuedAtMs };
  } catch {
    throw invalidRequest('Invalid ShardIterator');
  }
}
