/** How far a map of attributes is written. A file without imports, for the reason given in `bytes.ts`. */

// What comes next.

/** The name of an attribute. */
export const atName = 0;
/** The text of an S or B, or of one in a set. */
export const atText = 1;
/** The text of an N, or of one in a set. */
export const atNumber = 2;
/** A value. */
export const atValue = 3;
/** The comma or bracket behind an element of a set. */
export const atSeparator = 4;
/** The brace behind what is inside a value. */
export const atEnd = 5;

/** A map of attributes that is being written; its places in input and output are the cursor's and the writer's. */
export interface MapWriting {
  next: number;
  /** How many maps and lists are open; none when all is written. */
  depth: number;
  /** By depth, the bytes that will close what is open. */
  readonly closes: number[];
  /** By depth, the location of what is open; none for a list. */
  readonly locations: number[];
  /** What the elements of the set are that is open, `atText` or `atNumber`; 0 for none. */
  elements: number;
  /** Names that were seen before: see `known-names.ts`. */
  readonly known: Int32Array;
  /** In `known`: what is said of the value that is written. */
  entry: number;
  /** In `known`: the name that was written last. */
  last: number;
  /** Where in the body that name begins. */
  nameAt: number;
  /** By key attribute of an item: where in the body its value begins. */
  readonly keyAt: Int32Array;
  readonly wholeDigitsMax: number;
  /** A fact that the run stopped for, since it is not known of the value's location; 0 for none. */
  seen: number;
  /** Where the text begins that such a fact is seen of. */
  seenAt: number;
}
