/** Items, attribute by attribute. */

import type { KeyAttribute } from '../table.ts';
import {
  copyScalar,
  openValue,
  plainTypeAt,
  startBytes,
  typeN,
  typeNames,
  writeValue,
} from './attribute-value.ts';
import type { ByteWriter } from './byte-writer.ts';
import {
  afterByte,
  closeMap,
  colon,
  comma,
  copyString,
  invalidResponse,
  openMap,
  separatorAt,
  skipSpace,
  space,
} from './json-bytes.ts';
import type { JsonCursor } from './json-cursor.ts';
import { NameTable } from './name-table.ts';
import { writeNumber } from './number.ts';

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
    const { at } = this.#cursor;
    const { keyAt } = this;
    for (let index = 0; index < keyAt.length; index++) keyAt[index] = 0;
    this.metaValue = undefined;
    this.#writeAttributes(writer, true);
    for (let index = 0; index < keyAt.length; index++) {
      if (keyAt[index] !== 0) continue;
      const expected = `an item with the key attribute "${this.#key[index]!.name}"`;
      throw invalidResponse(this.#cursor.bytes, at, expected);
    }
  }

  /** The same for an old image: complete, with an attribute `_meta` in its place, and without keeping anything. */
  writeImage(writer: ByteWriter): void {
    this.#writeAttributes(writer, false);
  }

  #writeAttributes(writer: ByteWriter, isItem: boolean): void {
    const cursor = this.#cursor;
    const { bytes: body, view } = cursor;
    const names = this.#names;
    // Nothing becomes longer than it was, except for numbers, which make room for themselves.
    writer.reserve(body.length - cursor.at);
    let { bytes: out, view: outView, length: to } = writer;
    let isMore = cursor.open(openMap);
    let { at } = cursor;
    while (isMore) {
      if (body[at]! <= space) at = skipSpace(body, at);
      let end = copyString(body, view, at, out, outView, to);
      const special = names.find(cursor, at, end);
      const nameTo = to;
      to += end - at;
      out[to++] = colon;
      at = body[end] === colon ? end + 1 : afterByte(body, end, colon);

      // Most attributes are scalars in AWS's own spelling, and end here.
      const type = special < 0 ? plainTypeAt(body, view, at) : -1;
      const inside = type < 0 ? at : at + startBytes[type]!;
      if (type < 0 || body[inside]! <= space) end = 0;
      else end = copyScalar(type, body, view, inside, out, outView, to);
      if (end > 0) {
        to += type === typeN ? end - inside - 2 : end - inside;
        out[to++] = comma;
      } else {
        if (special >= 0) to = this.#writeSpecial(special, at, writer, nameTo, to, isItem);
        else {
          to = writeValue(cursor, at, writer, to);
          writer.bytes[to++] = comma;
        }
        ({ bytes: out, view: outView } = writer);
        end = cursor.at;
      }
      at = body[end] === closeMap ? end + 1 : afterByte(body, end, closeMap);
      if (body[at] !== comma && body[at] !== closeMap) at = separatorAt(body, at, closeMap);
      isMore = body[at++] === comma;
    }
    cursor.at = at;
    writer.length = to;
  }

  /** Writes the value of a key attribute, or of `_meta`, and a comma, and returns where to go on. */
  #writeSpecial(
    index: number,
    at: number,
    writer: ByteWriter,
    nameTo: number,
    valueTo: number,
    isItem: boolean,
  ): number {
    const key = this.#key[index];
    let to: number;
    if (key === undefined) to = writeValue(this.#cursor, at, writer, valueTo);
    else {
      writer.length = valueTo;
      this.#writeKeyValue(key, at, writer);
      to = writer.length;
      if (isItem) this.keyAt[index] = at;
    }
    if (isItem && index === this.#metaIndex) {
      this.metaValue = writer.bytes.slice(valueTo, to);
      return nameTo;
    }
    writer.bytes[to] = comma;
    return to + 1;
  }

  /** Numbers are written as text, whatever their size: Flow's keys know no other numbers than integers. */
  #writeKeyValue(key: KeyAttribute, at: number, writer: ByteWriter): void {
    const cursor = this.#cursor;
    const type = openValue(cursor, at);
    if (typeNames[type] !== key.type) {
      const expected = `a value of type ${key.type} for the key attribute "${key.name}"`;
      throw invalidResponse(cursor.bytes, at, expected);
    }
    if (type === typeN) cursor.at = writeNumber(cursor, cursor.at, writer, true);
    else cursor.at = writer.writeString(cursor, cursor.at);
  }
}
