/** Items and records to documents: response bytes in, output frames out, compiled once per table. */

import { isUtf8 } from 'node:buffer';

import { BufferPool } from '../buffer-pool.ts';
import type { ItemKey, KeyAttribute } from '../table.ts';
import { ByteWriter } from './byte-writer.ts';
import { FrameWriter } from './frame-writer.ts';
import { transcodeItems } from './item-page.ts';
import { invalidResponse } from './json-bytes.ts';
import { transcodeRecords } from './record-page.ts';

/**
 * How a document becomes a frame of the output. The codec makes it, for one binding: a frame is `head`, the
 * document's JSON, `tail`; `seal` then fills in what depends on the frame's length.
 */
export interface DocumentFraming {
  readonly head: Uint8Array;
  readonly tail: Uint8Array;
  /** Called once the frame lies in `bytes` from `start` to `end`, head and tail included. */
  seal(bytes: Uint8Array, start: number, end: number): void;
}

/** Frames of one page, one after the other, in the page's order. */
export interface Frames {
  /** The frames without gaps. */
  readonly bytes: Uint8Array;
  readonly count: number;
  /** Where frame `index` ends; it begins where the one before ends, the first one at 0. */
  end(index: number): number;
  /**
   * Lends the memory of `bytes` to later pages: call it when nobody will read them any more. Without it the
   * garbage collector does the work.
   */
  release(): void;
}

/** Documents of a page of items: frame i is item i. */
export interface ItemDocuments extends Frames {
  /** The canonical key of item `index`: equal texts, equal keys, however the response wrote them. */
  keyOf(index: number): string;
  /** Where the segment goes on; absent when it is finished. */
  readonly lastEvaluatedKey: ItemKey | undefined;
  /** As DynamoDB counts it; 0 where the server does not tell. */
  readonly consumedUnits: number;
}

/** Documents of a page of records: in record order; a record makes none, one or two frames. */
export interface RecordDocuments extends Frames {
  /** Records in the response, also those that made no document. */
  readonly recordCount: number;
  /** Canonical keys of the records that made documents, as `ItemDocuments.keyOf` writes them. */
  keys(): readonly string[];
  /** Of the last record in the response; absent when it has none. */
  readonly lastSequenceNumber: string | undefined;
  /** When the last record was written, in milliseconds since the epoch, cut to the second by AWS. */
  readonly lastCreatedAtMs: number | undefined;
  /** Absent only when the shard is closed and this was its last page. */
  readonly nextShardIterator: string | undefined;
}

/** What is said of every document of an item page. */
export interface ItemMeta {
  /** RFC 3339, UTC, milliseconds: as JSON shows it. */
  readonly epoch: string;
  /** When the page's request began, in the same form. */
  readonly scannedAt: string;
}

export interface RecordMeta {
  readonly epoch: string;
  /** Records created before this moment (ms) make no document: every scan page contains them. */
  readonly skipBeforeMs: number;
  /** Records up to this sequence number make no document: they were emitted before. */
  readonly afterSequenceNumber: string | undefined;
  /**
   * REMOVE records created before this moment (ms) make two documents, the old image as a snapshot document
   * (`scannedAt` below) and then the delete, since their item may never have been emitted.
   */
  readonly expandDeletesBeforeMs: number;
  readonly scannedAt: string;
}

/** Throws a `ConnectorError` `response-invalid` when a body is not what AWS sends. */
export interface Transcoder {
  /** A Scan response to snapshot documents. */
  items(body: Uint8Array, meta: ItemMeta): ItemDocuments;
  /** A GetRecords response to stream documents. */
  records(body: Uint8Array, meta: RecordMeta): RecordDocuments;
}

export interface TranscoderOptions {
  /** The table's primary key: partition key, then sort key. */
  readonly key: readonly KeyAttribute[];
  readonly framing: DocumentFraming;
  /** Where buffers come from and `release` returns them to; one of its own where there is none. */
  readonly pool?: BufferPool;
}

/** Compiles the transcoding of one table's items and records. */
export function createTranscoder(options: TranscoderOptions): Transcoder {
  const pool = options.pool ?? new BufferPool();
  const itemSize = new SizeGuess();
  const recordSize = new SizeGuess();
  return {
    items(body, meta) {
      const bytes = plainBytes(body);
      const frames = new FrameWriter(pool, options.framing, itemSize.of(bytes));
      const documents = transcodeItems(bytes, meta, options, frames);
      itemSize.learn(bytes, documents);
      return documents;
    },
    records(body, meta) {
      const bytes = plainBytes(body);
      const frames = new FrameWriter(pool, options.framing, recordSize.of(bytes));
      const oldImage = new ByteWriter(pool, 0);
      const documents = transcodeRecords(bytes, meta, options, frames, oldImage);
      pool.give(oldImage.bytes.buffer);
      recordSize.learn(bytes, documents);
      return documents;
    },
  };
}

/** How much longer documents are than the response they come from; pages of a table are alike. */
class SizeGuess {
  #ratio = 1;

  of(body: Uint8Array): number {
    return Math.ceil(body.length * (this.#ratio + 0.05)) + 4096;
  }

  learn(body: Uint8Array, frames: Frames): void {
    this.#ratio = Math.max(1, frames.bytes.length / body.length);
  }
}

/**
 * The body as the byte loops want it: a plain array, since compiled code is made for one kind, and valid UTF-8,
 * checked here at many times the speed that the loops could.
 */
function plainBytes(body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(body.buffer, body.byteOffset, body.length);
  if (isUtf8(bytes)) return bytes;
  let [valid, invalid] = [0, bytes.length];
  while (invalid - valid > 1) {
    const middle = (valid + invalid) >> 1;
    if (isUtf8(bytes.subarray(0, characterStart(bytes, middle)))) valid = middle;
    else invalid = middle;
  }
  throw invalidResponse(bytes, characterStart(bytes, valid), 'UTF-8');
}

/** Where the character begins that the byte at `at` belongs to. */
function characterStart(bytes: Uint8Array, at: number): number {
  let start = at;
  while (start > 0 && (bytes[start]! & 0xc0) === 0x80) start--;
  return start;
}
