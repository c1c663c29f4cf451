/** Items, attribute by attribute. */

import type { KeyAttribute } from '../table.ts';
import { enterValue, wrongKeyType } from './attribute-value.ts';
import { type AttributeNames, metaName } from './attribute-names.ts';
import type { ByteWriter } from './byte-writer.ts';
import { closeMap, colon, comma, openMap } from './bytes.ts';
import { writeFastPath } from './fast-path.ts';
import { invalidResponse } from './json-bytes.ts';
import { JsonCursor } from './json-cursor.ts';
import { imageStart, itemStart, noLocation, numberKey } from './known-names.ts';
import { imageLocation, itemLocation } from './locations.ts';
import { atName, atValue, type MapWriting } from './map-writing.ts';
import { NameTable } from './name-table.ts';
import { wholeDigitsMax } from './number.ts';
import { SlowPath } from './slow-path.ts';
import type { Transcoding } from './transcoding.ts';

/** Writes the items of a page, and keeps what is to be known of the last one. */
export class ItemWriter {
  /** By key attribute: where its value is in the body; 0 when the item has none. */
  readonly keyAt: Int32Array;
  /** The value of the item's own `_meta`, which is not written among the others; undefined when it has none. */
  metaValue: Uint8Array | undefined;
  readonly #cursor: JsonCursor;
  readonly #key: readonly KeyAttribute[];
  /** How the value of each begins, as AWS writes it. */
  readonly #keyHeads: readonly number[];
  readonly #names: NameTable;
  readonly #metaIndex: number;
  /** Where `_meta` begins in the output, by its name; -1 when the item has none. */
  #metaTo = -1;
  readonly #map: MapWriting;
  readonly #known: AttributeNames;
  readonly #others: SlowPath;

  constructor(cursor: JsonCursor, { key, numbers, names: attributes }: Transcoding) {
    const names = [...key.map(({ name }) => name), metaName];
    this.keyAt = new Int32Array(key.length);
    this.#cursor = cursor;
    this.#key = key;
    this.#names = new NameTable(names);
    this.#metaIndex = names.indexOf(metaName);
    this.#keyHeads = key.map(({ type }) => Buffer.from(`{"${type}"`).readInt32LE());
    this.#known = attributes;
    this.#map = {
      next: atName,
      depth: 0,
      closes: [0, closeMap],
      locations: [noLocation, noLocation],
      elements: 0,
      known: attributes.known,
      entry: itemStart,
      last: itemStart,
      nameAt: 0,
      keyAt: this.keyAt,
      wholeDigitsMax: wholeDigitsMax[numbers],
      seen: 0,
      seenAt: 0,
    };
    this.#others = new SlowPath(this.#map, cursor, attributes, numbers);
  }

  /** Writes the item at the cursor as `"name":value,` with a comma behind each attribute and no braces. */
  writeItem(writer: ByteWriter): void {
    const { at: start } = this.#cursor;
    const { keyAt } = this;
    for (let index = 0; index < keyAt.length; index++) keyAt[index] = 0;
    this.metaValue = undefined;
    this.#metaTo = -1;
    this.#writeMap(writer, true);
    writer.bytes[writer.length - 1] = comma;
    for (let index = 0; index < keyAt.length; index++) this.#checkKey(index, start);
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
    map.last = isItem ? itemStart : imageStart;
    writeFastPath(map, cursor, writer);
    while (map.depth > 0) {
      if (map.seen !== 0) this.#others.noteSeen();
      else if (map.next === atName) this.#writeName(writer, isItem);
      else this.#others.write(writer);
      writeFastPath(map, cursor, writer);
    }
  }

  /** Throws unless the item that began at `start` has a key attribute, of the table's type. */
  #checkKey(index: number, start: number): void {
    const cursor = this.#cursor;
    const { view, bytes } = cursor;
    const key = this.#key[index]!;
    const place = this.keyAt[index]!;
    if (place > 0 && view.getInt32(place, true) === this.#keyHeads[index]) return;
    if (place === 0) {
      throw invalidResponse(bytes, start, `an item with the key attribute "${key.name}"`);
    }
    const type = enterValue(new JsonCursor(bytes, place));
    if (type !== key.type) throw wrongKeyType(bytes, place, key);
  }

  #writeName(writer: ByteWriter, isItem: boolean): void {
    const cursor = this.#cursor;
    const map = this.#map;
    const nameTo = writer.length;
    cursor.peek();
    const start = cursor.at;
    const end = writer.writeString(cursor, start);
    cursor.at = end;
    cursor.take(colon);
    writer.writeByte(colon);
    this.#known.take(map, cursor, start, end);
    map.next = atValue;
    if (map.depth > 1) return;

    const index = this.#names.find(cursor, start, end);
    if (isItem && index === this.#metaIndex) this.#metaTo = nameTo;
    const key = this.#key[index];
    if (key === undefined) return;
    if (isItem) this.keyAt[index] = cursor.at;
    if (key.type === 'N') map.entry = numberKey;
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
