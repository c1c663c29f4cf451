/** Reads what a window's export names. */

import type { ExportStatus, RepairPorts } from '../aws/aws.ts';
import { messageOf } from '../errors.ts';
import type { ExportedKey } from '../transcoder/transcoder.ts';
import { exportLines } from './export-lines.ts';
import { ObjectReader } from './object-reader.ts';
import { ExportUnusable } from './repair-error.ts';
import type { Repairing } from './repair-options.ts';
import { rereadLines, type RereadPage } from './rereading.ts';
import { filesOf } from './window-export.ts';
import { parseWindowId } from './windows.ts';

export interface EndedExport {
  readonly id: string;
  readonly exportArn: string;
  readonly status: ExportStatus | undefined;
}

/** Reads all that is left of a window. Throws `ExportUnusable` when another export of it is needed. */
export async function readWindow(
  options: Repairing,
  ports: RepairPorts,
  { id, exportArn, status }: EndedExport,
  signal: AbortSignal,
): Promise<void> {
  const { aws, table, target, progress, firstBudget, pieceBudget, readKeys } = options;
  if (status === undefined) throw new ExportUnusable('AWS no longer knows the export');
  const { failureCode = 'no reason', failureMessage = '' } = status;
  if (status.status === 'FAILED') throw new ExportUnusable(`${failureCode}: ${failureMessage}`);
  const reader = new ObjectReader(aws, ports.objects, status.bucket ?? target.bucket);
  const window = parseWindowId(id);
  const files = await filesOf(reader, status, { exportArn, tableId: table.id, window }, signal);
  const { file = 0, line = 0 } = options.repair()?.windows[id] ?? {};
  progress.phase = 'reading';
  progress.keysReadInWindow = 0;
  progress.keysInWindow = files.slice(file).reduce((sum, { itemCount }) => sum + itemCount, -line);
  const reading = { reader, budget: pieceBudget, firstBudget };
  const lines = exportLines(reading, files, { file, line }, signal);
  const deliver = async (page: RereadPage) => {
    const outcome = await options.deliver(page, id);
    if (outcome.kind === 'covered') {
      const left = new Set(outcome.left);
      for (const key of page.asked) if (!left.has(key)) readKeys.add(key.text);
      progress.keysReadInWindow += page.asked.length - left.size;
    }
    return outcome;
  };
  const isPassedOver = ({ text }: ExportedKey) => {
    const isRead = readKeys.has(text);
    if (isRead) progress.keysReadInWindow += 1;
    return isRead;
  };
  const context = { ...options, readKey: checkedKeys(options), isPassedOver, deliver };
  await rereadLines(context, lines, signal);
  await options.record({ windowId: id, window: null });
}

/** A line that is none: the export is of no use. */
function checkedKeys({ readKey }: Repairing): Repairing['readKey'] {
  return (line) => {
    try {
      return readKey(line);
    } catch (error) {
      throw new ExportUnusable(`A line of the export cannot be read: ${messageOf(error)}`);
    }
  };
}
