/** What no repair can see: an item whose whole life lies within one second, the last that was read of its shard. */

import type { LogEntry } from '../support/fake-dynamodb/fake-dynamodb.ts';
import type { Committed } from './simulated-flow.ts';
import { property, type JsonObject } from '../../connector/reduction/json.ts';

/** More of them in one table of one history would be no accident. */
export const lastSecondGhostsMax = 6;

/**
 * A scanned item may be ahead of a stream that is five minutes behind at most. Windows begin between the two, so far
 * apart at most: one that lived for less, and died before the stream had come to it, may be in none.
 */
const scannedLifeMsMax = 10_000;

const secondOf = (ms: number) => Math.floor(ms / 1000);

/**
 * Windows of exports begin at whole seconds: at that of the last record that was emitted, and at the next. An item
 * that was born and deleted between the two is in no window, and its delete on no stream that is still read.
 *
 * A scanned item is dated by the connector's clock. Where that is off by `clockOffMs`, so is the window's begin: then
 * it may have lived so much longer.
 *
 * `log`: the table's; `key`: as there.
 */
export function isLastSecondLife(
  log: readonly LogEntry[],
  committed: readonly Committed[],
  { key, clockOffMs }: { readonly key: string; readonly clockOffMs: number },
): boolean {
  const own = log.filter((entry) => entry.key === key);
  const death = own.at(-1);
  const birth = own.findLast(({ eventName }) => eventName === 'INSERT');
  if (death?.eventName !== 'REMOVE' || birth === undefined) return false;
  const second = secondOf(death.committedAtMs);
  const emitted = sequenceNumbersOf(committed);
  const isEmitted = ({ sequenceNumber }: LogEntry) =>
    sequenceNumber !== undefined && emitted.has(sequenceNumber);
  if (isEmitted(death)) return false;
  const isOfOneSecond = secondOf(birth.committedAtMs) === second;
  // Scanned, not streamed: what the stream had shown by then says nothing.
  if (!isEmitted(birth)) {
    const lifeMs = death.committedAtMs - birth.committedAtMs;
    return isOfOneSecond || lifeMs <= clockOffMs + scannedLifeMsMax;
  }
  if (!isOfOneSecond) return false;
  const before = log.filter(
    (entry) => entry.shardId === death.shardId && entry.commit < death.commit && isEmitted(entry),
  );
  return secondOf(before.at(-1)?.committedAtMs ?? 0) === second;
}

/** Of all records that were emitted. */
export function sequenceNumbersOf(committed: readonly Committed[]): ReadonlySet<string> {
  return new Set(committed.flatMap(({ document }) => sequenceNumberOf(document)));
}

function sequenceNumberOf(document: JsonObject): string[] {
  const number = property(property(document, '_meta') as JsonObject, 'sequenceNumber');
  return typeof number === 'string' ? [number] : [];
}
