/** Attribute values in DynamoDB's JSON to plain JSON, from byte to byte. */

import type { KeyAttribute } from '../table.ts';
import type { ByteWriter } from './byte-writer.ts';
import { closeList, closeMap, colon, comma, copyString, invalidResponse } from './json-bytes.ts';
import { openList, openMap } from './json-bytes.ts';
import type { JsonCursor } from './json-cursor.ts';
import { NameTable } from './name-table.ts';
import { writeNumber } from './number.ts';

const typeNames = ['S', 'N', 'B', 'BOOL', 'NULL', 'M', 'L', 'SS', 'NS', 'BS'] as const;
const types = new NameTable(typeNames);
const [typeS, typeN, typeB, typeBool, typeNull, typeM, typeL] = [...typeNames.keys()];
const typeNs = typeNames.indexOf('NS');

/** The attribute whose name the documents need for themselves. */
const metaName = '_meta';

/** Writes maps of attributes; one per page. */
export class AttributeWriter {
  /** By key attribute: where its value begins in the body, in the item written last; 0 when it has none. */
  readonly keyAt: Int32Array;
  /** Where the value of the item's own `_meta` begins, which was left out; 0 when it has none. */
  metaAt = 0;
  readonly #cursor: JsonCursor;
  readonly #key: readonly KeyAttribute[];
  readonly #names: NameTable;
  readonly #metaIndex: number;
  readonly #closes: number[] = [];

  constructor(cursor: JsonCursor, key: readonly KeyAttribute[]) {
    const names = [...key.map(({ name }) => name), metaName];
    this.keyAt = new Int32Array(key.length);
    this.#cursor = cursor;
    this.#key = key;
    this.#names = new NameTable(names);
    this.#metaIndex = names.indexOf(metaName);
  }

