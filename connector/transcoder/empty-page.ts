/** A page of no records: what an idle shard answers, thousands of times a minute. */

import type { RecordDocuments } from './documents.ts';

/** Shard iterators have at most 2048 characters. */
const bodyBytesMax = 4096;
/** Texts without escapes, in both orders of the members; whatever is written otherwise is read as any other page. */
const emptyPage =
  /^\{"NextShardIterator":"([ !#-[\]-~]+)","Records":\[\]\}$|^\{"Records":\[\],"NextShardIterator":"([ !#-[\]-~]+)"\}$/;

const noBytes = new Uint8Array(0);
const nothing = {
  bytes: noBytes,
  count: 0,
  end: () => 0,
  without: () => [],
  release: () => undefined,
  recordCount: 0,
  keys: () => [],
  lastSequenceNumber: undefined,
  lastCreatedAtMs: undefined,
};

/** The documents of a page of no records whose shard goes on; undefined for anything else. */
export function emptyRecordPage(body: Uint8Array): RecordDocuments | undefined {
  if (body.length > bodyBytesMax) return undefined;
  const text = Buffer.from(body.buffer, body.byteOffset, body.length).toString('latin1');
  const [, first, second] = emptyPage.exec(text) ?? [];
  const nextShardIterator = first ?? second;
  return nextShardIterator === undefined ? undefined : { ...nothing, nextShardIterator };
}
