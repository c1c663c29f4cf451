/** Whether a table turns out to be larger than it was told to be. */

import type { ItemPage } from '../backfill/backfill.ts';
import { fullPageUnits, segmentCountMost, type SegmentOptions } from '../read-capacity.ts';
import type { TableState } from '../state/state.ts';
import type { ItemDocuments } from '../transcoder/transcoder.ts';

/** A page ends with an item, so that few are full to the last byte; not all servers tell what a page costs. */
const fullPageUnitsMin = 0.6 * fullPageUnits;
const fullPageBodyBytesMin = 900_000;

/**
 * Into how many segments a table is better divided, now that its first page has come; absent where it is fine.
 *
 * DynamoDB counts a table every six hours. One that was told to be empty or small and is not would be read by one
 * request at a time, for hours. So its first page is thrown away before anything of it is emitted, and it is divided
 * as a large one. A table that is as small as it was told pays nothing for that.
 */
export function betterSegmentCount(
  state: Pick<TableState, 'segmentCount'>,
  page: Pick<ItemPage, 'startKey' | 'body'>,
  { lastEvaluatedKey, consumedUnits }: Pick<ItemDocuments, 'lastEvaluatedKey' | 'consumedUnits'>,
  { backfillSegments }: SegmentOptions,
): number | undefined {
  if (backfillSegments !== undefined || state.segmentCount > 1) return undefined;
  if (page.startKey !== undefined || lastEvaluatedKey === undefined) return undefined;
  const isFull = consumedUnits >= fullPageUnitsMin || page.body.length >= fullPageBodyBytesMin;
  return isFull ? segmentCountMost : undefined;
}
