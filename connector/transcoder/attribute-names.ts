/** Names of a table's attributes, learned as they come: what the fast path knows of each. */

import type { KeyAttribute } from '../table.ts';
import { backslash } from './bytes.ts';
import { stringEnd } from './json-bytes.ts';
import type { JsonCursor } from './json-cursor.ts';
import {
  allFacts,
  closedMap,
  closedName,
  entriesEnd,
  entryOf,
  factsAt,
  firstEntry,
  knownLength,
  listElement,
  locationAt,
  mapAt,
  nextAt,
  noLocation,
  noMap,
  numberKey,
  roleAt,
  slotOf,
  stopRole,
  textNumbers,
  unknownName,
  unresolved,
  wordsAt,
} from './known-names.ts';
import { imageLocation, itemLocation, type Locations } from './locations.ts';
import type { MapWriting } from './map-writing.ts';
import type { NumberForm } from './number.ts';

/** The attribute whose name the documents need for themselves. */
export const metaName = '_meta';

/** Longer ones are read anew each time. */
const nameBytesMax = 255;

interface AttributeNamesOptions {
  readonly key: readonly KeyAttribute[];
  readonly numbers: NumberForm;
  readonly locations: Locations;
}

export class AttributeNames {
  /** For the fast path: see `known-names.ts`. */
  readonly known = new Int32Array(knownLength);
  readonly #key: readonly KeyAttribute[];
  readonly #locations: Locations;
  /** Beside the facts of whatever is no key. */
  readonly #numbers: number;
  /** Where the next entry goes. */
  #end = 0;
  /** Of the locations, when the entries were last made. */
  #closedCount = 0;

  constructor({ key, numbers, locations }: AttributeNamesOptions) {
    this.#key = key;
    this.#locations = locations;
    this.#closedCount = locations.closedCount;
    this.#numbers = numbers === 'string' ? textNumbers : 0;
    this.#forget();
  }

  /** Takes up what is known of the name from `nameAt` to `nameEnd`, the next one that is written; learns it if it is new. */
  take(map: MapWriting, cursor: JsonCursor, nameAt: number, nameEnd: number): void {
    const { known } = this;
    const location = map.locations[map.depth]!;
    if (location === closedMap) {
      map.nameAt = nameAt;
      map.entry = map.last = closedName;
      return;
    }
    const isNear = nameEnd + 3 <= cursor.bytes.length;
    let entry = isNear ? entryOf(known, cursor.view, location, nameAt, nameEnd) : unknownName;
    if (entry === unknownName && isNear && isPlain(cursor.bytes, nameAt, nameEnd)) {
      entry = this.#add(map, cursor, nameAt, nameEnd);
    }
    known[map.last + nextAt] = entry;
    map.nameAt = nameAt;
    map.entry = map.last = entry;
  }

  /** Notes a fact of the value that was written last; 0 is none. */
  note(map: MapWriting, cursor: JsonCursor, fact: number): void {
    const { known } = this;
    if (map.locations[map.depth]! < 0 || (known[map.entry + factsAt]! & fact) === fact) return;
    const facts = this.#locations.note(this.locationInside(map, cursor), fact);
    if (map.entry !== unknownName) known[map.entry + factsAt]! |= facts;
  }

  /** The location of the value whose name was written last. */
  locationInside(map: MapWriting, cursor: JsonCursor): number {
    const { known } = this;
    const { entry, nameAt } = map;
    const outer = map.locations[map.depth]!;
    if (outer < 0) return noLocation;
    let location = known[entry + locationAt]!;
    if (location !== unresolved) return location;
    location = this.#locations.locate(outer, cursor.text(nameAt, stringEnd(cursor, nameAt)));
    if (this.#locations.closedCount !== this.#closedCount) this.#leaveClosed(map);
    else if (entry !== unknownName) known[entry + locationAt] = location;
    return location;
  }

  /** Makes the entry of a name; `unknownName` when there is no room for it. */
  #add(map: MapWriting, cursor: JsonCursor, nameAt: number, nameEnd: number): number {
    const { known } = this;
    const { view } = cursor;
    const words = Math.ceil((nameEnd - nameAt) / 4);
    if (this.#end + wordsAt + words > entriesEnd) {
      // Attributes are asked for in every item; names further down may be data, and ever others.
      if (map.depth > 1) return unknownName;
      this.#forget();
      map.last = unknownName;
    }
    const location = map.locations[map.depth]!;
    const entry = this.#end;
    this.#write(entry, location, nameEnd - nameAt, cursor.text(nameAt, nameEnd));
    for (let word = 0; word < words; word++) {
      known[entry + wordsAt + word] = view.getInt32(nameAt + 4 * word, true);
    }
    known[slotOf(view.getInt32(nameAt, true), view.getInt32(nameEnd - 3, true), location)] = entry;
    this.#end += wordsAt + words;
    known[unknownName + roleAt] =
      this.#end + wordsAt + nameBytesMax / 4 > entriesEnd ? 0 : stopRole;
    return entry;
  }

  #write(entry: number, location: number, length: number, name: string): void {
    const isItem = location === itemLocation;
    const isOutermost = isItem || location === imageLocation;
    const index = isOutermost ? this.#key.findIndex((attribute) => attribute.name === name) : -1;
    const isNumberKey = this.#key[index]?.type === 'N';
    const own =
      location < 0 || (index >= 0 && (isItem || isNumberKey))
        ? noLocation
        : this.#locations.find(location, name);
    const isNone = own === noLocation || own === closedMap;
    const facts = isNone ? allFacts : this.#locations.factsOf(own);
    const role = isItem ? (name === metaName ? stopRole : index + 1) : 0;
    const numbers = isNumberKey ? textNumbers : this.#numbers;
    this.known.set([location, length, facts | numbers, own, role, unknownName], entry);
  }

  /** What was kept of maps that are closed since is wrong; the present one may be among them. */
  #leaveClosed(map: MapWriting): void {
    this.#closedCount = this.#locations.closedCount;
    this.#forget();
    map.entry = map.last = unknownName;
    if (!this.#locations.isClosed(map.locations[map.depth]!)) return;
    map.entry = map.last = closedName;
    map.locations[map.depth] = closedMap;
  }

  /** They come again when they are needed. */
  #forget(): void {
    const { known } = this;
    known.fill(0);
    known[unknownName + mapAt] = noMap;
    known[unknownName + factsAt] = this.#numbers;
    known[unknownName + locationAt] = unresolved;
    // As long as there is room, each name is to be learned.
    known[unknownName + roleAt] = stopRole;
    known[listElement + factsAt] = allFacts | this.#numbers;
    known[listElement + locationAt] = noLocation;
    known[closedName + mapAt] = noMap;
    known[closedName + factsAt] = allFacts | this.#numbers;
    known[closedName + locationAt] = noLocation;
    known[numberKey + factsAt] = allFacts | textNumbers;
    known[numberKey + locationAt] = noLocation;
    this.#end = firstEntry;
  }
}

/** Whether a name may be copied byte by byte, and is not too long to be kept. */
function isPlain(bytes: Uint8Array, nameAt: number, nameEnd: number): boolean {
  if (nameEnd - nameAt > nameBytesMax) return false;
  return !bytes.subarray(nameAt, nameEnd).includes(backslash);
}
