/** What no repair can see: an item whose whole life lies within one second, the last that was read of its shard. */

import type { LogEntry } from '../support/fake-dynamodb/fake-dynamodb.ts';
import type { Committed } from './simulated-flow.ts';
import { property, type JsonObject } from '../../connector/reduction/json.ts';

/** More of them in one table of one history would be no accident. */
export const lastSecondGhostsMax = 6;

const secondOf = (ms: number) => Math.floor(ms / 1000);

/**
 * Windows of exports begin at whole seconds: at that of the last record that was emitted, and at the next. An item
 * that was born and deleted between the two is in no window, and its delete on no stream that is still read.
 *
 * `log`: the table's; `key`: as there.
 */
export function isLastSecondLife(
  log: readonly LogEntry[],
  committed: readonly Committed[],
  key: string,
): boolean {
  const own = log.filter((entry) => entry.key === key);
  const death = own.at(-1);
  const birth = own.findLast(({ eventName }) => eventName === 'INSERT');
  if (death?.eventName !== 'REMOVE' || birth === undefined) return false;
  const second = secondOf(death.committedAtMs);
  if (secondOf(birth.committedAtMs) !== second) return false;
  const emitted = new Set(committed.flatMap(({ document }) => sequenceNumberOf(document)));
  const isEmitted = ({ sequenceNumber }: LogEntry) =>
    sequenceNumber !== undefined && emitted.has(sequenceNumber);
  if (isEmitted(death)) return false;
  // Scanned, not streamed: what the stream had shown by then says nothing.
  if (!isEmitted(birth)) return true;
  const before = log.filter(
    (entry) => entry.shardId === death.shardId && entry.commit < death.commit && isEmitted(entry),
  );
  return secondOf(before.at(-1)?.committedAtMs ?? 0) === second;
}

function sequenceNumberOf(document: JsonObject): string[] {
  const number = property(property(document, '_meta') as JsonObject, 'sequenceNumber');
  return typeof number === 'string' ? [number] : [];
}
