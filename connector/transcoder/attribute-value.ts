/** One attribute value: DynamoDB's JSON of it to plain JSON, from byte to byte. */

import type { KeyAttribute } from '../table.ts';
import type { ByteWriter } from './byte-writer.ts';
import { openMap } from './bytes.ts';
import { invalidResponse, skipSpace } from './json-bytes.ts';
import type { JsonCursor } from './json-cursor.ts';
import { NameTable } from './name-table.ts';

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

/** For a key attribute whose value, at `at`, has another type than the table's key says. */
export function wrongKeyType(body: Uint8Array, at: number, { name, type }: KeyAttribute): Error {
  const expected = `a value of type ${type} for the key attribute "${name}"`;
  return invalidResponse(body, skipSpace(body, at), expected);
}

/** Writes what is inside a value of these types at the cursor, in any spelling. */
export function writeLiteral(
  cursor: JsonCursor,
  type: 'BOOL' | 'NULL' | undefined,
  writer: ByteWriter,
): void {
  if (type === undefined) {
    // DynamoDB Local 3.3.0 writes an empty map so in GetRecords: `{}`, and not `{"M":{}}`.
    writer.writeAscii('{}');
    return;
  }
  const { bytes, at } = cursor;
  const literal = cursor.literal();
  if (literal === 'null' || (type === 'NULL' && literal === 'false')) {
    throw invalidResponse(bytes, at, `a value of type ${type}`);
  }
  writer.writeAscii(type === 'NULL' ? 'null' : literal);
}
