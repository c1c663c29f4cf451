/** One record to its documents. */

import type { ByteWriter } from './byte-writer.ts';
import { closeMap, openMap } from './bytes.ts';
import { CreationTime } from './creation-time.ts';
import {
  isByTimeToLive,
  itemMeta,
  type Op,
  type RecordFacts,
  recordMeta,
  writeBefore,
  writeMetaAttribute,
  writeRecordFacts,
} from './document-meta.ts';
import type { PageMeta, RecordRules } from './documents.ts';
import type { FrameWriter } from './frame-writer.ts';
import { KeyPlaces } from './item-key.ts';
import { ItemWriter } from './item-writer.ts';
import { stringEnd } from './json-bytes.ts';
import type { JsonCursor } from './json-cursor.ts';
import { NameTable } from './name-table.ts';
import { changeMembers, changeMembersRead, recordMembers } from './record-members.ts';
import { SequenceNumberMark } from './sequence-number.ts';
import type { Transcoding } from './transcoding.ts';

const identityMembers = new NameTable(['Type', 'type', 'PrincipalId', 'principalId']);
const eventNames = new NameTable(['INSERT', 'MODIFY', 'REMOVE']);
const ops = ['c', 'u', 'd'] as const;

/** What is written of records, and where. */
export interface RecordWriting {
  readonly meta: PageMeta;
  readonly rules: RecordRules;
  readonly frames: FrameWriter;
  /** A place for an old image while its record is read. */
  readonly oldImage: ByteWriter;
}

/**
 * Transcodes the records of a page, one after the other. Nothing is known of a record before its end: its name may
 * come after its images, the old image before the new one. So the new image is written where it goes, the old one aside, and both only once;
 * places are kept of the rest, and what turns out not to be wanted is overwritten.
 */
export class RecordTranscoder implements RecordFacts {
  /** Keys of the records that made documents, or were left out as deletes by time to live. */
  readonly keys: KeyPlaces;
  /** When the last record was written. */
  readonly createdAt = new CreationTime();
  eventIdAt = 0;
  sequenceNumberAt = 0;
  identityTypeAt = 0;
  identityPrincipalAt = 0;
  #eventNameAt = 0;
  #timeAt = 0;
  #keysAt = 0;
  #newImageAt = 0;
  #oldImageAt = 0;

  readonly #body: Uint8Array;
  readonly #cursor: JsonCursor;
  readonly #item: ItemWriter;
  readonly #frames: FrameWriter;
  readonly #oldImage: ByteWriter;
  readonly #meta: PageMeta;
  readonly #rules: RecordRules;
  readonly #metaByOp: Readonly<Record<Op, Uint8Array>>;
  readonly #after: SequenceNumberMark;
  readonly #options: Transcoding;

