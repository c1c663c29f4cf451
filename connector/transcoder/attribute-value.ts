/** One attribute value: DynamoDB's JSON of it to plain JSON, from byte to byte. */

import type { ByteWriter } from './byte-writer.ts';
import {
  closeList,
  colon,
  comma,
  invalidResponse,
  letterE,
  openList,
  openMap,
  quote,
} from './json-bytes.ts';
import type { JsonCursor } from './json-cursor.ts';
import { NameTable } from './name-table.ts';
import { writeNumber } from './number.ts';

/** Types of values; a type is its index. */
export const typeNames = ['S', 'B', 'N', 'BOOL', 'NULL', 'M', 'L', 'SS', 'BS', 'NS'] as const;
const types = new NameTable(typeNames);
export const typeS = 0;
export const typeB = 1;
export const typeN = 2;
export const typeBool = 3;
export const typeNull = 4;
export const typeM = 5;
export const typeL = 6;
const typeNs = 9;
/** None, or in a spelling that is not AWS's own. */
const typeUnknown = -1;

const typeOfLetter = new Int8Array(256).fill(typeUnknown);
for (const [type, name] of typeNames.entries()) {
  if (name.length === 1) typeOfLetter[name.charCodeAt(0)] = type;
}
/** How many bytes the beginning of a value of AWS's own spelling has: `{"S":`, `{"BOOL":`. */
export const startBytes = Int8Array.from(typeNames, (name) => name.length + 4);

const wordOf = (text: string) => Buffer.from(text).readInt32LE();
const boolName = wordOf('BOOL');
const nullName = wordOf('NULL');
const trueWord = wordOf('true');
const falsWord = wordOf('fals');
const nullWord = wordOf('null');

/** The type of the value at `at`, if it is no set and begins as AWS writes it; `typeUnknown` for all others. */
export function plainTypeAt(body: Uint8Array, view: DataView, at: number): number {
  if (body[at] !== openMap || body[at + 1] !== quote) return typeUnknown;
  if (body[at + 3] === quote && body[at + 4] === colon) return typeOfLetter[body[at + 2]!]!;
  if (body[at + 6] !== quote || body[at + 7] !== colon) return typeUnknown;
  const name = view.getInt32(at + 2, true);
  return name === boolName ? typeBool : name === nullName ? typeNull : typeUnknown;
}

/** Copies the literal inside a BOOL or NULL, and returns where it ends; 0 when it is not one of the type. */
export function copyLiteral(
  type: number,
  body: Uint8Array,
  view: DataView,
  at: number,
  out: Uint8Array,
  outView: DataView,
  to: number,
): number {
  if (at + 5 > body.length) return 0;
  const word = view.getInt32(at, true);
  outView.setInt32(to, type === typeNull ? nullWord : word, true);
  if (word === trueWord) return at + 4;
  if (word !== falsWord || body[at + 4] !== letterE + 0x20 || type === typeNull) return 0;
  out[to + 4] = body[at + 4]!;
  return at + 5;
}

/** Goes into the value at `at`, however it is written, and returns its type; the cursor is then inside. */
export function openValue(cursor: JsonCursor, at: number): number {
  cursor.at = at;
  if (!cursor.open(openMap)) {
    // DynamoDB Local 3.3.0 writes an empty map so in GetRecords: `{}`, and not `{"M":{}}`.
    cursor.at--;
    return typeUnknown;
  }
  const type = cursor.member(types);
  if (type < 0) throw invalidResponse(cursor.bytes, at, 'an attribute value of a known type');
  cursor.peek();
  return type;
}

/** Writes what is inside a value at the cursor: sets, nothing, and what was not plain enough to be copied. */
export function writeOther(
  cursor: JsonCursor,
  type: number,
  writer: ByteWriter,
  isText: boolean,
): void {
  const { at } = cursor;
  if (type === typeUnknown) writer.writeAscii('{}');
  else if (type === typeN) cursor.at = writeNumber(cursor, at, writer, isText);
  else if (type === typeBool || type === typeNull) {
    throw invalidResponse(cursor.bytes, at, `a value of type ${typeNames[type]}`);
  } else writeSet(cursor, type, writer);
}

function writeSet(cursor: JsonCursor, type: number, writer: ByteWriter): void {
  writer.writeByte(openList);
  let isMore = cursor.open(openList);
  while (isMore) {
    cursor.peek();
    const { at } = cursor;
    cursor.at = type === typeNs ? writeNumber(cursor, at, writer) : writer.writeString(cursor, at);
    isMore = cursor.next(closeList);
    if (isMore) writer.writeByte(comma);
  }
  writer.writeByte(closeList);
}
