/** Breakages of the repair: each leaves something behind that an export would have told of. */

import type { Mutant } from './mutants.ts';

const windows = 'connector/repair/windows.ts';
const repair = 'connector/repair/repair.ts';
const tableRepair = 'connector/capture/table-repair.ts';
const repairStart = 'connector/capture/repair-start.ts';
const reread = 'connector/transcoder/reread.ts';

export const repairMutants: readonly Mutant[] = (
  [
    {
      name: 'a gap is exported in one chain of windows',
      file: windows,
      find: 'const bounds = [from, ...(starts.length === 0 ? [readUntil] : starts)];',
      replace: 'const bounds = [starts.length < 0 ? readUntil : from];',
    },
    {
      name: 'no window begins at the second after the last record',
      file: windows,
      find: '[second, second + 1]',
      replace: '[second]',
    },
    {
      name: 'an item read again is emitted whatever the stream has shown',
      file: tableRepair,
      find: 'const admission = fence.admit(page.ticket, documents);',
      replace: 'const admission = fence.admit(fence.begin(), documents);',
    },
    {
      name: 'a repair goes on in the epoch of before',
      file: repairStart,
      find: 'epoch: nextEpoch(nowMs, saved.epoch ?? context.lastEpoch),',
      replace: 'epoch: saved.epoch ?? nextEpoch(nowMs, context.lastEpoch),',
    },
    {
      name: 'an item that is gone goes without its image',
      file: reread,
      find: '  write(imageAt, itemMeta(meta));\n',
      replace: '  if (imageAt < 0) write(imageAt, itemMeta(meta));\n',
    },
    {
      name: 'an item that is gone is not told of',
      file: reread,
      find: '!isFound.has(text) && !unprocessed.has(text)',
      replace: '!isFound.has(text) && !unprocessed.has(text) && text === ""',
    },
    {
      name: 'a key that was left unread counts as deleted',
      file: reread,
      find: '!isFound.has(text) && !unprocessed.has(text)',
      replace: '!isFound.has(text)',
    },
    {
      name: 'after a gap, the shards that were lost count as finished',
      file: repairStart,
      find: '.filter(([id]) => isKept(id));\n  const shards =',
      replace:
        '.map(([id, shard]) => [id, isKept(id) ? shard : { ...shard, finishedReading: true }] as const);\n  const shards =',
    },
    {
      name: 'a repair begins a backfill anew',
      file: repairStart,
      find: '      ...saved,\n      streamArn,',
      replace: '      ...saved,\n      backfillFinishedAt: saved.epoch ?? "",\n      streamArn,',
    },
    {
      name: 'an export that is damaged counts as read',
      file: repair,
      find: 'window: { exportArn: null, attempts, file: null, line: null },',
      replace: 'window: null,',
    },
    {
      name: 'the first file of an export is passed over',
      file: 'connector/repair/window-reading.ts',
      find: 'const lines = exportLines(reading, files, { file, line }, signal);',
      replace: 'const lines = exportLines(reading, files, { file: file + 1, line }, signal);',
    },
    {
      name: 'an export is asked for before its window has passed',
      file: repair,
      find: 'window.toSeconds * 1000 + settleMs',
      replace: 'window.fromSeconds * 1000',
    },
    {
      name: 'windows end before the oldest record of the stream',
      file: windows,
      find: 'return isPause({ nowMs, readUntilMs }) ? now - streamSeconds : now;',
      replace: 'return isPause({ nowMs, readUntilMs }) ? now - 2 * streamSeconds : now;',
    },
    {
      name: 'a delete goes alone while a gap is healed',
      file: 'connector/capture/record-bounds.ts',
      find: 'if (backfillFinishedAt === undefined || repair !== undefined) return Infinity;',
      replace: 'if (backfillFinishedAt === undefined) return Infinity;',
    },
  ] satisfies readonly Mutant[]
).map((mutant) => ({ ...mutant, hasGaps: true }));
