/** Items and records to documents: response bytes in, output frames out, compiled once per table. */

import { BufferPool } from '../buffer-pool.ts';
import { AttributeNames } from './attribute-names.ts';
import { ByteWriter } from './byte-writer.ts';
import type {
  DocumentFraming,
  Frames,
  ItemDocuments,
  PageMeta,
  RecordDocuments,
  RecordRules,
  RereadDocuments,
} from './documents.ts';
import { FrameWriter } from './frame-writer.ts';
import { transcodeItems } from './item-page.ts';
import { emptyRecordPage } from './empty-page.ts';
import { readExportLine, type ExportedKey } from './export-line.ts';
import { Locations } from './locations.ts';
import { plainBytes } from './plain-bytes.ts';
import { transcodeReread } from './reread.ts';
import { transcodeRecords } from './record-page.ts';
import type { Transcoding } from './transcoding.ts';

export type { ExportedKey } from './export-line.ts';
export type {
  DocumentFraming,
  Frames,
  ItemDocuments,
  PageMeta,
  RecordDocuments,
  RecordRules,
  RereadDocuments,
} from './documents.ts';
export {
  type DeclaredLocation,
  type LearnedLocations,
  Locations,
  locationsMax,
  mapLocationsMax,
} from './locations.ts';
export type { NumberForm } from './number.ts';
export { laterSequenceNumber } from './sequence-number.ts';

/** Throws a `ConnectorError` `response-invalid` when a body is not what AWS sends. */
export interface Transcoder {
  /** A Scan response to snapshot documents. */
  items(body: Uint8Array, meta: PageMeta): ItemDocuments;
  /** A GetRecords response to stream documents. */
  records(body: Uint8Array, meta: PageMeta, rules: RecordRules): RecordDocuments;
  /** A line of an incremental export. */
  exportedKey(line: Uint8Array): ExportedKey;
  /** A BatchGetItem response to documents of the keys asked for. */
  reread(body: Uint8Array, asked: readonly ExportedKey[], meta: PageMeta): RereadDocuments;
}

export interface TranscoderOptions extends Partial<Omit<Transcoding, 'names'>> {
  readonly key: Transcoding['key'];
  /** What is known of the documents' locations, and learns more. */
  readonly locations?: Locations;
  readonly framing: DocumentFraming;
  /** Where buffers come from and `release` returns them to; one of its own where there is none. */
  readonly pool?: BufferPool;
}

/** Compiles the transcoding of one table's items and records. */
export function createTranscoder(options: TranscoderOptions): Transcoder {
  const { key, framing, pool = new BufferPool(), numbers = 'exact' } = options;
  const { locations = new Locations(key) } = options;
  const transcoding: Transcoding = {
    beforeImages: true,
    ignoresTtlDeletes: false,
    ...options,
    numbers,
    names: new AttributeNames({ key, numbers, locations }),
  };
  const itemSize = new SizeGuess();
  const recordSize = new SizeGuess();
  return {
    items(body, meta) {
      const bytes = plainBytes(body);
      const frames = new FrameWriter(pool, framing, itemSize.of(bytes));
      const documents = transcodeItems(bytes, transcoding, meta, frames);
      itemSize.learn(bytes, documents);
      return documents;
    },
    records(body, meta, rules) {
      const empty = emptyRecordPage(body);
      if (empty !== undefined) return empty;
      const bytes = plainBytes(body);
      const frames = new FrameWriter(pool, framing, recordSize.of(bytes));
      const oldImage = new ByteWriter(pool, 0);
      const documents = transcodeRecords(bytes, transcoding, { meta, rules, frames, oldImage });
      pool.give(oldImage.bytes.buffer);
      recordSize.learn(bytes, documents);
      return documents;
    },
    exportedKey: (line) => readExportLine(line, transcoding.key),
    reread(body, asked, meta) {
      const bytes = plainBytes(body);
      const frames = new FrameWriter(pool, framing, itemSize.of(bytes));
      return transcodeReread(bytes, asked, meta, transcoding, frames);
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
