/** Heals a gap in a stream from incremental exports: each key that changed in it is read again, under the fence. */

import type { ExportStatus, RepairPorts } from '../aws/aws.ts';
import {
  errorCodes,
  isConnectorError,
  messageOf,
  nameOf,
  type ConnectorError,
  type ErrorCode,
} from '../errors.ts';
import type { WindowJson } from '../state/state.ts';
import { ExportPolls, pollIntervalMs } from './export-polls.ts';
import { ReadKeys } from './read-keys.ts';
import { exportFailed } from './repair-error.ts';
import type { Repairing, RepairOptions } from './repair-options.ts';
import { startExport } from './window-export.ts';
import { readWindow } from './window-reading.ts';
import { parseWindowId } from './windows.ts';

export { RepairImpossible } from './repair-error.ts';
export type { RepairProgress } from './repair-options.ts';
export type { RereadOutcome, RereadPage } from './rereading.ts';
export { assertRemembered } from './window-export.ts';
export { planWindows, windowId, type Gap, type GapShard, type RepairPlan } from './windows.ts';

/** What happened at a window's end may be exported so much later; recovery is some five minutes behind. */
const settleMs = 10 * 60_000;
/** So many exports of a window are tried at once; then one after a wait, that doubles, since somebody has to do something. */
const promptAttempts = 3;
const firstWaitMs = 10 * 60_000;
const waitMsMax = 60 * 60_000;

/** What somebody can put right while the stream goes on; all else ends the capture as it always does. */
const patientCodes = new Set<ErrorCode>([
  errorCodes.awsUnavailable,
  errorCodes.endpointUnreachable,
  errorCodes.exportFailed,
  errorCodes.permissionDenied,
  errorCodes.requestRefused,
  errorCodes.responseInvalid,
]);

/** Works through all windows. Throws `RepairImpossible` when the gap cannot be healed, now or later. */
export async function runRepair(options: RepairOptions, signal: AbortSignal): Promise<void> {
  const readKeys = new ReadKeys(options.readKeysBudget);
  try {
    await repairAll({ ...options, readKeys }, signal);
  } finally {
    readKeys.forget();
  }
}

async function repairAll(options: Repairing, signal: AbortSignal): Promise<void> {
  const ports = await options.aws.repairPorts();
  const polls = new ExportPolls(options.clock);
  let waitMs = firstWaitMs;
  for (;;) {
    try {
      while (options.repair() !== undefined) {
        await repairStep(options, ports, polls, signal);
        waitMs = firstWaitMs;
      }
      return;
    } catch (error) {
      if (signal.aborted || !options.mayWait || !isPatient(error)) throw error;
      const { table, log, clock, progress } = options;
      log.error('The repair waits', {
        table: table.name,
        error: messageOf(error),
        hint: error.hint,
        retriedInSeconds: waitMs / 1000,
      });
      progress.phase = 'waiting';
      await clock.sleep(waitMs, signal);
      waitMs = Math.min(waitMsMax, waitMs * 2);
    }
  }
}

/** Starts what can be started, and reads one export that is complete; waits where there is none. */
async function repairStep(
  options: Repairing,
  ports: RepairPorts,
  polls: ExportPolls,
  signal: AbortSignal,
): Promise<void> {
  const { clock, progress } = options;
  progress.phase = 'exporting';
  await startAll(options, ports, signal);
  for (const [id, { exportArn }] of windowsOf(options)) {
    if (exportArn === undefined || !polls.isDue(exportArn)) continue;
    const status = await described(ports, exportArn, signal);
    if (status?.status === 'IN_PROGRESS') {
      polls.inProgress(exportArn);
      continue;
    }
    try {
      await readWindow(options, ports, { id, exportArn, status }, signal);
    } catch (error) {
      if (nameOf(error) !== 'ExportUnusable') throw error;
      await exportAgain(options, id, messageOf(error));
    }
    return;
  }
  await clock.sleep(pollIntervalMs, signal);
}

function windowsOf({ repair }: RepairOptions): [string, WindowJson][] {
  return Object.entries(repair()?.windows ?? {});
}

async function startAll(
  options: RepairOptions,
  ports: RepairPorts,
  signal: AbortSignal,
): Promise<void> {
  const { clock, table, target, seed, progress } = options;
  progress.opensAtMs = undefined;
  for (const [id, { exportArn, attempts = 0 }] of windowsOf(options)) {
    if (exportArn !== undefined) continue;
    const window = parseWindowId(id);
    const opensAtMs = window.toSeconds * 1000 + settleMs;
    if (clock.now() < opensAtMs) {
      progress.opensAtMs = Math.min(opensAtMs, progress.opensAtMs ?? Infinity);
      continue;
    }
    try {
      const order = { tableArn: table.arn, target, window, seed, attempts };
      const arn = await startExport(ports, order, signal);
      await options.record({ windowId: id, window: { exportArn: arn } });
    } catch (error) {
      if (nameOf(error) !== 'ExportUnusable') throw error;
      await exportAgain(options, id, messageOf(error));
    }
  }
}

/** Undefined for an export that AWS does not know any more. */
async function described(
  { exports }: RepairPorts,
  exportArn: string,
  signal: AbortSignal,
): Promise<ExportStatus | undefined> {
  try {
    return await exports.describe(exportArn, signal);
  } catch (error) {
    if (nameOf(error) === 'ExportNotFoundException') return undefined;
    throw error;
  }
}

/** Forgets an export that is of no use, so that the window is exported once more. */
async function exportAgain(options: RepairOptions, id: string, why: string): Promise<void> {
  const { table, log, record } = options;
  const attempts = (options.repair()?.windows[id]?.attempts ?? 0) + 1;
  log.warn('An export cannot be used', { table: table.name, window: id, why, attempts });
  await record({
    windowId: id,
    window: { exportArn: null, attempts, file: null, line: null },
  });
  if (attempts >= promptAttempts) throw exportFailed(table.name, why);
}

function isPatient(error: unknown): error is ConnectorError {
  return isConnectorError(error) && patientCodes.has(error.code);
}
