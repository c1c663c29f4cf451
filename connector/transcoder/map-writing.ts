/** How far a map of attributes is written. A file without imports, for the reason given in `bytes.ts`. */

/** What comes next: the name of an attribute, the text of an S or B, a value, the brace behind what is inside one. */
export const atName = 0;
export const atText = 1;
export const atValue = 2;
export const atEnd = 3;

/** For `specialNames`: a name that the fast path leaves to others. Smaller numbers are places in `noted`. */
export const stopAtName = 255;

/** A map of attributes that is being written; its places in input and output are the cursor's and the writer's. */
export interface MapWriting {
  next: number;
  /** How many maps and lists are open; none when all is written. */
  depth: number;
  /** By depth, the bytes that will close what is open. */
  readonly closes: number[];
  /** By `nameSlot`, what is done about a name of the outermost map. */
  readonly specialNames: Uint8Array;
  /** Where in the body the last name began that `specialNames` gave this place; 0 is for all others. */
  readonly noted: Int32Array;
  /** Names whose locations are known: see `known-names.ts`. */
  readonly known: Int32Array;
  readonly wholeDigitsMax: number;
  /** By depth, the location of what is open; none for a list. */
  readonly locations: number[];
  /** Where in the body the last name begins. */
  nameAt: number;
  /** A fact that the run stopped for, since it is not known of the last name's location; 0 for none. */
  seen: number;
  /** Where the text begins that such a fact is seen of. */
  seenAt: number;
}

/** Where a name stands in `specialNames`, by its first byte and length; others may stand there too. */
export function nameSlot(firstByte: number, length: number): number {
  return (firstByte + 16 * length) & 255;
}
