/** The capture that `pull` runs, wherever it came from. */

import type { LocalCapture } from './local-runtime.ts';
import type { ReducedCollection } from './reduced-collections.ts';

export interface PullCapture extends LocalCapture {
  /** Of each binding, in their order. */
  readonly collections: readonly ReducedCollection[];
  /** Of each binding, as the user wrote it. */
  readonly tableNames: readonly string[];
  /** Every file that this was read from. */
  readonly filesRead: readonly string[];
}
