/** Positions only move on: what a page must not take back. */

import type { ItemPage } from '../backfill/backfill.ts';
import { ConnectorError, errorCodes } from '../errors.ts';
import type { ItemKey } from '../table.ts';

/** A page that ends where it began would be scanned, and emitted, for ever. */
export function assertAdvances(
  { segment, startKey }: ItemPage,
  lastEvaluatedKey: ItemKey | undefined,
) {
  if (startKey === undefined || lastEvaluatedKey === undefined) return;
  if (JSON.stringify(startKey) !== JSON.stringify(lastEvaluatedKey)) return;
  throw new ConnectorError(
    errorCodes.responseInvalid,
    `Scan of segment ${segment} answered with a page that ends where it begins`,
  );
}

/** The greater of two sequence numbers, which are decimal digits of any length. */
export function later(first: string | undefined, second: string | undefined): string | undefined {
  if (first === undefined || second === undefined) return second ?? first;
  return BigInt(second) > BigInt(first) ? second : first;
}
