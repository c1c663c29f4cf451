/**
 * Names of attributes that were seen before, where the fast path can ask for them: one array of numbers, read without a
 * call that a compiler does not inline. A file without imports, for the reason given in `bytes.ts`.
 *
 * Each name of a map has an entry: what is in its head, then the name as it lies in a body, quotes included, in words of
 * four bytes; the last word is filled up with the bytes behind the name, `:{"`. The last `slotCount` numbers say, by a
 * name's slot, where its entry begins. Other names may have the same slot: the last one that was added stays.
 *
 * Items of a table are alike. So each entry also says which name came next the last time: nearly always it comes again,
 * and is compared and copied at once, where any other name has to be searched for its end first.
 */

export const knownLength = 8192;
const slotCount = 1024;
const slotsAt = knownLength - slotCount;
/** Where no slots are. */
export const entriesEnd = slotsAt;

// The head of an entry.

/** The location of the map that the name is in. */
export const mapAt = 0;
/** How many bytes the name has, quotes included. */
export const lengthAt = 1;
/** What is known of the values, by bits. */
export const factsAt = 2;
/** Their own location, or one of those below. */
export const locationAt = 3;
/** What the name is to the documents: 0 nothing, `stopRole`, or one more than the index of the key attribute. */
export const roleAt = 4;
/** The entry of the name that came next. */
export const nextAt = 5;
/** The words of the name. */
export const wordsAt = 6;

// Entries that are no name's.

/** What is said of names that have no entry. */
export const unknownName = 0;
/** What is said of values in a list. */
export const listElement = wordsAt;
/** What is said of the numbers of a key. */
export const numberKey = 2 * wordsAt;
/** In front of the first name of an item, or of the image of one before a change. */
export const itemStart = 3 * wordsAt;
export const imageStart = 4 * wordsAt;
/** What is said of all names in a map that is closed. */
export const closedName = 5 * wordsAt;
export const firstEntry = 6 * wordsAt;

/** For a name that the fast path leaves to others. */
export const stopRole = -1;

/** For values in a list, or in whatever else is no location. */
export const noLocation = -1;
/** For a location that nothing had to be known of until now. */
export const unresolved = -2;
/** Where no name is. */
export const noMap = -3;
/** For what is in a map of too many names: nothing is to be known of any, and none is to be kept. */
export const closedMap = -4;

// What is known of a location: facts, by their bits.

/** Text that Flow would take for a number, of type S or B. */
export const numericText = 1;
/** A JSON number that is a `number` for Flow, and no `integer`. */
export const fractional = 2;
/** A whole number that is written as a string, since it is beyond 64 bits. */
export const wholeText = 4;
/** A number with a fraction that is written as a string, since no double holds it. */
export const decimalText = 8;
/** A number that is written as a string because all of them are to be. */
export const anyNumberText = 16;
/** For what nothing more is to be known of. */
export const allFacts = 31;
/** Beside the facts: numbers are to be written as strings. */
export const textNumbers = 32;

/** Where in `known` a name's slot lies, by its first four bytes, its last three with the one behind, and its map's location. */
export function slotOf(first: number, last: number, location: number): number {
  return slotsAt + (Math.imul(Math.imul(first, 31) + last + location, 0x9e3779b1) >>> 22);
}

/**
 * The entry of the name that lies from `nameAt` to `nameEnd` of a body, quotes included; `unknownName` for none, and
 * `closedName` in a map that is closed. The body goes on for three bytes behind the name.
 */
export function entryOf(
  known: Int32Array,
  view: DataView,
  location: number,
  nameAt: number,
  nameEnd: number,
): number {
  const first = view.getInt32(nameAt, true);
  const last = view.getInt32(nameEnd - 3, true);
  const entry = known[slotOf(first, last, location)]! | 0;
  if (known[entry + mapAt] !== location || known[entry + lengthAt] !== nameEnd - nameAt) {
    return location === closedMap ? closedName : unknownName;
  }
  let word = entry + wordsAt;
  for (let at = nameAt; at < nameEnd; at += 4) {
    if (view.getInt32(at, true) !== known[word++]) return unknownName;
  }
  return entry;
}

/**
 * Copies the name at `at`, if it is the entry's, and returns where it ends; else 0, also when it would end behind `limit`.
 * Up to three bytes more are written that mean nothing.
 */
export function copyKnownName(
  known: Int32Array,
  entry: number,
  location: number,
  view: DataView,
  at: number,
  limit: number,
  outView: DataView,
  to: number,
): number {
  const end = at + known[entry + lengthAt]!;
  if (known[entry + mapAt] !== location || end > limit) return 0;
  const shift = to - at;
  let word = entry + wordsAt;
  for (let next = at; next < end; next += 4) {
    const bytes = view.getInt32(next, true);
    if (bytes !== known[word++]) return 0;
    outView.setInt32(next + shift, bytes, true);
  }
  return end;
}
