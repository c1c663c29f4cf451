/** What the transcoder makes of a page, and what it is told of it. */

import type { ExportedKey } from './export-line.ts';
import type { ItemKey } from '../table.ts';

/**
 * How a document becomes a frame of the output. The codec makes it, for one binding: a frame is `head`, the
 * document's JSON, `tail`; `seal` then fills in what depends on the frame's length.
 */
export interface DocumentFraming {
  readonly head: Uint8Array;
  readonly tail: Uint8Array;
  /**
   * Called once the frame lies in `bytes` from `start` to `end`, head and tail included; returns where it ends then. It
   * may move the document, and use `sealBytes` behind the end.
   */
  seal(bytes: Uint8Array, start: number, end: number): number;
}

/** Room for what a frame may grow by when it is sealed. */
export const sealBytes = 8;

/** Frames of one page, one after the other, in the page's order. */
export interface Frames {
  /** The frames without gaps. */
  readonly bytes: Uint8Array;
  readonly count: number;
  /** Where frame `index` ends; it begins where the one before ends, the first one at 0. */
  end(index: number): number;
  /** The frames but for those dropped, whose indexes ascend; in as few pieces as possible. */
  without(dropped: readonly number[]): Uint8Array[];
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
  /**
   * Canonical keys of the records that made documents, or were deletes by time to live that are ignored, as
   * `ItemDocuments.keyOf` writes them.
   */
  keys(): readonly string[];
  /** Of the last record in the response; absent when it has none. */
  readonly lastSequenceNumber: string | undefined;
  /** When the last record was written, in milliseconds since the epoch, cut to the second by AWS. */
  readonly lastCreatedAtMs: number | undefined;
  /** Absent only when the shard is closed and this was its last page. */
  readonly nextShardIterator: string | undefined;
}

/** What is said in `_meta` of every document of a page. */
export interface PageMeta {
  /** RFC 3339, UTC, milliseconds: as JSON shows it. */
  readonly epoch: string;
  /** When the page's request began, in the same form; only documents of items show it. */
  readonly scannedAt: string;
}

/** What decides how many documents a record makes. */
export interface RecordRules {
  /** Records created before this moment (ms) make no document: every scan page contains them. */
  readonly skipBeforeMs: number;
  /** Records up to this sequence number make no document: they were emitted before. */
  readonly afterSequenceNumber: string | undefined;
  /**
   * REMOVE records created before this moment (ms) make two documents, the old image as a snapshot document and
   * then the delete, since their item may never have been emitted.
   */
  readonly expandDeletesBeforeMs: number;
}

/** Documents of keys that were read again: unit i speaks of one key. */
export interface RereadDocuments extends Frames {
  /** Found items come first; a unit behind them is an item that is gone, its last image and its delete. */
  readonly foundCount: number;
  keyOf(index: number): string;
  /** What the server left for another request. */
  readonly left: readonly ExportedKey[];
  readonly consumedUnits: number;
}
