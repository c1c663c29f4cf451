/** A capture: one task per table; the first failure ends all. */

import { ByteBudget } from '../async/byte-budget.ts';
import { RateLimit } from '../async/rate-limit.ts';
import { runBeside, runTogether } from '../async/task-group.ts';
import { Turns } from '../async/turns.ts';
import { BufferPool } from '../buffer-pool.ts';
import { listCallsBurst, listCallsPerSecond } from '../stream/stream.ts';
import type { CaptureContext, CaptureOptions, TableBinding } from './capture-context.ts';
import { watchProgress } from './progress-watch.ts';
import { reportProgress } from './progress.ts';
import { TableTask } from './table-task.ts';

export type { TableBinding } from './capture-context.ts';
export type { CaptureEnd } from './capture-end.ts';
export { Emitter } from './emitter.ts';
export type { ProgressWatch, WatchedTable } from './progress-watch.ts';

/**
 * Bytes that pages may hold between response and output, for all tables together: as a body until it is transcoded, as
 * documents from then on. The stream has its own, so that a backfill can never make a change wait. Together with the
 * program itself they stay far below 256 MiB.
 */
const scanBytesMax = 32 * 1024 * 1024;
const streamBytesMax = 16 * 1024 * 1024;
/** And bytes of export files, of which first parts wait to be unzipped, and pieces of large ones are. */
const firstPartBytesMax = 8 * 1024 * 1024;
const pieceBytesMax = 24 * 1024 * 1024;
/** And keys that repairs have read again: some 90,000 of 40 characters. */
const readKeyBytesMax = 16 * 1024 * 1024;
/**
 * GetRecords calls a second over all shards: a thousand idle ones once a second, on a part of a core, and as many
 * again for those that have records, so that thousands of idle shards never make a change wait.
 */
const readCallsPerSecond = 1000;

/** Captures all bindings until the signal aborts, or until the capture is done. */
export async function runCapture(
  options: CaptureOptions,
  bindings: readonly TableBinding[],
  signal: AbortSignal,
): Promise<void> {
  const { clock } = options;
  const rate = (unitsPerSecond: number, burst = unitsPerSecond) =>
    new RateLimit(clock, { unitsPerSecond, burst });
  const context: CaptureContext = {
    ...options,
    pool: options.aws.buffers ?? new BufferPool(),
    scanBudget: new ByteBudget(scanBytesMax),
    streamBudget: new ByteBudget(streamBytesMax),
    firstBudget: new ByteBudget(firstPartBytesMax),
    pieceBudget: new ByteBudget(pieceBytesMax),
    readKeysBudget: new ByteBudget(readKeyBytesMax),
    listCalls: rate(listCallsPerSecond, listCallsBurst),
    readCalls: rate(readCallsPerSecond),
    idleReadCalls: new RateLimit(clock, {
      unitsPerSecond: readCallsPerSecond,
      burst: readCallsPerSecond,
      inBursts: true,
    }),
    scanTurns: new Turns(clock),
    openBackfills: new Set(bindings.map(({ stateKey }) => stateKey)),
  };
  const tables = bindings.map((binding) => new TableTask(context, binding));
  const { watch } = options;
  const capture = (captureSignal: AbortSignal) =>
    runTogether(
      captureSignal,
      tables.map((table) => (tableSignal) => table.run(tableSignal)),
    );
  await runBeside(signal, capture, [
    (reportSignal) => reportProgress(tables, options, reportSignal),
    ...(watch === undefined
      ? []
      : [(watchSignal: AbortSignal) => watchProgress(tables, watch, clock, watchSignal)]),
  ]);
}
