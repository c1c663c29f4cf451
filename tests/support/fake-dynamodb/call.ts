/** One call of an operation, as its handler sees it. */

import type { Database } from './database.ts';
import type { Input } from './input.ts';
import type { Stats } from './stats.ts';
import type { Moment } from './versions.ts';

/** Odd but legal behaviour of a single answer. */
export const pageFaults = [
  /** No items or records, and a place to go on from. */
  'empty-page',
  /** A few items, or one record, and a place to go on from. */
  'short-page',
  /** The place to go on from is the one it was asked for: the same page comes again. */
  'repeat-page',
  /** A listing without one of the parents it should show. */
  'missing-parent',
  /** A listing that shows some shards twice. */
  'repeated-shards',
  /** A listing that shows parents open. */
  'open-parent',
  /** A listing without the newest shards, or no children to who asks for a shard's. */
  'late-child',
] as const;

/** What becomes of an export that was accepted. */
export const exportFaults = [
  /** It ends as FAILED, with the rule's `reason` as its code. */
  'export-fails',
  /** A data file is cut off; the manifest has the MD5 of the whole. */
  'export-truncated',
  /** A data file is not there. */
  'export-incomplete',
  /** The manifest counts an item too many. */
  'export-miscounted',
  /** The summary's MD5 is that of another text. */
  'export-mixed-up',
] as const;
export type ExportFault = (typeof exportFaults)[number];

/** Faults that an operation's own answer shows. */
export type AnswerFault = (typeof pageFaults)[number] | ExportFault;

export interface Call {
  readonly database: Database;
  readonly stats: Stats;
  readonly operation: string;
  readonly input: Input;
  /** When the request arrived; it is answered later, and what happened in between may or may not show. */
  readonly begun: Moment;
  /** The access key that signed the request; `anonymous` without one. */
  readonly caller: string;
  /** Where bare names of tables are looked for: the caller's account. */
  readonly accountId: string;
  readonly fault: AnswerFault | undefined;
  /** A rule's `reason`. */
  readonly faultReason: string | undefined;
}

/** Answers a call with the JSON of the response. Throws a `ServiceError`. */
export type Handler = (call: Call) => string;
