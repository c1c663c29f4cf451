/** One attribute value: DynamoDB's JSON of it to plain JSON, from byte to byte. */

import type { KeyAttribute } from '../table.ts';
import type { ByteWriter } from './byte-writer.ts';
import { closeList, comma, openList, openMap } from './bytes.ts';
import { invalidResponse, skipSpace } from './json-bytes.ts';
import type { JsonCursor } from './json-cursor.ts';
import { NameTable } from './name-table.ts';
import { type NumberForm, writeNumber } from './number.ts';

const typeNames = ['S', 'B', 'N', 'M', 'L', 'BOOL', 'NULL', 'SS', 'BS', 'NS'] as const;
type TypeName = (typeof typeNames)[number];
const types = new NameTable(typeNames);

/** Goes into the value at the cursor, in any spelling, and returns its type; undefined, and out again, for `{}`. */
export function enterValue(cursor: JsonCursor): TypeName | undefined {
  const { bytes, at } = cursor;
  if (!cursor.open(openMap)) {
    // Back in front of the brace, which is to be found behind what is inside a value.
    cursor.at--;
    return undefined;
  }
  const type = typeNames[cursor.member(types)];
  if (type === undefined) throw invalidResponse(bytes, at, 'an attribute value of a known type');
  cursor.peek();
  return type;
}

/** Writes what is inside a value at the cursor, of any type but M and L, in any spelling. */
export function writeScalar(
  cursor: JsonCursor,
  type: Exclude<TypeName, 'M' | 'L'> | undefined,
  writer: ByteWriter,
  numbers: NumberForm,
): void {
  switch (type) {
    case 'S':
    case 'B':
      cursor.at = writer.writeString(cursor, cursor.at);
      return;
    case 'N':
      cursor.at = writeNumber(cursor, cursor.at, writer, numbers);
      return;
    case 'BOOL':
    case 'NULL':
      writeLiteral(cursor, type, writer);
      return;
    case 'SS':
    case 'BS':
    case 'NS':
      writeSet(cursor, type === 'NS' ? numbers : undefined, writer);
      return;
    case undefined:
      // DynamoDB Local 3.3.0 writes an empty map so in GetRecords: `{}`, and not `{"M":{}}`.
      writer.writeAscii('{}');
  }
}

/** Writes a key attribute's value, its numbers as text: Flow's keys know no numbers but integers. */
export function writeKeyValue(cursor: JsonCursor, key: KeyAttribute, writer: ByteWriter): void {
  const { bytes, at } = cursor;
  if (enterValue(cursor) !== key.type) throw wrongKeyType(bytes, at, key);
  if (key.type === 'N') cursor.at = writeNumber(cursor, cursor.at, writer, 'string');
  else cursor.at = writer.writeString(cursor, cursor.at);
}

/** For a key attribute whose value, at `at`, has another type than the table's key says. */
export function wrongKeyType(body: Uint8Array, at: number, { name, type }: KeyAttribute): Error {
  const expected = `a value of type ${type} for the key attribute "${name}"`;
  return invalidResponse(body, skipSpace(body, at), expected);
}

function writeLiteral(cursor: JsonCursor, type: 'BOOL' | 'NULL', writer: ByteWriter): void {
  const { bytes, at } = cursor;
  const literal = cursor.literal();
  if (literal === 'null' || (type === 'NULL' && literal === 'false')) {
    throw invalidResponse(bytes, at, `a value of type ${type}`);
  }
  writer.writeAscii(type === 'NULL' ? 'null' : literal);
}

/** `numbers` is absent for other sets. */
function writeSet(cursor: JsonCursor, numbers: NumberForm | undefined, writer: ByteWriter): void {
  writer.writeByte(openList);
  let isMore = cursor.open(openList);
  while (isMore) {
    cursor.peek();
    const { at } = cursor;
    cursor.at =
      numbers === undefined
        ? writer.writeString(cursor, at)
        : writeNumber(cursor, at, writer, numbers);
    isMore = cursor.next(closeList);
    if (isMore) writer.writeByte(comma);
  }
  writer.writeByte(closeList);
}
