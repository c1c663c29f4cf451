/** Notes of what was written, by where it was written. */

import { stringEnd } from './json-bytes.ts';
import type { JsonCursor } from './json-cursor.ts';
import { noLocation, numericText } from './known-names.ts';
import type { Locations } from './locations.ts';
import type { MapWriting } from './map-writing.ts';
import { isNumericString } from './numeric-text.ts';

/** Notes what the fast path has seen of the value that it stopped behind. */
export function noteSeen(map: MapWriting, cursor: JsonCursor, locations: Locations): void {
  if (map.seen === numericText) noteText(map, cursor, map.seenAt, locations);
  else noteFact(map, cursor, map.seen, locations);
}

/** Notes the text between `at` and the cursor if Flow would take it for a number. */
export function noteText(
  map: MapWriting,
  cursor: JsonCursor,
  at: number,
  locations: Locations,
): void {
  if (map.locations[map.depth]! < 0) return;
  const { bytes, at: end } = cursor;
  if (!isNumericString(bytes, at, end, () => cursor.text(at, end))) return;
  noteFact(map, cursor, numericText, locations);
}

/** Notes a fact of the value that was written last; 0 is none. */
export function noteFact(
  map: MapWriting,
  cursor: JsonCursor,
  fact: number,
  locations: Locations,
): void {
  const location = map.locations[map.depth]!;
  if (location < 0 || fact === 0) return;
  locations.note(location, cursor, map.nameAt, stringEnd(cursor, map.nameAt), fact);
}

/** The location of the map whose name was written last. */
export function locationInside(map: MapWriting, cursor: JsonCursor, locations: Locations): number {
  const location = map.locations[map.depth]!;
  if (location < 0) return noLocation;
  return locations.enter(location, cursor, map.nameAt, stringEnd(cursor, map.nameAt));
}
