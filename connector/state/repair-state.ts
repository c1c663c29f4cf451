/** A repair's member of the checkpoint: which windows of time are left to heal, and how far each is. */

import type { JsonObject } from '../json.ts';

export interface RepairJson {
  /** The gap, with its margins. */
  readonly from: string;
  readonly to: string;
  /** When it was found. */
  readonly foundAt: string;
  /** Windows that are not healed yet, by id. */
  readonly windows: Readonly<Record<string, WindowJson>>;
  readonly keysRead?: number;
  readonly keysChanged?: number;
  readonly keysDeleted?: number;
}

export interface WindowJson {
  /** Absent until its export has been started. */
  readonly exportArn?: string;
  /** Exports of it that were of no use. */
  readonly attempts?: number;
  /** Of the export's files, in the order of its manifest: the first one that is not done, and its lines that are. */
  readonly file?: number;
  readonly line?: number;
}

/** What was read of a repair's keys. */
export interface RepairCounts {
  readonly read: number;
  readonly changed: number;
  readonly deleted: number;
}

/** A change to a window: members that become null are removed, and a window that is null is healed. */
export interface RepairUpdate {
  readonly windowId: string;
  readonly window?: { readonly [Name in keyof WindowJson]?: WindowJson[Name] | null } | null;
  readonly counts?: RepairCounts;
}

export function repairCounts(repair: RepairJson): RepairCounts {
  const { keysRead: read = 0, keysChanged: changed = 0, keysDeleted: deleted = 0 } = repair;
  return { read, changed, deleted };
}

/** The repair after a change, and the merge patch that makes it. */
export function updateRepair(
  repair: RepairJson,
  { windowId, window, counts }: RepairUpdate,
): { readonly repair: RepairJson; readonly patch: JsonObject } {
  const { [windowId]: old, ...others } = repair.windows;
  const before = repairCounts(repair);
  const sums =
    counts === undefined
      ? {}
      : {
          keysRead: before.read + counts.read,
          keysChanged: before.changed + counts.changed,
          keysDeleted: before.deleted + counts.deleted,
        };
  const windows =
    window === null
      ? others
      : window === undefined
        ? repair.windows
        : { ...repair.windows, [windowId]: withoutNulls({ ...old, ...window }) };
  return {
    repair: { ...repair, ...sums, windows },
    patch: {
      ...sums,
      ...(window === undefined ? {} : { windows: { [windowId]: window as JsonObject | null } }),
    },
  };
}

function withoutNulls(window: object): WindowJson {
  return Object.fromEntries(Object.entries(window).filter(([, value]) => value !== null));
}
