/**
 * What the repair of a gap would take, beside a new backfill. A repair reads each item that changed by itself, where a
 * page of a backfill shares a unit among small items: so with many small changes it is the dearer one.
 */

import { bytesPerUnit } from '../../read-capacity.ts';
import type { Recovery } from '../../session/session.ts';
import type { Table } from '../../table.ts';
import {
  dollarsPerExportedGb,
  dollarsPerMillionReadUnits,
  exportBytesBilledMin,
} from './prices.ts';

export interface RepairPlan {
  /** Days that point-in-time recovery reaches back; absent where it is off. */
  readonly recoveryDays: number | undefined;
  /** Before that nothing can be repaired, though the days would allow it. */
  readonly recoverySinceMs: number | undefined;
  /** Of the items, which change in the gap that is planned here: nobody can know how many will. */
  readonly changedShare: number;
  readonly changedItems: number;
  readonly exportCount: number;
  readonly readUnits: number;
  /** Of the exports, and of the units where those are not paid for anyway. */
  readonly dollars: number;
  /** Where more of the items change, a new backfill reads fewer units; absent for a table without items. */
  readonly breakEvenShare: number | undefined;
}

const changedShare = 0.01;
/** Of a gap of a day where all shards were read until the same second; two more for each other second. */
const exportCount = 4;
const dayMs = 86_400_000;

export function planRepair(
  { itemCount, sizeBytes, capacity }: Pick<Table, 'itemCount' | 'sizeBytes' | 'capacity'>,
  { isEnabled, periodDays, earliestMs }: Recovery,
  { backfillUnits, nowMs }: { readonly backfillUnits: number; readonly nowMs: number },
): RepairPlan {
  const itemBytes = itemCount === 0 ? 0 : sizeBytes / itemCount;
  const unitsPerItem = Math.max(1, Math.ceil(itemBytes / bytesPerUnit));
  const changedItems = Math.ceil(itemCount * changedShare);
  const readUnits = changedItems * unitsPerItem;
  const exportedBytes = Math.max(changedItems * itemBytes, exportCount * exportBytesBilledMin);
  const exportDollars = (exportedBytes / 1e9) * dollarsPerExportedGb;
  const readDollars =
    capacity.mode === 'provisioned' ? 0 : (readUnits / 1e6) * dollarsPerMillionReadUnits;
  const recoveryDays = isEnabled ? (periodDays ?? 35) : undefined;
  // What was enabled lately reaches back less far; an hour is lost on the way.
  const isYounger =
    recoveryDays !== undefined &&
    earliestMs !== undefined &&
    nowMs - earliestMs < recoveryDays * dayMs - 3_600_000;
  return {
    recoveryDays,
    recoverySinceMs: isYounger ? earliestMs : undefined,
    ...{ changedShare, changedItems, exportCount, readUnits },
    dollars: exportDollars + readDollars,
    breakEvenShare:
      itemCount === 0 ? undefined : Math.min(1, backfillUnits / (itemCount * unitsPerItem)),
  };
}