  constructor(
    cursor: JsonCursor,
    transcoding: Transcoding,
    { meta, rules, frames, oldImage }: RecordWriting,
  ) {
    this.keys = new KeyPlaces(transcoding.key, cursor.bytes);
    this.#body = cursor.bytes;
    this.#cursor = cursor;
    this.#item = new ItemWriter(cursor, transcoding);
    this.#frames = frames;
    this.#oldImage = oldImage;
    this.#options = transcoding;
    this.#meta = meta;
    this.#rules = rules;
    const { epoch } = meta;
    this.#metaByOp = {
      c: recordMeta('c', epoch),
      u: recordMeta('u', epoch),
      d: recordMeta('d', epoch),
    };
    this.#after = new SequenceNumberMark(rules.afterSequenceNumber);
  }

  /** Reads the record at the cursor and writes the documents it makes: none, one or two. */
  transcode(): void {
    this.#readRecord();
    this.#writeRecord();
  }

  #readRecord(): void {
    const cursor = this.#cursor;
    cursor.peek();
    const { at } = cursor;
    this.eventIdAt = this.sequenceNumberAt = this.identityTypeAt = this.identityPrincipalAt = 0;
    this.#eventNameAt = this.#timeAt = this.#keysAt = this.#newImageAt = this.#oldImageAt = 0;
    this.#frames.open();
    let isMore = cursor.open(openMap);
    while (isMore) {
      const member = recordMembers.next(cursor);
      if (member === 0) this.#readChange();
      else if (member === 1) this.eventIdAt = cursor.skipString();
      else if (member === 2) this.#eventNameAt = cursor.skipString();
      else if (member === 3) this.#readIdentity();
      else cursor.skipValue();
      isMore = cursor.next(closeMap);
    }
    this.#assertComplete(at);
  }

  #readChange(): void {
    const cursor = this.#cursor;
    let isMore = cursor.open(openMap);
    while (isMore) {
      const member = changeMembers.next(cursor);
      cursor.peek();
      if (member < 0 || member >= changeMembersRead) cursor.skipValue();
      else if (!cursor.takeNull()) this.#readMember(member);
      isMore = cursor.next(closeMap);
    }
  }

  #readMember(member: number): void {
    const cursor = this.#cursor;
    const { at } = cursor;
    if (member === 0) {
      this.#timeAt = at;
      this.createdAt.read(cursor);
    } else if (member === 1) {
      this.#keysAt = at;
      cursor.skipValue();
    } else if (member === 4) this.sequenceNumberAt = cursor.skipString();
    else this.#readImage(member === 2);
  }

  #readImage(isNew: boolean): void {
    const { at } = this.#cursor;
    if (isNew) {
      this.#newImageAt = at;
      this.#frames.open();
      this.#item.writeItem(this.#frames.writer);
    } else {
      this.#oldImageAt = at;
      if (!this.#options.beforeImages) {
        this.#cursor.skipValue();
        return;
      }
      this.#oldImage.length = 0;
      this.#item.writeImage(this.#oldImage);
    }
  }

  #readIdentity(): void {
    const cursor = this.#cursor;
    if (cursor.takeNull()) return;
    let isMore = cursor.open(openMap);
    while (isMore) {
      const member = cursor.member(identityMembers);
      if (member < 0) cursor.skipValue();
      else if (!cursor.takeNull()) {
        const at = cursor.skipString();
        if (member < 2) this.identityTypeAt = at;
        else this.identityPrincipalAt = at;
      }
      isMore = cursor.next(closeMap);
    }
  }

  #assertComplete(at: number): void {
    const places = [
      this.eventIdAt,
      this.#eventNameAt,
      this.#timeAt,
      this.#keysAt,
      this.sequenceNumberAt,
    ];
    const missing = places.indexOf(0);
    if (missing < 0) return;
    const names = ['eventID', 'eventName', 'ApproximateCreationDateTime', 'Keys', 'SequenceNumber'];
    this.#cursor.at = at;
    throw this.#cursor.expected(`a record with "${names[missing]!}"`);
  }

  #writeRecord(): void {
    const { ms } = this.createdAt;
    const isAfter = this.#after.isPassedBy(this.#body, this.sequenceNumberAt);
    if (!isAfter || ms < this.#rules.skipBeforeMs) return;
    const op = this.#op();
    if (op === 'd') {
      if (this.#options.ignoresTtlDeletes && isByTimeToLive(this.#cursor, this)) {
        // Its key keeps older pages from speaking for it all the same.
        this.#frames.open();
        this.#writeItemAt(this.#keysAt);
        this.keys.add(this.#item.keyAt);
        return;
      }
      if (ms < this.#rules.expandDeletesBeforeMs) this.#writeRemovedItem();
      this.#frames.open();
      this.#writeItemAt(this.#keysAt);
    } else if (this.#newImageAt === 0) {
      this.#cursor.at = this.#keysAt;
      throw this.#cursor.expected('a "NewImage" beside the "Keys" of this record');
    }
    const { writer } = this.#frames;
    writer.write(this.#metaByOp[op]);
    writeRecordFacts(writer, this.#cursor, this, this.createdAt.json);
    if (this.#oldImageAt !== 0 && this.#options.beforeImages) writeBefore(writer, this.#oldImage);
    writeMetaAttribute(writer, this.#item);
    this.#frames.close();
    this.keys.add(this.#item.keyAt);
  }

  /** The old image as an item that was scanned, so that the delete behind it has something to delete. */
  #writeRemovedItem(): void {
    this.#frames.open();
    this.#writeItemAt(this.#oldImageAt === 0 ? this.#keysAt : this.#oldImageAt);
    this.#frames.writer.write(itemMeta(this.#meta));
    writeMetaAttribute(this.#frames.writer, this.#item);
    this.#frames.close();
  }

  #writeItemAt(place: number): void {
    const { at } = this.#cursor;
    this.#cursor.at = place;
    this.#item.writeItem(this.#frames.writer);
    this.#cursor.at = at;
  }

  #op(): Op {
    const at = this.#eventNameAt;
    const op = ops[eventNames.find(this.#cursor, at, stringEnd(this.#cursor, at))];
    if (op !== undefined) return op;
    // DynamoDB Local 3.3.0 calls TTL deletes UNKNOWN_TO_SDK_VERSION. The images tell what happened.
    if (this.#newImageAt === 0) return 'd';
    return this.#oldImageAt === 0 ? 'c' : 'u';
  }
}
