/** Items, attribute by attribute. */

import type { KeyAttribute } from '../table.ts';
import {
  copyLiteral,
  openValue,
  plainTypeAt,
  startBytes,
  typeB,
  typeBool,
  typeL,
  typeM,
  typeN,
  typeNames,
  typeNull,
  typeS,
  writeOther,
} from './attribute-value.ts';
import type { ByteWriter } from './byte-writer.ts';
import {
  afterByte,
  closeMap,
  colon,
  comma,
  copyString,
  invalidResponse,
  openList,
  openMap,
  separatorAt,
  skipSpace,
  space,
} from './json-bytes.ts';
import { JsonCursor } from './json-cursor.ts';
import { NameTable } from './name-table.ts';
import { copyNumber } from './number.ts';

/** The attribute whose name the documents need for themselves. */
const metaName = '_meta';

/** Writes the items of a page, and keeps what is to be known of the last one. */
export class ItemWriter {
  /** By key attribute: where its value begins in the body; 0 when the item has none. */
  readonly keyAt: Int32Array;
  /** The value of the item's own `_meta`, which is not written among the others; undefined when it has none. */
  metaValue: Uint8Array | undefined;
  readonly #cursor: JsonCursor;
  readonly #key: readonly KeyAttribute[];
  readonly #names: NameTable;
  readonly #metaIndex: number;
  /** Where `_meta` begins in the output, by its name; -1 when the item has none. */
  #metaTo = -1;
  /** What is open around the innermost container, by the bytes that will close it. */
  readonly #closes: number[] = [];

  constructor(cursor: JsonCursor, key: readonly KeyAttribute[]) {
    const names = [...key.map(({ name }) => name), metaName];
    this.keyAt = new Int32Array(key.length);
    this.#cursor = cursor;
    this.#key = key;
    this.#names = new NameTable(names);
    this.#metaIndex = names.indexOf(metaName);
  }

  /** Writes the item at the cursor as `"name":value,` with a comma behind each attribute and no braces. */
  writeItem(writer: ByteWriter): void {
    const { bytes, at } = this.#cursor;
    const { keyAt } = this;
    const start = writer.length;
    for (let index = 0; index < keyAt.length; index++) keyAt[index] = 0;
    this.metaValue = undefined;
    this.#metaTo = -1;
    this.#writeAttributes(writer, true);
    writer.bytes[writer.length - 1] = comma;
    for (let index = 0; index < keyAt.length; index++) {
      const key = this.#key[index]!;
      if (keyAt[index] === 0) {
        throw invalidResponse(bytes, at, `an item with the key attribute "${key.name}"`);
      }
      this.#assertType(key, keyAt[index]!);
    }
    if (this.#metaTo >= start) this.#takeMeta(writer);
  }

  /** Writes an old image, complete and with a closing brace, without keeping anything. */
  writeImage(writer: ByteWriter): void {
    this.#writeAttributes(writer, false);
  }

  /**
   * Writes a map of attributes without its opening brace. One loop for all depths, its places in local variables:
   * taken apart, it would carry them from call to call, which costs a third of its speed.
   */
  // eslint-disable-next-line max-lines-per-function
  #writeAttributes(writer: ByteWriter, isItem: boolean): void {
    const cursor = this.#cursor;
    const { bytes: body, view } = cursor;
    const closes = this.#closes;
    // Nothing becomes longer than it was, except for numbers, which make room for themselves.
    writer.reserve(body.length - cursor.at);
    if (!cursor.open(openMap)) {
      writer.writeByte(closeMap);
      return;
    }
    let { at } = cursor;
    let { bytes: out, view: outView, length: to } = writer;
    let close: number = closeMap;
    let depth = 0;
    let isName = true;
    let isKey = false;
    for (;;) {
      // At a string: a name, or the inside of an S or B.
      if (body[at]! <= space) at = skipSpace(body, at);
      let end = copyString(body, view, at, out, outView, to);
      to += end - at;
      if (isName) {
        out[to++] = colon;
        const start = at;
        at = body[end] === colon ? end + 1 : afterByte(body, end, colon);
        if (depth === 0) isKey = this.#noteName(start, end, at, to, isItem);
      } else at = end;

      for (let isValue = isName; ;) {
        if (isValue) {
          let type = plainTypeAt(body, view, at);
          if (type >= 0) at += startBytes[type]!;
          else {
            type = openValue(cursor, at);
            ({ at } = cursor);
          }
          if (body[at]! <= space) at = skipSpace(body, at);
          if (type === typeS || type === typeB) {
            isName = false;
            break;
          }
          if (type === typeM || type === typeL) {
            const open = type === typeM ? openMap : openList;
            at = body[at] === open ? at + 1 : afterByte(body, at, open);
            if (body[at]! <= space) at = skipSpace(body, at);
            out[to++] = open;
            if (body[at] !== open + 2) {
              closes[depth++] = close;
              close = open + 2;
              isName = type === typeM;
              if (isName) break;
              continue;
            }
            out[to++] = body[at++]!;
          } else {
            if (type === typeN) end = copyNumber(body, at, out, to, isKey);
            else if (type === typeBool || type === typeNull)
              end = copyLiteral(type, body, view, at, out, outView, to);
            else end = 0;
            if (end > 0) {
              to += type === typeN && !isKey ? end - at - 2 : end - at;
              at = end;
            } else {
              cursor.at = at;
              writer.length = to;
              writeOther(cursor, type, writer, isKey);
              ({ at } = cursor);
              ({ bytes: out, view: outView, length: to } = writer);
            }
          }
        }
        // At the end of a value.
        at = body[at] === closeMap ? at + 1 : afterByte(body, at, closeMap);
        if (body[at] !== comma && body[at] !== close) at = separatorAt(body, at, close);
        out[to++] = body[at]!;
        isValue = body[at++] === comma;
        if (isValue) {
          isName = close === closeMap;
          if (isName) break;
        } else if (depth === 0) {
          cursor.at = at;
          writer.length = to;
          return;
        } else close = closes[--depth]!;
      }
    }
  }

  /** Keeps what is to be known of the attribute named from `start` to `end`; true for a key attribute. */
  #noteName(
    start: number,
    end: number,
    valueAt: number,
    valueTo: number,
    isItem: boolean,
  ): boolean {
    const index = this.#names.find(this.#cursor, start, end);
    if (index < 0) return false;
    const isKey = index < this.#key.length;
    if (isItem) {
      if (isKey) this.keyAt[index] = valueAt;
      if (index === this.#metaIndex) this.#metaTo = valueTo - (end - start) - 1;
    }
    return isKey;
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

  #assertType(key: KeyAttribute, at: number): void {
    const cursor = this.#cursor;
    let type = plainTypeAt(cursor.bytes, cursor.view, at);
    if (type < 0) {
      const { at: end } = cursor;
      type = openValue(cursor, at);
      cursor.at = end;
    }
    if (typeNames[type] === key.type) return;
    const expected = `a value of type ${key.type} for the key attribute "${key.name}"`;
    throw invalidResponse(cursor.bytes, at, expected);
  }
}
