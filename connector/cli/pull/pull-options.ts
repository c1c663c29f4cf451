/** What `pull` is asked for: its flags, parsed. */

import type { Format } from './row-format.ts';

export interface PullOptions {
  readonly source: string;
  readonly capture: string | undefined;
  readonly state: string | undefined;
  readonly until: 'backfilled' | 'caught-up' | undefined;
  readonly reduce: boolean;
  /** Path of a file, of a folder with a slash at its end, or `-` for stdout. */
  readonly output: string;
  readonly format: Format;
  /** Names of tables, or patterns of them; all of the capture where there is none. */
  readonly table: readonly string[];
  /** Of a capture that no file has. */
  readonly region: string | undefined;
  readonly endpoint: string | undefined;
  readonly limit: number | undefined;
  readonly json: boolean;
}
