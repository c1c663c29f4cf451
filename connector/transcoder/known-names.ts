/**
 * Names that the locations know, where the fast path can ask for them: one array of numbers, read without a call that a
 * compiler does not inline. A file without imports, for the reason given in `bytes.ts`.
 *
 * The last `slotCount` numbers say, by a name's slot, where its entry begins. An entry is the location its map lies at, the
 * name's length, its facts, its own location, then the name as it lies in a body, quotes included, in words of four bytes.
 * Other names may have the same slot: they are compared whole, and the last one that was added stays. The entry at 0 is no
 * name's, and has no facts.
 */

export const knownLength = 4096;
export const slotCount = 256;
const slotsAt = knownLength - slotCount;
/** Where no slots are. */
export const entriesEnd = slotsAt;
/** The numbers of an entry in front of the name. */
export const entryHeadLength = 4;
export const factsAt = 2;
export const locationAt = 3;
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

/** Where in `known` a name's slot lies, by its first and last four bytes, its length, and the location of its map. */
export function slotOf(first: number, last: number, length: number, location: number): number {
  const mixed =
    Math.imul(first ^ (location << 8), 0x9e3779b1) ^ Math.imul(last + length, 0x85ebca6b);
  return slotsAt + ((mixed >>> 15) & (slotCount - 1));
}

/** Where the entry of the name begins that lies from `nameAt` to `nameEnd` of a body, quotes included; 0 for none. */
export function entryOf(
  known: Int32Array,
  view: DataView,
  location: number,
  nameAt: number,
  nameEnd: number,
): number {
  const length = nameEnd - nameAt;
  const first = view.getInt32(nameAt, true);
  const last = view.getInt32(nameEnd - 4, true);
  const entry = known[slotOf(first, last, length, location)]! | 0;
  if (known[entry] !== location || known[entry + 1] !== length) return 0;
  let word = entry + entryHeadLength;
  for (let at = nameAt; at < nameEnd; at += 4) {
    if (view.getInt32(at, true) !== known[word++]) return 0;
  }
  return entry;
}
