/** How one table's items and records become documents: what the table says, and what its user wants. */

import type { KeyAttribute } from '../table.ts';
import type { AttributeNames } from './attribute-names.ts';
import type { NumberForm } from './number.ts';

export interface Transcoding {
  /** The table's primary key: partition key, then sort key. */
  readonly key: readonly KeyAttribute[];
  /** Of numbers that are no key. */
  readonly numbers: NumberForm;
  /** False to leave old images out of `_meta`. */
  readonly beforeImages: boolean;
  /** True to make no documents of deletes by time to live; their keys are told all the same. */
  readonly ignoresTtlDeletes: boolean;
  /** What is known of the attributes by their names, and learns more. */
  readonly names: AttributeNames;
}
