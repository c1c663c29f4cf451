/** One call of an operation, as its handler sees it. */

import type { Database } from './database.ts';
import type { Input } from './input.ts';
import type { Stats } from './stats.ts';
import type { Moment } from './versions.ts';

/** Odd but legal behaviour of a single answer; see `Fault` for what each means. */
export const pageFaults = [
  'empty-page',
  'short-page',
  'repeat-page',
  'missing-parent',
  'repeated-shards',
  'open-parent',
  'late-child',
] as const;
export type PageFault = (typeof pageFaults)[number];

export interface Call {
  readonly database: Database;
  readonly stats: Stats;
  readonly operation: string;
  readonly input: Input;
  /** When the request arrived; it is answered later, and what happened in between may or may not show. */
  readonly begun: Moment;
  /** The access key that signed the request; `anonymous` without one. */
  readonly caller: string;
  readonly fault: PageFault | undefined;
}

/** Answers a call with the JSON of the response. Throws a `ServiceError`. */
export type Handler = (call: Call) => string;
