/** What a strategy is given, and what it makes of it. */

import type { Location } from './annotations.ts';
import type { JsonValue } from './json.ts';

/** Two neighbours of one location. */
export interface Reduction {
  /** The location in the right-hand document, which alone decides the strategy. */
  readonly at: Location;
  /** Absent when the location is in the right-hand document only. */
  readonly lhs: JsonValue | undefined;
  readonly rhs: JsonValue;
  /** True when nothing is further left, so that deletions take effect. */
  readonly full: boolean;
}

export interface Reduced {
  readonly document: JsonValue;
  /** The annotation says that this location is to vanish; a parent that merges drops it. */
  readonly deleted: boolean;
}
