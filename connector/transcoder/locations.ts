/** Where in a table's documents values were seen whose type Flow's inference cannot tell from their JSON. */

import type { KeyAttribute } from '../table.ts';
import { allFacts, closedMap, noLocation, unresolved } from './known-names.ts';
import {
  documentPath,
  factsOf,
  type ItemPath,
  itemPathOf,
  lettersOf,
  type LocationType,
  pointerOf,
  typeOf,
} from './location-facts.ts';

/** As many locations as Flow infers of a collection whose connector names some: more would get no column. */
export const locationsMax = 10_000;
/** Below the attributes of items: a map whose names are data must not take the place of attributes. */
export const nestedLocationsMax = 5_000;
/** In one map below an item: one that has more has data for names, and must not take the place of other maps. */
export const mapLocationsMax = 1_000;
/** Bytes of all their pointers, which the state keeps: names may have 64 KB. */
export const pointerBytesMax = 512 * 1024;
/** Flow infers nothing below. https://docs.estuary.dev/concepts/schemas/ */
const depthMax = 12;

/** The maps that all others lie in: an item, and the image of an item before a change. */
export const itemLocation = 0;
export const imageLocation = 1;

export interface DeclaredLocation {
  /** Names, from the document's root on. */
  readonly path: readonly string[];
  readonly type: LocationType;
}

/** What was learned since it was last asked. */
export interface LearnedLocations {
  /** For the state: letters by JSON pointer. */
  readonly facts: Readonly<Record<string, string>>;
  /** For Flow; may be empty. */
  readonly declared: readonly DeclaredLocation[];
}

interface Location extends ItemPath {
  facts: number;
  /** How many lie in it, if it is a map. */
  count: number;
  /** True once there was no room for a name in it: no more is to be known of what is inside. */
  isClosed: boolean;
}

/**
 * Problem. Flow infers a column from JSON alone: a text `01234` becomes a number, and a number that had to be written as
 * a string beside others makes a column of two kinds. DynamoDB says with each value what it is.
 *
 * Rule. Facts are noted by location, each once, and what follows from them is told to Flow: a location that had a text
 * like a number is a string without a format; one that had numbers written as strings, and others that are fractions,
 * holds numbers or strings that are numbers. Whole numbers beyond 64 bits beside whole ones need no word: Flow finds a
 * column for them that keeps all digits.
 *
 * Why it holds. Facts only grow, and so does what is told, as Flow's own shapes do. They go out with the documents they
 * were learned from, or before; those of earlier runs come from the state.
 */
export class Locations {
  readonly #keyNames: ReadonlySet<string>;
  readonly #locations: Location[] = [
    { path: [], isImage: false, facts: 0, count: 0, isClosed: false },
    { path: [], isImage: true, facts: 0, count: 0, isClosed: false },
  ];
  /** By their map's location and their name. */
  readonly #byName = new Map<string, number>();
  readonly #learned = new Set<number>();
  #nestedCount = 0;
  #pointerBytes = 0;
  /** True once something was left out because there are too many. */
  isFull = false;
  /** How many maps are closed: what was known of their names is not to be used any more. */
  closedCount = 0;

  /** `remembered`: facts of an earlier run, as `LearnedLocations` has them. */
  constructor(key: readonly KeyAttribute[], remembered: Iterable<readonly [string, string]> = []) {
    this.#keyNames = new Set(key.map(({ name }) => name));
    for (const [pointer, letters] of remembered) this.#remember(pointer, letters);
  }

  /** The location of a name in the map at `location`; `unresolved` when nothing had to be known of it until now. */
  find(location: number, name: string): number {
    return this.#standing(this.#byName.get(`${location}:${name}`) ?? unresolved);
  }

  /** The same, made if it is new; none where there are too many, and for a key attribute. */
  locate(location: number, name: string): number {
    const isKey = location === itemLocation && this.#keyNames.has(name);
    return isKey ? noLocation : this.#standing(this.#locate(location, name));
  }

  /** True for a map that had no room for another name. */
  isClosed(location: number): boolean {
    return this.#locations[location]?.isClosed === true;
  }

  #standing(location: number): number {
    return this.isClosed(location) ? closedMap : location;
  }

  /** All that is known of a location. */
  factsOf(location: number): number {
    return this.#locations[location]?.facts ?? 0;
  }

  /** Notes a fact of a value at a location, and returns all of them. */
  note(location: number, fact: number): number {
    const noted = this.#locations[location];
    if (noted === undefined) return allFacts;
    if ((noted.facts & fact) !== fact) this.#learned.add(location);
    noted.facts |= fact;
    return noted.facts;
  }

  /** What was learned since the last call; undefined for nothing. */
  takeLearned(): LearnedLocations | undefined {
    if (this.#learned.size === 0) return undefined;
    const learned = [...this.#learned].map((index) => this.#locations[index]!);
    this.#learned.clear();
    const facts = learned.map((location) => [pointerOf(location), lettersOf(location.facts)]);
    return {
      facts: Object.fromEntries(facts) as Record<string, string>,
      declared: declarationsOf(learned),
    };
  }

  /** All that Flow is to know. */
  declared(): DeclaredLocation[] {
    return declarationsOf(this.#locations);
  }

  /** The location of a name in a map, made if it is new; none where there are too many. */
  #locate(location: number, name: string): number {
    const index = `${location}:${name}`;
    const found = this.#byName.get(index);
    if (found !== undefined) return found;
    const parent = this.#locations[location];
    if (parent === undefined || parent.isClosed) return noLocation;
    const path = [...parent.path, name];
    const made = { path, isImage: parent.isImage, facts: 0, count: 0, isClosed: false };
    const isNested = parent.path.length > 0;
    const pointerBytes = this.#pointerBytes + pointerOf(made).length;
    if (
      this.#locations.length >= locationsMax ||
      pointerBytes > pointerBytesMax ||
      path.length > depthMax ||
      (isNested && (this.#nestedCount >= nestedLocationsMax || parent.count >= mapLocationsMax))
    ) {
      this.isFull ||= path.length <= depthMax;
      if (isNested) this.#close(parent);
      return noLocation;
    }
    this.#pointerBytes = pointerBytes;
    if (isNested) this.#nestedCount += 1;
    parent.count += 1;
    this.#byName.set(index, this.#locations.length);
    return this.#locations.push(made) - 1;
  }

  /** To look at each of its names would take longer than all else. */
  #close(map: Location): void {
    map.isClosed = true;
    this.closedCount += 1;
  }

  #remember(pointer: string, letters: string): void {
    const { path, isImage } = itemPathOf(pointer);
    let location = isImage ? imageLocation : itemLocation;
    for (const name of path) location = this.#locate(location, name);
    const noted = this.#locations[location];
    if (noted === undefined || path.length === 0) return;
    noted.facts |= factsOf(letters);
  }
}

function declarationsOf(locations: readonly Location[]): DeclaredLocation[] {
  return locations.flatMap((location) => {
    const type = typeOf(location.facts);
    return type === undefined ? [] : [{ path: documentPath(location), type }];
  });
}
