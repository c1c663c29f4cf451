/** One window's export: started, waited for, and its files found. */

import { createHash } from 'node:crypto';
import type { Backups, ExportStatus, ExportTarget, RepairPorts } from '../aws/aws.ts';
import { messageOf, nameOf } from '../errors.ts';
import { rfc3339 } from '../time.ts';
import { parseFiles, parseSummary, type ExportFile } from './manifest.ts';
import type { ObjectReader } from './object-reader.ts';
import { ExportUnusable, RepairImpossible } from './repair-error.ts';
import { windowId, type Window } from './windows.ts';

export interface ExportOrder {
  readonly tableArn: string;
  readonly target: ExportTarget;
  readonly window: Window;
  /** What makes the token one of this repair: the state key and the epoch. */
  readonly seed: readonly string[];
  readonly attempts: number;
}

/** Throws `RepairImpossible` when point-in-time recovery does not reach back to a moment. */
export function assertRemembered(backups: Backups, fromMs: number): void {
  const { isEnabled, earliestMs } = backups;
  if (!isEnabled) throw new RepairImpossible('it has no point-in-time recovery');
  if (earliestMs === undefined || earliestMs <= fromMs) return;
  throw new RepairImpossible(
    `its point-in-time recovery reaches back to ${rfc3339(earliestMs)}, and the gap begins at ${rfc3339(fromMs)}`,
  );
}

/** Starts an export and returns its ARN; the same order gives the same export. */
export async function startExport(
  { exports }: RepairPorts,
  { tableArn, target, window, seed, attempts }: ExportOrder,
  signal: AbortSignal,
): Promise<string> {
  const token = createHash('sha256')
    .update(JSON.stringify([...seed, windowId(window), attempts]))
    .digest('hex');
  try {
    return await exports.start({ tableArn, ...target, ...window, token }, signal);
  } catch (error) {
    switch (nameOf(error)) {
      case 'ExportConflictException':
        throw new ExportUnusable(messageOf(error)); // The bucket was changed since: another token is needed.
      case 'InvalidExportTimeException':
      case 'PointInTimeRecoveryUnavailableException':
      case 'ContinuousBackupsUnavailableException':
        throw new RepairImpossible(messageOf(error).replace(/\.$/, ''));
      default:
        throw error;
    }
  }
}

/** Files of a completed export. Throws `ExportUnusable` when it is another one's, or damaged. */
export async function filesOf(
  reader: ObjectReader,
  status: ExportStatus,
  expected: { readonly exportArn: string; readonly tableId: string; readonly window: Window },
  signal: AbortSignal,
): Promise<ExportFile[]> {
  const { manifestKey } = status;
  if (manifestKey === undefined) throw new ExportUnusable('A completed export names no manifest');
  const summary = parseSummary(await reader.manifest(manifestKey, signal), manifestKey, expected);
  return parseFiles(await reader.manifest(summary.filesKey, signal), summary);
}
