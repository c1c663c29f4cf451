/** The `_meta` of a document, its last member: what it says comes last in a response too. */

import type { ByteWriter } from './byte-writer.ts';
import type { PageMeta } from './documents.ts';
import type { ItemWriter } from './item-writer.ts';
import { type ByteSource, stringEnd } from './json-bytes.ts';
import type { JsonCursor } from './json-cursor.ts';

const attributeMember = Buffer.from(',"attribute":');
const beforeMember = Buffer.from(',"before":{');
const timeMember = Buffer.from(',"approximateCreationDateTime":');
const sequenceNumberMember = Buffer.from(',"sequenceNumber":');

/** `c` created, `u` updated, `d` deleted. */
export type Op = 'c' | 'u' | 'd';

/** What a record says besides its images: places in the body, 0 where it says nothing. */
export interface RecordFacts {
  readonly eventIdAt: number;
  readonly sequenceNumberAt: number;
  readonly identityTypeAt: number;
  readonly identityPrincipalAt: number;
}

/** The `_meta` of a scanned item, all but its closing brace. */
export function itemMeta({ epoch, scannedAt }: PageMeta): Uint8Array {
  const members = JSON.stringify({ op: 'c', snapshot: true, epoch, scannedAt });
  return Buffer.from(`"_meta":${members.slice(0, -1)}`);
}

/** The beginning of the `_meta` of a record, up to the event id. */
export function recordMeta(op: Op, epoch: string): Uint8Array {
  const members = JSON.stringify({ op, snapshot: false, epoch });
  return Buffer.from(`"_meta":${members.slice(0, -1)},"eventId":`);
}

/**
 * The `_meta` of an item that is no longer there, all but its closing brace: nobody has read the record of its
 * delete. `deletedAt` only where that is known.
 */
export function absenceMeta(epoch: string, deletedAt: string | undefined): Uint8Array {
  const members = JSON.stringify({
    op: 'd',
    snapshot: false,
    epoch,
    ...(deletedAt === undefined ? {} : { approximateCreationDateTime: deletedAt }),
  });
  return Buffer.from(`"_meta":${members.slice(0, -1)}`);
}

/** Writes the members of a record's `_meta` behind its beginning, up to `before`. */
export function writeRecordFacts(
  writer: ByteWriter,
  body: ByteSource,
  facts: RecordFacts,
  createdAt: Uint8Array,
): void {
  writer.writeString(body, facts.eventIdAt);
  writer.write(sequenceNumberMember);
  writer.writeString(body, facts.sequenceNumberAt);
  writer.write(timeMember);
  writer.write(createdAt);
  const { identityTypeAt, identityPrincipalAt } = facts;
  if (identityTypeAt === 0 && identityPrincipalAt === 0) return;
  writer.writeAscii(',"userIdentity":{');
  if (identityTypeAt !== 0) {
    writer.writeAscii('"type":');
    writer.writeString(body, identityTypeAt);
  }
  if (identityTypeAt !== 0 && identityPrincipalAt !== 0) writer.writeAscii(',');
  if (identityPrincipalAt !== 0) {
    writer.writeAscii('"principalId":');
    writer.writeString(body, identityPrincipalAt);
  }
  writer.writeAscii('}');
}

/**
 * True when DynamoDB deleted an item because it had expired.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-streams.html
 */
export function isByTimeToLive(cursor: JsonCursor, facts: RecordFacts): boolean {
  const { identityTypeAt, identityPrincipalAt } = facts;
  return (
    isText(cursor, identityTypeAt, 'Service') &&
    isText(cursor, identityPrincipalAt, 'dynamodb.amazonaws.com')
  );
}

function isText(cursor: JsonCursor, at: number, text: string): boolean {
  return at !== 0 && cursor.text(at, stringEnd(cursor, at)) === text;
}

/** Writes an old image, whose attributes lie in `image` with a comma behind each. */
export function writeBefore(writer: ByteWriter, image: ByteWriter): void {
  writer.write(beforeMember);
  writer.writeRange(image.bytes, 0, image.length);
}

/** Writes the item's own `_meta` attribute, if it has one. */
export function writeMetaAttribute(writer: ByteWriter, item: ItemWriter): void {
  if (item.metaValue === undefined) return;
  writer.write(attributeMember);
  writer.write(item.metaValue);
}
