/**
 * Names that the locations know, where the fast path can ask for them: one array of numbers, read without a call that a
 * compiler does not inline. A file without imports, for the reason given in `bytes.ts`.
 *
 * The last `slotCount` numbers say, by a name's slot, where its entry begins. An entry is the name's first four bytes and
 * its last four, the location its map lies at, its length, its facts, its own location, then what is between the eight
 * bytes, in words of four. A name is taken as it lies in a body, quotes included. Other names may have the same slot: they are
 * compared whole, and the last one that was added stays. The entry at 0 is no name's, and has no facts.
 */

export const knownLength = 4096;
export const slotCount = 256;
const slotsAt = knownLength - slotCount;
/** Where no slots are. */
export const entriesEnd = slotsAt;
/** The numbers of an entry in front of the name. */
export const entryHeadLength = 6;
export const mapAt = 2;
export const factsAt = 4;
export const locationAt = 5;
/** For a name in a list, or in whatever else is no location. */
export const noLocation = -1;

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
/** Said of every location: it may be a map. What is asked for by the name of a map. */
export const insideMap = 32;
/** For names that nothing more is to be known of. */
export const allFacts = 63;

/** Where in `known` a name's slot lies, by its first and last four bytes and the location of its map. */
export function slotOf(first: number, last: number, location: number): number {
  return slotsAt + (Math.imul(Math.imul(first, 31) + last + location, 0x9e3779b1) >>> 24);
}

/** Where the entry of the name begins that lies from `nameAt` to `nameEnd` of a body, quotes included; 0 for none. */
export function entryOf(
  known: Int32Array,
  view: DataView,
  location: number,
  nameAt: number,
  nameEnd: number,
): number {
  const first = view.getInt32(nameAt, true);
  const last = view.getInt32(nameEnd - 4, true);
  const entry =
    known[slotsAt + (Math.imul(Math.imul(first, 31) + last + location, 0x9e3779b1) >>> 24)]! | 0;
  if (
    known[entry] !== first ||
    known[entry + 1] !== last ||
    known[entry + 2] !== location ||
    known[entry + 3] !== nameEnd - nameAt
  ) {
    return 0;
  }
  let word = entry + entryHeadLength;
  for (let at = nameAt + 4; at < nameEnd - 4; at += 4) {
    if (view.getInt32(at, true) !== known[word++]) return 0;
  }
  return entry;
}
