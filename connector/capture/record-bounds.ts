/** Which records of a stream make documents of their own kind, by the time they were made. */

import { parseRfc3339 } from '../time.ts';

/** Records of so long before the backfill began are in every scan page; clocks may differ by some minutes. */
const clockMarginMs = 15 * 60_000;

interface BoundingState {
  readonly backfillStartedAt: string | undefined;
  readonly backfillFinishedAt: string | undefined;
  readonly repair: unknown;
  readonly repairedAt: string | undefined;
}

/** Records made before this moment make no document: every scan page contains them. */
export function skipBeforeMs({ backfillStartedAt }: BoundingState): number {
  // A state of the Go connector does not tell when its backfill began: nothing is skipped then.
  return backfillStartedAt === undefined
    ? -Infinity
    : parseRfc3339(backfillStartedAt) - clockMarginMs;
}

/**
 * While an item may be deleted before the scan has come to it, a delete may concern an item that was never
 * emitted. Alone it would be stored as a row; so it follows the item it deletes. The stream may still be
 * behind when the scan ends, hence the margin. So it is with items made in a gap that is being repaired.
 */
export function expandDeletesBeforeMs(state: BoundingState): number {
  const { backfillFinishedAt, repair, repairedAt } = state;
  if (backfillFinishedAt === undefined || repair !== undefined) return Infinity;
  const finishedMs = parseRfc3339(backfillFinishedAt);
  const repairedMs = repairedAt === undefined ? -Infinity : parseRfc3339(repairedAt);
  return Math.max(finishedMs, repairedMs) + clockMarginMs;
}
