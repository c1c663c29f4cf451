/** An item through time: what it is now, and what it was while reads now under way began. */

import type { Key } from './key.ts';

export interface Version {
  /** The item's JSON; absent when it is deleted. */
  readonly text: string | undefined;
  readonly bytes: number;
  /** Counts all writes of the fake, in order. */
  readonly commit: number;
  readonly atMs: number;
  /** What it replaced, as long as some read may still see it. */
  older: Version | undefined;
}

/** A key that has, or lately had, an item. */
export interface Entry extends Key {
  version: Version;
}

/** A moment, by commits for strong reads and by time for stale ones; reads see what came before both. */
export interface Moment {
  readonly commit: number;
  readonly atMs: number;
}

/** The version current at a moment; absent before the first. */
export function versionAt(entry: Entry, moment: Moment): Version | undefined {
  let version: Version | undefined = entry.version;
  while (version !== undefined && (version.commit > moment.commit || version.atMs > moment.atMs)) {
    version = version.older;
  }
  return version;
}

/** Forgets versions that were replaced before the horizon, which no read can see any more. */
export function forgetBefore(entry: Entry, horizonMs: number): void {
  let version: Version | undefined = entry.version;
  // The version current at the horizon is the last one a read may need.
  while (version !== undefined && version.atMs >= horizonMs) version = version.older;
  if (version !== undefined) version.older = undefined;
}
