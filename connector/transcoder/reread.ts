/** A BatchGetItem response to documents of the keys that were asked for: items found, and items no longer there. */

import { closeList, closeMap, openList, openMap } from './bytes.ts';
import { absenceMeta, itemMeta, writeMetaAttribute } from './document-meta.ts';
import type { ExportedKey } from './export-line.ts';
import type { FrameWriter } from './frame-writer.ts';
import { KeyPlaces, keyText, readKey } from './item-key.ts';
import { ItemWriter } from './item-writer.ts';
import { JsonCursor } from './json-cursor.ts';
import { NameTable } from './name-table.ts';
import type { PageMeta, RereadDocuments } from './documents.ts';
import type { Transcoding } from './transcoding.ts';

const pageMembers = new NameTable(['Responses', 'UnprocessedKeys', 'ConsumedCapacity']);
const capacityMembers = new NameTable(['CapacityUnits']);
const unprocessedMembers = new NameTable(['Keys']);

/**
 * Writes what became of each key. A key that is neither among the items nor left unprocessed has no item any more:
 * its item as the export shows it, and then its delete, which are one unit.
 */
export function transcodeReread(
  body: Uint8Array,
  asked: readonly ExportedKey[],
  meta: PageMeta,
  transcoding: Transcoding,
  frames: FrameWriter,
): RereadDocuments {
  const { key } = transcoding;
  const cursor = new JsonCursor(body);
  const places = new KeyPlaces(key, body);
  const item = new ItemWriter(cursor, transcoding);
  const unprocessed = new Set<string>();
  let hasResponses = false;
  let consumedUnits = 0;
  let isMore = cursor.open(openMap);
  while (isMore) {
    const member = cursor.member(pageMembers);
    if (member === 0) {
      hasResponses = true;
      eachValue(cursor, () => {
        eachElement(cursor, () => {
          writeItem(item, itemMeta(meta), frames);
          places.add(item.keyAt);
        });
      });
    } else if (member === 1) {
      eachValue(cursor, () => {
        readUnprocessed(cursor, () => unprocessed.add(keyText(readKey(cursor, key))));
      });
    } else if (member === 2) consumedUnits = readConsumedUnits(cursor);
    else cursor.skipValue();
    isMore = cursor.next(closeMap);
  }
  cursor.end();
  // Without them every key would seem to be deleted.
  if (!hasResponses) throw cursor.expected('a response with "Responses"');
  const found = Array.from({ length: places.count }, (_, index) => places.text(index));
  const isFound = new Set(found);
  const gone = asked.filter(({ text }) => !isFound.has(text) && !unprocessed.has(text));
  for (const one of gone) writeAbsence(one, meta, transcoding, frames);
  const whole = frames.finish();
  const foundCount = found.length;
  const firstFrameOf = (unit: number) => foundCount + 2 * (unit - foundCount);
  const framesOf = (unit: number) =>
    unit < foundCount ? [unit] : [firstFrameOf(unit), firstFrameOf(unit) + 1];
  return {
    ...whole,
    count: foundCount + gone.length,
    end: (unit) => whole.end(unit < foundCount ? unit : firstFrameOf(unit) + 1),
    without: (dropped) => whole.without(dropped.flatMap(framesOf)),
    keyOf: (index) => found[index] ?? gone[index - foundCount]?.text ?? '',
    foundCount,
    left: asked.filter(({ text }) => unprocessed.has(text)),
    consumedUnits,
  };
}

function writeItem(item: ItemWriter, meta: Uint8Array, frames: FrameWriter): void {
  frames.open();
  item.writeItem(frames.writer);
  frames.writer.write(meta);
  writeMetaAttribute(frames.writer, item);
  frames.close();
}

function writeAbsence(
  { line, keysAt, newImageAt, oldImageAt, writtenAt }: ExportedKey,
  meta: PageMeta,
  transcoding: Transcoding,
  frames: FrameWriter,
): void {
  const imageAt = oldImageAt || newImageAt || keysAt;
  const write = (at: number, itsMeta: Uint8Array) => {
    writeItem(new ItemWriter(new JsonCursor(line, at), transcoding), itsMeta, frames);
  };
  write(imageAt, itemMeta(meta));
  // The time of the last write is the delete's, unless the item was there at the window's end.
  write(keysAt, absenceMeta(meta.epoch, newImageAt === 0 ? writtenAt : undefined));
}

function eachValue(cursor: JsonCursor, take: () => void): void {
  if (cursor.takeNull()) return;
  let isMore = cursor.open(openMap);
  while (isMore) {
    cursor.member(noNames);
    take();
    isMore = cursor.next(closeMap);
  }
}

const noNames = new NameTable([]);

function eachElement(cursor: JsonCursor, take: () => void): void {
  let isMore = cursor.open(openList);
  while (isMore) {
    take();
    isMore = cursor.next(closeList);
  }
}

/** `{"Keys":[…],"ConsistentRead":true}`. */
function readUnprocessed(cursor: JsonCursor, takeKey: () => void): void {
  let isMore = cursor.open(openMap);
  while (isMore) {
    if (cursor.member(unprocessedMembers) < 0) cursor.skipValue();
    else eachElement(cursor, takeKey);
    isMore = cursor.next(closeMap);
  }
}

/** `[{"TableName":"T","CapacityUnits":5}]`. */
function readConsumedUnits(cursor: JsonCursor): number {
  let units = 0;
  if (cursor.takeNull()) return units;
  eachElement(cursor, () => {
    let isMore = cursor.open(openMap);
    while (isMore) {
      if (cursor.member(capacityMembers) < 0) cursor.skipValue();
      else units += Number(cursor.number());
      isMore = cursor.next(closeMap);
    }
  });
  return units;
}
