/** Items, attribute by attribute. */

import type { KeyAttribute } from '../table.ts';
import { enterValue, writeKeyValue, writeScalar, wrongKeyType } from './attribute-value.ts';
import type { ByteWriter } from './byte-writer.ts';
import { closeMap, colon, comma, openList, openMap } from './bytes.ts';
import { writeFastPath } from './fast-path.ts';
import { invalidResponse } from './json-bytes.ts';
import { JsonCursor } from './json-cursor.ts';
import { insideMap, noLocation } from './known-names.ts';
import { locationInside, noteFact, noteSeen, noteText } from './location-notes.ts';
import { imageLocation, itemLocation, type Locations } from './locations.ts';
import {
  atEnd,
  atName,
  atText,
  atValue,
  type MapWriting,
  nameSlot,
  stopAtName,
} from './map-writing.ts';
import { NameTable } from './name-table.ts';
import { type NumberForm, numberFact, wholeDigitsMax } from './number.ts';
import type { Transcoding } from './transcoding.ts';

/** The attribute whose name the documents need for themselves. */
const metaName = '_meta';

/** Writes the items of a page, and keeps what is to be known of the last one. */
export class ItemWriter {
  /** By key attribute: where its value is in the body; 0 when the item has none. */
  readonly keyAt: Int32Array;
  /** The value of the item's own `_meta`, which is not written among the others; undefined when it has none. */
  metaValue: Uint8Array | undefined;
  readonly #cursor: JsonCursor;
  readonly #key: readonly KeyAttribute[];
  readonly #names: NameTable;
  readonly #metaIndex: number;
  /** Where `_meta` begins in the output, by its name; -1 when the item has none. */
  #metaTo = -1;
  readonly #map: MapWriting;
  readonly #numbers: NumberForm;
  readonly #locations: Locations;

