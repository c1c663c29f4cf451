/** A line of an incremental export: a key that changed, and what its item was. */

import type { ItemKey, KeyAttribute } from '../table.ts';
import { rfc3339 } from '../time.ts';
import { closeMap, openMap } from './bytes.ts';
import { keyText, readKey } from './item-key.ts';
import { JsonCursor } from './json-cursor.ts';
import { NameTable } from './name-table.ts';
import { plainBytes } from './plain-bytes.ts';

/** A key of an export, to be read again. */
export interface ExportedKey {
  /** Canonical, as `ItemDocuments.keyOf` writes it. */
  readonly text: string;
  /** As a request wants it: `{"pk":{"S":"a"}}`. */
  readonly json: string;
  readonly line: Uint8Array;
  /** Places in the line; 0 where it has none. */
  readonly keysAt: number;
  readonly newImageAt: number;
  readonly oldImageAt: number;
  /** When it was written last, to the second. */
  readonly writtenAt: string | undefined;
}

const lineMembers = new NameTable(['Keys', 'NewImage', 'OldImage', 'Metadata']);
const metadataMembers = new NameTable(['WriteTimestampMicros']);
const numberMember = new NameTable(['N']);

/** Reads a line; throws `response-invalid` when it is none. The line must not change as long as the key is used. */
export function readExportLine(bytes: Uint8Array, key: readonly KeyAttribute[]): ExportedKey {
  const line = plainBytes(bytes);
  const cursor = new JsonCursor(line);
  const places = [0, 0, 0];
  let itemKey: ItemKey | undefined;
  let writtenAt: string | undefined;
  let isMore = cursor.open(openMap);
  while (isMore) {
    const member = cursor.member(lineMembers);
    cursor.peek();
    const { at } = cursor;
    if (member < 0) cursor.skipValue();
    else if (!cursor.takeNull()) {
      if (member < 3) places[member] = at;
      if (member === 0) itemKey = readKey(cursor, key);
      else if (member === 3) writtenAt = readWrittenAt(cursor);
      else cursor.skipValue();
    }
    isMore = cursor.next(closeMap);
  }
  cursor.end();
  if (itemKey === undefined) throw cursor.expected('a line with "Keys"');
  const [keysAt = 0, newImageAt = 0, oldImageAt = 0] = places;
  const json = keyJson(itemKey, key);
  return { text: keyText(itemKey), json, line, keysAt, newImageAt, oldImageAt, writtenAt };
}

/** Written as text: an attribute may have any name, `__proto__` too. */
function keyJson(itemKey: ItemKey, key: readonly KeyAttribute[]): string {
  const attributes = itemKey.map(
    ({ type, value }, index) =>
      `${JSON.stringify(key[index]?.name)}:{"${type}":${JSON.stringify(value)}}`,
  );
  return `{${attributes.join(',')}}`;
}

/** `{"WriteTimestampMicros":{"N":"1695097218000000"}}`. */
function readWrittenAt(cursor: JsonCursor): string | undefined {
  let micros: string | undefined;
  let isMore = cursor.open(openMap);
  while (isMore) {
    if (cursor.member(metadataMembers) < 0 || cursor.peek() !== openMap) cursor.skipValue();
    else {
      for (let inner = cursor.open(openMap); inner; inner = cursor.next(closeMap)) {
        if (cursor.member(numberMember) < 0) cursor.skipValue();
        else micros = cursor.string();
      }
    }
    isMore = cursor.next(closeMap);
  }
  if (micros === undefined || !/^\d{10,17}$/.test(micros)) return undefined;
  return `${rfc3339(Math.floor(Number(micros) / 1e6) * 1000).slice(0, 19)}Z`;
}