  /**
   * Writes the item at the cursor as `"name":value,` with a comma behind each attribute and no braces. Its own
   * `_meta` is left out, and found at `metaAt`.
   */
  writeItem(writer: ByteWriter): void {
    const at = this.#cursor.at;
    this.keyAt.fill(0);
    this.metaAt = 0;
    this.#writeAttributes(writer, true);
    this.#key.forEach(({ name }, index) => {
      if (this.keyAt[index] !== 0) return;
      throw invalidResponse(this.#cursor.body, at, `an item with the key attribute "${name}"`);
    });
  }

  /** The same for an old image: complete, with an attribute `_meta` in its place. */
  writeImage(writer: ByteWriter): void {
    this.#writeAttributes(writer, false);
  }

  /** Writes the value of the item's own `_meta`. */
  writeMetaAttribute(writer: ByteWriter): void {
    const { at } = this.#cursor;
    this.#cursor.at = this.metaAt;
    writer.reserve(this.#cursor.body.length - this.metaAt);
    this.#writeNamedValue(writer, this.#metaIndex);
    this.#cursor.at = at;
  }

  #writeAttributes(writer: ByteWriter, isItem: boolean): void {
    const cursor = this.#cursor;
    const { body } = cursor;
    // What is written is never longer than what is read, but for numbers, which see to that themselves.
    writer.reserve(body.length - cursor.at);
    let isMore = cursor.open(openMap);
    while (isMore) {
      cursor.peek();
      const start = cursor.at;
      cursor.at = copyString(body, start, writer.bytes, writer.length);
      const index = this.#names.find(body, start, cursor.at);
      const length = cursor.at - start;
      cursor.take(colon);
      if (isItem && index >= 0) {
        cursor.peek();
        if (index < this.#key.length) this.keyAt[index] = cursor.at;
        if (index === this.#metaIndex) this.metaAt = cursor.at;
      }
      if (isItem && index === this.#metaIndex) cursor.skipValue();
      else {
        writer.length += length;
        writer.writeByte(colon);
        this.#writeNamedValue(writer, index);
        writer.writeByte(comma);
      }
      isMore = cursor.next(closeMap);
    }
  }

  #writeNamedValue(writer: ByteWriter, index: number): void {
    const key = this.#key[index];
    const { at } = this.#cursor;
    const type = this.#writeValue(writer, key !== undefined);
    if (key !== undefined && typeNames[type] !== key.type) {
      const expected = `a value of type ${key.type} for the key attribute "${key.name}"`;
      throw invalidResponse(this.#cursor.body, at, expected);
    }
  }

  /** Writes the value at the cursor with all it contains, and returns its type. */
  #writeValue(writer: ByteWriter, isText: boolean): number {
    const cursor = this.#cursor;
    const closes = this.#closes;
    closes.length = 0;
    let outermost = -1;
    for (;;) {
      const type = this.#openValue(writer);
      if (outermost < 0) outermost = type;
      if (type === typeM || type === typeL) {
        const open = type === typeM ? openMap : openList;
        writer.writeByte(open);
        if (cursor.open(open)) {
          closes.push(open + 2);
          if (open === openMap) this.#writeName(writer);
          continue;
        }
        writer.writeByte(open + 2);
      } else if (type >= 0) this.#writeScalar(writer, type, isText);
      if (type >= 0) cursor.take(closeMap);
      if (!this.#toNextValue(writer)) return outermost;
    }
  }

  /** Goes to the value behind the one just written, closing what ends here; false when all is closed. */
  #toNextValue(writer: ByteWriter): boolean {
    const closes = this.#closes;
    for (let close = closes.at(-1); close !== undefined; close = closes.at(-1)) {
      if (this.#cursor.next(close)) {
        writer.writeByte(comma);
        if (close === closeMap) this.#writeName(writer);
        return true;
      }
      writer.writeByte(close);
      closes.pop();
      this.#cursor.take(closeMap);
    }
    return false;
  }

  #writeName(writer: ByteWriter): void {
    this.#writeString(writer);
    this.#cursor.take(colon);
    writer.writeByte(colon);
  }

  #writeString(writer: ByteWriter): void {
    const cursor = this.#cursor;
    cursor.peek();
    const start = cursor.at;
    cursor.at = copyString(cursor.body, start, writer.bytes, writer.length);
    writer.length += cursor.at - start;
  }

  /** Goes to what is inside a value, and returns its type. */
  #openValue(writer: ByteWriter): number {
    const cursor = this.#cursor;
    const { at } = cursor;
    if (!cursor.open(openMap)) {
      // DynamoDB Local 3.3.0 writes an empty map so in GetRecords: `{}`, not `{"M":{}}`.
      writer.writeByte(openMap);
      writer.writeByte(closeMap);
      return -1;
    }
    const type = cursor.member(types);
    if (type < 0) throw invalidResponse(cursor.body, at, 'an attribute value of a known type');
    return type;
  }

  #writeScalar(writer: ByteWriter, type: number, isText: boolean): void {
    if (type === typeS || type === typeB) this.#writeString(writer);
    else if (type === typeN) this.#writeNumber(writer, isText);
    else if (type === typeBool || type === typeNull) this.#writeLiteral(writer, type);
    else this.#writeSet(writer, type);
  }

  #writeNumber(writer: ByteWriter, isText: boolean): void {
    const cursor = this.#cursor;
    cursor.peek();
    cursor.at = writeNumber(cursor.body, cursor.at, writer, isText);
  }

  #writeLiteral(writer: ByteWriter, type: number): void {
    const { body, at } = this.#cursor;
    const literal = this.#cursor.literal();
    if (literal === 'null' || (type === typeNull && literal === 'false')) {
      throw invalidResponse(body, at, `a value of type ${typeNames[type]!}`);
    }
    writer.writeAscii(type === typeNull ? 'null' : literal);
  }

  #writeSet(writer: ByteWriter, type: number): void {
    const cursor = this.#cursor;
    writer.writeByte(openList);
    let isMore = cursor.open(openList);
    while (isMore) {
      if (type === typeNs) this.#writeNumber(writer, false);
      else this.#writeString(writer);
      isMore = cursor.next(closeList);
      if (isMore) writer.writeByte(comma);
    }
    writer.writeByte(closeList);
  }
}
