/** One attribute value: DynamoDB's JSON of it to plain JSON, from byte to byte. */

import type { ByteWriter } from './byte-writer.ts';
import {
  afterByte,
  closeList,
  closeMap,
  colon,
  comma,
  copyString,
  invalidResponse,
  letterE,
  openList,
  openMap,
  quote,
  separatorAt,
  skipSpace,
  space,
} from './json-bytes.ts';
import type { JsonCursor } from './json-cursor.ts';
import { NameTable } from './name-table.ts';
import { copyNumber, writeNumber } from './number.ts';

/** Types of values; a type is its index. */
export const typeNames = ['S', 'B', 'N', 'BOOL', 'NULL', 'M', 'L', 'SS', 'BS', 'NS'] as const;
const types = new NameTable(typeNames);
const typeB = 1;
export const typeN = 2;
const typeBool = 3;
const typeNull = 4;
const typeM = 5;
const typeL = 6;
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

/**
 * Copies what is inside a scalar value, from `at` to `to`, and returns where that ends; 0 when it is not a plain
 * number or literal of its type, or the type is not a scalar one. Reads as much as it writes, but for two quotes
 * around a number.
 */
export function copyScalar(
  type: number,
  body: Uint8Array,
  view: DataView,
  at: number,
  out: Uint8Array,
  outView: DataView,
  to: number,
): number {
  if (type === typeN) return copyNumber(body, at, out, to, false);
  if (type <= typeB) return type < 0 ? 0 : copyString(body, view, at, out, outView, to);
  if (type > typeNull || at + 5 > body.length) return 0;
  const word = view.getInt32(at, true);
  outView.setInt32(to, type === typeNull ? nullWord : word, true);
  if (word === trueWord) return at + 4;
  if (word !== falsWord || body[at + 4] !== letterE + 0x20 || type === typeNull) return 0;
  out[to + 4] = body[at + 4]!;
  return at + 5;
}

/**
 * Writes the value at `start`, with all it contains, to `outStart`, and returns where that ends. The cursor is then
 * at the brace that closes the value, and `writer.bytes` may be another array; it must have room for as many bytes
 * as are left in the body, and has afterwards.
 *
 * One loop serves all depths; a list of what is open, by the bytes that will close it, stands for the recursion.
 * Places are local variables, and the functions called take and return places, so that compiled code keeps them in
 * registers. AWS's own spelling is looked at first; what JSON allows besides shows as an unexpected byte.
 */
export function writeValue(
  cursor: JsonCursor,
  start: number,
  writer: ByteWriter,
  outStart: number,
): number {
  const { bytes: body, view } = cursor;
  let { bytes: out, view: outView } = writer;
  const closes: number[] = [];
  let [close, depth, at, to] = [0, 0, start, outStart];
  for (;;) {
    if (close === closeMap) {
      if (body[at]! <= space) at = skipSpace(body, at);
      const end = copyString(body, view, at, out, outView, to);
      to += end - at;
      out[to++] = colon;
      at = body[end] === colon ? end + 1 : afterByte(body, end, colon);
    }
    let type = plainTypeAt(body, view, at);
    if (type >= 0) at += startBytes[type]!;
    else {
      type = openValue(cursor, at);
      ({ at } = cursor);
    }
    if (body[at]! <= space) at = skipSpace(body, at);
    if (type === typeM || type === typeL) {
      const open = type === typeM ? openMap : openList;
      at = body[at] === open ? at + 1 : afterByte(body, at, open);
      if (body[at]! <= space) at = skipSpace(body, at);
      out[to++] = open;
      if (body[at] !== open + 2) {
        closes[depth++] = close;
        close = open + 2;
        continue;
      }
      out[to++] = body[at++]!;
    } else {
      const end = copyScalar(type, body, view, at, out, outView, to);
      if (end > 0) {
        to += type === typeN ? end - at - 2 : end - at;
        at = end;
      } else {
        cursor.at = at;
        to = writeOther(cursor, type, writer, to);
        ({ at } = cursor);
        ({ bytes: out, view: outView } = writer);
      }
    }
    while (depth > 0) {
      at = body[at] === closeMap ? at + 1 : afterByte(body, at, closeMap);
      if (body[at] !== comma && body[at] !== close) at = separatorAt(body, at, close);
      out[to++] = body[at]!;
      if (body[at++] === comma) break;
      close = closes[--depth]!;
    }
    if (depth > 0) continue;
    cursor.at = at;
    return to;
  }
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
function writeOther(cursor: JsonCursor, type: number, writer: ByteWriter, to: number): number {
  const { at } = cursor;
  writer.length = to;
  if (type === typeUnknown) writer.writeAscii('{}');
  else if (type === typeN) cursor.at = writeNumber(cursor, at, writer);
  else if (type === typeBool || type === typeNull) {
    throw invalidResponse(cursor.bytes, at, `a value of type ${typeNames[type]!}`);
  } else writeSet(cursor, type, writer);
  return writer.length;
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
