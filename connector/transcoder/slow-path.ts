/** What the fast path leaves: values in any spelling, and notes of what they are. */

import { enterValue, writeLiteral } from './attribute-value.ts';
import type { AttributeNames } from './attribute-names.ts';
import type { ByteWriter } from './byte-writer.ts';
import { closeList, closeMap, comma, openList, openMap, toClose } from './bytes.ts';
import type { JsonCursor } from './json-cursor.ts';
import { factsAt, listElement, noLocation, numericText, textNumbers } from './known-names.ts';
import {
  atEnd,
  atName,
  atNumber,
  atSeparator,
  atText,
  atValue,
  type MapWriting,
} from './map-writing.ts';
import { type NumberForm, numberFact, writeNumber } from './number.ts';
import { isNumericString } from './numeric-text.ts';

export class SlowPath {
  readonly #map: MapWriting;
  readonly #cursor: JsonCursor;
  readonly #names: AttributeNames;
  readonly #numbers: NumberForm;

  constructor(map: MapWriting, cursor: JsonCursor, names: AttributeNames, numbers: NumberForm) {
    this.#map = map;
    this.#cursor = cursor;
    this.#names = names;
    this.#numbers = numbers;
  }

  /** Writes whatever comes next, unless it is a name. */
  write(writer: ByteWriter): void {
    const { next } = this.#map;
    if (next === atText) this.#writeText(writer);
    else if (next === atNumber) this.#writeNumber(writer);
    else if (next === atValue) this.#writeValue(writer);
    else if (next === atSeparator) this.#writeSeparator(writer);
    else this.#writeEnd(writer);
  }

  /** Notes what the fast path has seen of the value that it stopped behind. */
  noteSeen(): void {
    const { seen, seenAt } = this.#map;
    if (seen === numericText) this.#noteText(seenAt);
    else this.#names.note(this.#map, this.#cursor, seen);
  }

  #writeText(writer: ByteWriter): void {
    const cursor = this.#cursor;
    cursor.peek();
    const { at } = cursor;
    cursor.at = writer.writeString(cursor, at);
    if (this.#map.elements === 0) this.#noteText(at);
    this.#endText();
  }

  /** Notes the text between `at` and the cursor if Flow would take it for a number. */
  #noteText(at: number): void {
    const cursor = this.#cursor;
    const { bytes, at: end } = cursor;
    if (!isNumericString(bytes, at, end, () => cursor.text(at, end))) return;
    this.#names.note(this.#map, cursor, numericText);
  }

  #writeNumber(writer: ByteWriter): void {
    const cursor = this.#cursor;
    const map = this.#map;
    cursor.peek();
    const { length } = writer;
    const isText = (map.known[map.entry + factsAt]! & textNumbers) !== 0;
    const form = isText ? 'string' : this.#numbers;
    cursor.at = writeNumber(cursor, cursor.at, writer, form);
    if (map.elements === 0) {
      this.#names.note(map, cursor, numberFact(writer.bytes, length, writer.length, form));
    }
    this.#endText();
  }

  #endText(): void {
    const map = this.#map;
    map.next = map.elements === 0 ? atEnd : atSeparator;
  }

  #writeValue(writer: ByteWriter): void {
    const cursor = this.#cursor;
    const map = this.#map;
    const type = enterValue(cursor);
    switch (type) {
      case 'S':
      case 'B':
        map.next = atText;
        return;
      case 'N':
        map.next = atNumber;
        return;
      case 'SS':
      case 'BS':
      case 'NS':
        this.#openSet(writer, type === 'NS' ? atNumber : atText);
        return;
      case 'M':
      case 'L':
        this.#open(writer, type);
        return;
      case 'BOOL':
      case 'NULL':
      case undefined:
        writeLiteral(cursor, type, writer);
        map.next = atEnd;
    }
  }

  #openSet(writer: ByteWriter, elements: number): void {
    const map = this.#map;
    writer.writeByte(openList);
    map.entry = listElement;
    map.elements = this.#cursor.open(openList) ? elements : 0;
    map.next = map.elements === 0 ? atEnd : elements;
    if (map.elements === 0) writer.writeByte(closeList);
  }

  #open(writer: ByteWriter, type: 'M' | 'L'): void {
    const cursor = this.#cursor;
    const map = this.#map;
    const open = type === 'M' ? openMap : openList;
    writer.writeByte(open);
    if (!cursor.open(open)) {
      writer.writeByte(open + toClose);
      map.next = atEnd;
      return;
    }
    const inside = type === 'M' ? this.#names.locationInside(map, cursor) : noLocation;
    map.closes[++map.depth] = open + toClose;
    map.locations[map.depth] = inside;
    map.next = type === 'M' ? atName : atValue;
    if (type === 'L') map.entry = listElement;
  }

  /** Writes the comma behind an element of a set, or the bracket behind the last one. */
  #writeSeparator(writer: ByteWriter): void {
    const map = this.#map;
    const isMore = this.#cursor.next(closeList);
    writer.writeByte(isMore ? comma : closeList);
    map.next = isMore ? map.elements : atEnd;
    if (!isMore) map.elements = 0;
  }

  #writeEnd(writer: ByteWriter): void {
    const cursor = this.#cursor;
    const map = this.#map;
    cursor.take(closeMap);
    const close = map.closes[map.depth]!;
    const isMore = cursor.next(close);
    writer.writeByte(isMore ? comma : close);
    if (!isMore) map.depth--;
    else if (close === closeMap) map.next = atName;
    else {
      map.next = atValue;
      map.entry = listElement;
    }
  }
}