  constructor(cursor: JsonCursor, { key, numbers, locations }: Transcoding) {
    const names = [...key.map(({ name }) => name), metaName];
    this.keyAt = new Int32Array(key.length);
    this.#cursor = cursor;
    this.#key = key;
    this.#names = new NameTable(names);
    this.#metaIndex = names.indexOf(metaName);
    this.#numbers = numbers;
    this.#locations = locations;
    this.#map = {
      next: atName,
      depth: 0,
      closes: [0, closeMap],
      specialNames: specialNamesOf(key),
      noted: new Int32Array(stopAtName),
      known: locations.known,
      wholeDigitsMax: wholeDigitsMax[numbers],
      locations: [noLocation, noLocation],
      nameAt: 0,
      seen: 0,
      seenAt: 0,
    };
  }

  /** Writes the item at the cursor as `"name":value,` with a comma behind each attribute and no braces. */
  writeItem(writer: ByteWriter): void {
    const { at: start } = this.#cursor;
    const { keyAt } = this;
    for (let index = 0; index < keyAt.length; index++) {
      keyAt[index] = 0;
      this.#map.noted[index + 1] = 0;
    }
    this.metaValue = undefined;
    this.#metaTo = -1;
    this.#writeMap(writer, true);
    writer.bytes[writer.length - 1] = comma;
    for (let index = 0; index < keyAt.length; index++) {
      if (keyAt[index] === 0) this.#noteKey(index, start);
    }
    if (this.#metaTo >= 0) this.#takeMeta(writer);
  }

  /** Writes an old image, complete and with a closing brace, without keeping anything. */
  writeImage(writer: ByteWriter): void {
    this.#writeMap(writer, false);
  }

  #writeMap(writer: ByteWriter, isItem: boolean): void {
    const cursor = this.#cursor;
    // Nothing becomes longer than it was, except for numbers, which make room for themselves.
    writer.reserve(cursor.bytes.length - cursor.at);
    if (!cursor.open(openMap)) {
      writer.writeByte(closeMap);
      return;
    }
    const map = this.#map;
    map.next = atName;
    map.depth = 1;
    map.locations[1] = isItem ? itemLocation : imageLocation;
    writeFastPath(map, cursor, writer);
    while (map.depth > 0) {
      if (map.seen === 0 || map.seen === insideMap) this.#writeNext(writer, isItem);
      else noteSeen(map, cursor, this.#locations);
      writeFastPath(map, cursor, writer);
    }
  }

  /** Finds a key attribute that the fast path has passed, in the item that begins at `start`. */
  #noteKey(index: number, start: number): void {
    const cursor = this.#cursor;
    const { at } = cursor;
    const key = this.#key[index]!;
    cursor.at = this.#map.noted[index + 1]!;
    // Names of the same length and first byte are noted in the same place.
    if (cursor.at === 0 || cursor.member(this.#names) !== index) {
      cursor.at = start;
      for (let isMore = cursor.open(openMap); isMore && cursor.member(this.#names) !== index;) {
        cursor.skipValue();
        isMore = cursor.next(closeMap);
        if (!isMore)
          throw invalidResponse(
            cursor.bytes,
            start,
            `an item with the key attribute "${key.name}"`,
          );
      }
    }
    this.keyAt[index] = cursor.at;
    if (enterValue(cursor) !== key.type) throw wrongKeyType(cursor.bytes, this.keyAt[index], key);
    cursor.at = at;
  }

  /** Writes whatever comes next, in any spelling. */
  #writeNext(writer: ByteWriter, isItem: boolean): void {
    const { next } = this.#map;
    if (next === atName) this.#writeName(writer, isItem);
    else if (next === atText) this.#writeText(writer);
    else if (next === atValue) this.#writeValue(writer);
    else this.#writeEnd(writer);
  }

  #writeText(writer: ByteWriter): void {
    const cursor = this.#cursor;
    cursor.peek();
    const { at } = cursor;
    cursor.at = writer.writeString(cursor, at);
    this.#map.next = atEnd;
    noteText(this.#map, cursor, at, this.#locations);
  }

  #writeName(writer: ByteWriter, isItem: boolean): void {
    const cursor = this.#cursor;
    const map = this.#map;
    const nameTo = writer.length;
    cursor.peek();
    const start = cursor.at;
    const end = writer.writeString(cursor, start);
    cursor.at = end;
    map.nameAt = start;
    cursor.take(colon);
    writer.writeByte(colon);
    map.next = atValue;
    if (map.depth > 1) return;

    const index = this.#names.find(cursor, start, end);
    if (isItem && index === this.#metaIndex) this.#metaTo = nameTo;
    const key = this.#key[index];
    if (key === undefined) return;
    if (isItem) this.keyAt[index] = cursor.at;
    writeKeyValue(cursor, key, writer);
    map.next = atEnd;
  }

  #writeValue(writer: ByteWriter): void {
    const cursor = this.#cursor;
    const map = this.#map;
    const type = enterValue(cursor);
    map.next = atEnd;
    if (type !== 'M' && type !== 'L') {
      const { at } = cursor;
      const { length } = writer;
      writeScalar(cursor, type, writer, this.#numbers);
      if (type === 'S' || type === 'B') noteText(map, cursor, at, this.#locations);
      else if (type === 'N') {
        const fact = numberFact(writer.bytes, length, writer.length, this.#numbers);
        noteFact(map, cursor, fact, this.#locations);
      }
      return;
    }
    const open = type === 'M' ? openMap : openList;
    writer.writeByte(open);
    if (cursor.open(open)) {
      const inside = type === 'M' ? locationInside(map, cursor, this.#locations) : noLocation;
      map.closes[++map.depth] = open + 2;
      map.locations[map.depth] = inside;
      map.next = type === 'M' ? atName : atValue;
    } else writer.writeByte(open + 2);
  }

  #writeEnd(writer: ByteWriter): void {
    const cursor = this.#cursor;
    const map = this.#map;
    cursor.take(closeMap);
    const close = map.closes[map.depth]!;
    const isMore = cursor.next(close);
    writer.writeByte(isMore ? comma : close);
    if (isMore) map.next = close === closeMap ? atName : atValue;
    else map.depth--;
  }

  /** Takes `"_meta":value,` out of what was written. */
  #takeMeta(writer: ByteWriter): void {
    const written = new JsonCursor(writer.bytes, this.#metaTo);
    written.skipString();
    written.take(colon);
    const { at } = written;
    written.skipValue();
    this.metaValue = writer.bytes.slice(at, written.at);
    writer.bytes.copyWithin(this.#metaTo, written.at + 1, writer.length);
    writer.length -= written.at + 1 - this.#metaTo;
  }
}

/**
 * Attributes the fast path must stop at: numbers of a key, since they are written as text, and `_meta`. It notes the
 * places of other key attributes, unless they look like one of the others.
 */
function specialNamesOf(key: readonly KeyAttribute[]): Uint8Array {
  const special = new Uint8Array(256);
  for (const [index, { name, type }] of [...key, { name: metaName, type: 'N' }].entries()) {
    const bytes = Buffer.from(name);
    const slot = nameSlot(bytes[0]!, bytes.length);
    special[slot] = type === 'N' || special[slot] !== 0 ? stopAtName : index + 1;
  }
  return special;
}
