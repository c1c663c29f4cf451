/** A GetRecords response to stream documents. */

import { closeList, closeMap, openList, openMap } from './bytes.ts';
import type { RecordDocuments } from './documents.ts';
import { JsonCursor } from './json-cursor.ts';
import { NameTable } from './name-table.ts';
import { RecordTranscoder, type RecordWriting } from './record-transcoder.ts';
import type { Transcoding } from './transcoding.ts';

const pageMembers = new NameTable(['Records', 'NextShardIterator']);

/** Writes each record of a response into frames. */
export function transcodeRecords(
  body: Uint8Array,
  transcoding: Transcoding,
  writing: RecordWriting,
): RecordDocuments {
  const cursor = new JsonCursor(body);
  const record = new RecordTranscoder(cursor, transcoding, writing);
  let recordCount: number | undefined;
  let nextShardIterator: string | undefined;
  let isMore = cursor.open(openMap);
  while (isMore) {
    const member = cursor.member(pageMembers);
    if (member === 0) {
      if (recordCount !== undefined) throw cursor.expected('"Records" only once');
      recordCount = writeRecords(cursor, record);
    } else if (member === 1) nextShardIterator = cursor.stringOrNull();
    else cursor.skipValue();
    isMore = cursor.next(closeMap);
  }
  cursor.end();
  if (recordCount === undefined) throw cursor.expected('a response with "Records"');
  const { keys, createdAt } = record;
  const isEmpty = recordCount === 0;
  return {
    ...writing.frames.finish(),
    recordCount,
    keys: () => Array.from({ length: keys.count }, (_, index) => keys.text(index)),
    lastSequenceNumber: isEmpty
      ? undefined
      : new JsonCursor(body, record.sequenceNumberAt).string(),
    lastCreatedAtMs: isEmpty ? undefined : createdAt.ms,
    nextShardIterator,
  };
}

function writeRecords(cursor: JsonCursor, record: RecordTranscoder): number {
  let count = 0;
  let isMore = cursor.open(openList);
  while (isMore) {
    record.transcode();
    count++;
    isMore = cursor.next(closeList);
  }
  return count;
}
