/** What a table with point-in-time recovery remembers: every version of every item, as long as its period. */

import type { Key } from './key.ts';

const dayMs = 24 * 3600 * 1000;
export const recoveryDaysMax = 35;
/** AWS: "typically 5 minutes before the current time". */
const latestBehindMs = 5 * 60_000;

/** A write as an export tells of it. */
export interface PastVersion {
  /** The item's JSON; absent when it was deleted. */
  readonly text: string | undefined;
  readonly micros: number;
}

/** All that is known of one key, oldest first. */
export interface PastItem {
  readonly key: Key;
  readonly versions: readonly PastVersion[];
}

/** From its enabling to its end; enabled again, a table begins with another one. */
export class Backups {
  readonly enabledAtMs: number;
  recoveryDays: number;
  readonly #items = new Map<string, { readonly key: Key; versions: PastVersion[] }>();

  constructor(enabledAtMs: number, recoveryDays: number) {
    this.enabledAtMs = enabledAtMs;
    this.recoveryDays = recoveryDays;
  }

  earliestMs(nowMs: number): number {
    return Math.max(this.enabledAtMs, nowMs - this.recoveryDays * dayMs);
  }

  latestMs(nowMs: number): number {
    return Math.max(this.enabledAtMs, nowMs - latestBehindMs);
  }

  note(key: Key, text: string | undefined, atMs: number): void {
    const micros = Math.floor(atMs * 1000);
    const known = this.#items.get(key.identity);
    if (known === undefined) this.#items.set(key.identity, { key, versions: [{ text, micros }] });
    else known.versions.push({ text, micros });
    if (known !== undefined && known.versions.length > 2) this.#forget(known, atMs);
  }

  /** In no order that means anything. */
  items(): Iterable<PastItem> {
    return this.#items.values();
  }

  /** The version current at the period's begin is the oldest that an export can need. */
  #forget(item: { versions: PastVersion[] }, nowMs: number): void {
    const horizon = (nowMs - recoveryDaysMax * dayMs) * 1000;
    const first = item.versions.findLastIndex(({ micros }) => micros < horizon);
    if (first > 0) item.versions = item.versions.slice(first);
  }
}

/** The last version before a moment; absent before the first. */
export function versionBefore({ versions }: PastItem, micros: number): PastVersion | undefined {
  return versions.findLast((version) => version.micros < micros);
}
