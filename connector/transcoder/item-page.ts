/** A Scan response to snapshot documents. */

import type { ItemKey } from '../table.ts';
import { closeList, closeMap, openList, openMap } from './bytes.ts';
import { itemMeta, writeMetaAttribute } from './document-meta.ts';
import type { ItemDocuments, PageMeta } from './documents.ts';
import type { FrameWriter } from './frame-writer.ts';
import { KeyPlaces, readKey } from './item-key.ts';
import { ItemWriter } from './item-writer.ts';
import { JsonCursor } from './json-cursor.ts';
import { NameTable } from './name-table.ts';
import type { Transcoding } from './transcoding.ts';

const pageMembers = new NameTable(['Items', 'LastEvaluatedKey', 'ConsumedCapacity']);
const capacityMembers = new NameTable(['CapacityUnits']);

/** Writes each item of a response into a frame. */
export function transcodeItems(
  body: Uint8Array,
  transcoding: Transcoding,
  meta: PageMeta,
  frames: FrameWriter,
): ItemDocuments {
  const cursor = new JsonCursor(body);
  const { key } = transcoding;
  const places = new KeyPlaces(key, body);
  const item = new ItemWriter(cursor, transcoding);
  let hasItems = false;
  let lastEvaluatedKey: ItemKey | undefined;
  let consumedUnits = 0;

  let isMore = cursor.open(openMap);
  while (isMore) {
    const member = cursor.member(pageMembers);
    if (member === 0) {
      if (hasItems) throw cursor.expected('"Items" only once');
      hasItems = true;
      writeItems(cursor, item, itemMeta(meta), frames, places);
    } else if (member === 1)
      lastEvaluatedKey = cursor.takeNull() ? undefined : readKey(cursor, key);
    else if (member === 2) consumedUnits = readConsumedUnits(cursor);
    else cursor.skipValue();
    isMore = cursor.next(closeMap);
  }
  cursor.end();
  // Without them the segment would seem to be finished.
  if (!hasItems) throw cursor.expected('a response with "Items"');
  return {
    ...frames.finish(),
    keyOf: (index) => places.text(index),
    lastEvaluatedKey,
    consumedUnits,
  };
}

function writeItems(
  cursor: JsonCursor,
  item: ItemWriter,
  meta: Uint8Array,
  frames: FrameWriter,
  places: KeyPlaces,
): void {
  let isMore = cursor.open(openList);
  while (isMore) {
    frames.open();
    item.writeItem(frames.writer);
    frames.writer.write(meta);
    writeMetaAttribute(frames.writer, item);
    frames.close();
    places.add(item.keyAt);
    isMore = cursor.next(closeList);
  }
}

function readConsumedUnits(cursor: JsonCursor): number {
  let units = 0;
  if (cursor.takeNull()) return units;
  let isMore = cursor.open(openMap);
  while (isMore) {
    if (cursor.member(capacityMembers) < 0) cursor.skipValue();
    else units = Number(cursor.number());
    isMore = cursor.next(closeMap);
  }
  return units;
}
