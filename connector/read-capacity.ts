/** What reading a table may use of its capacity: what a backfill keeps to, and a plan is made of. */

import type { Table } from './table.ts';

/** One unit is a strongly consistent read of up to 4 KB. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Scan.html */
export const bytesPerUnit = 4096;
/** A strongly consistent page of 1 MB. */
export const fullPageUnits = 256;
export const pageBytes = fullPageUnits * bytesPerUnit;
/** A slice of a table this small is read in small pages, which cost a few units each, not 256 at a blow. */
const smallTableUnitsMax = 100;
export const smallPageItems = 100;

/** Units per second that a backfill never exceeds; Infinity for an on-demand table without a maximum. */
export function readUnitsCeiling(
  { capacity }: Pick<Table, 'capacity'>,
  rcuAllocation: number | undefined,
): number {
  const isProvisioned = capacity.mode === 'provisioned';
  const offered = isProvisioned ? capacity.readUnitsPerSecond : capacity.readUnitsPerSecondMax;
  return rcuAllocation ?? offered ?? Infinity;
}

/** Items per page, by what the user set and the ceiling allows; undefined for pages of 1 MB. */
export function pageItemsOf(ceiling: number, scanLimit: number | undefined): number | undefined {
  return scanLimit ?? (ceiling <= smallTableUnitsMax ? smallPageItems : undefined);
}

/** Where nothing is set: as many as Estuary's Go connector takes of every table, for tables that need them. */
export const segmentCountMost = 100;

/** Segments of a table that is yet to be scanned: one for each page it takes, since each is a request at least. */
export function segmentCountOf(
  { itemCount, sizeBytes, capacity }: Pick<Table, 'itemCount' | 'sizeBytes' | 'capacity'>,
  { backfillSegments, scanLimit = Infinity, rcuAllocation }: SegmentOptions,
): number {
  if (backfillSegments !== undefined) return backfillSegments;
  // In few segments a table of little capacity would be read in large pages, at the cost of its other users.
  if (readUnitsCeiling({ capacity }, rcuAllocation) < Infinity) return segmentCountMost;
  const pageCount = Math.ceil(Math.max(sizeBytes / pageBytes, itemCount / scanLimit));
  return Math.min(segmentCountMost, Math.max(1, pageCount));
}

/** What the user has set; absent where that is nothing. */
export interface SegmentOptions {
  readonly backfillSegments: number | undefined;
  readonly scanLimit?: number | undefined;
  readonly rcuAllocation?: number | undefined;
}
