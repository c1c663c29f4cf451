/** A capture: one task per table; the first failure ends all. */

import { ByteBudget } from '../async/byte-budget.ts';
import { RateLimit } from '../async/rate-limit.ts';
import { runTogether } from '../async/task-group.ts';
import type { Aws } from '../aws/aws.ts';
import { BufferPool } from '../buffer-pool.ts';
import type { EndpointConfig, ResourceConfig } from '../config/config.ts';
import type { Clock } from '../host.ts';
import type { Log } from '../log.ts';
import type { TableStateJson } from '../state/state.ts';
import { listCallsPerSecond } from '../stream/stream.ts';
import type { DocumentFraming } from '../transcoder/transcoder.ts';
import type { CaptureEnd } from './capture-end.ts';
import type { Emitter } from './emitter.ts';
import { watchProgress, type ProgressWatch } from './progress-watch.ts';
import { reportProgress } from './progress.ts';
import { TableTask } from './table-task.ts';

export type { CaptureEnd } from './capture-end.ts';
export { Emitter } from './emitter.ts';
export type { ProgressWatch, WatchedTable } from './progress-watch.ts';

/**
 * Bytes that pages may hold between response and output, for all tables together. The stream has its own, so
 * that a backfill can never make a change wait. Together with the program itself they stay under 256 MiB.
 */
const scanBytesMax = 64 * 1024 * 1024;
const streamBytesMax = 32 * 1024 * 1024;
/**
 * GetRecords calls a second over all shards: a thousand idle ones once a second, on a part of a core, and as many
 * again for those that have records, so that thousands of idle shards never make a change wait.
 */
const readCallsPerSecond = 1000;

/** One binding, ready to be captured. */
export interface TableBinding {
  /** Its place in `open`. */
  readonly index: number;
  readonly stateKey: string;
  readonly resource: ResourceConfig;
  /** What is committed for it; absent on a first start. */
  readonly state: TableStateJson | undefined;
}

export interface CaptureOptions {
  readonly aws: Aws;
  readonly config: EndpointConfig;
  readonly clock: Clock;
  readonly log: Log;
  readonly emitter: Emitter;
  readonly documentFraming: (binding: number) => DocumentFraming;
  /** The youngest epoch in the state, also of bindings that are gone; new ones must be younger. */
  readonly lastEpoch: string | undefined;
  readonly end: CaptureEnd;
  readonly watch: ProgressWatch | undefined;
}

/** What the tasks of all tables share. */
export interface CaptureContext extends CaptureOptions {
  readonly pool: BufferPool;
  readonly scanBudget: ByteBudget;
  readonly streamBudget: ByteBudget;
  readonly listCalls: RateLimit;
  readonly readCalls: RateLimit;
  readonly idleReadCalls: RateLimit;
  readonly openBackfills: Set<string>;
}

/** Captures all bindings until the signal aborts, or until the capture is done. */
export async function runCapture(
  options: CaptureOptions,
  bindings: readonly TableBinding[],
  signal: AbortSignal,
): Promise<void> {
  const { clock } = options;
  const rate = (unitsPerSecond: number) =>
    new RateLimit(clock, { unitsPerSecond, burst: unitsPerSecond });
  const context: CaptureContext = {
    ...options,
    pool: new BufferPool(),
    scanBudget: new ByteBudget(scanBytesMax),
    streamBudget: new ByteBudget(streamBytesMax),
    listCalls: rate(listCallsPerSecond),
    readCalls: rate(readCallsPerSecond),
    idleReadCalls: rate(readCallsPerSecond),
    openBackfills: new Set(bindings.map(({ stateKey }) => stateKey)),
  };
  const tables = bindings.map((binding) => new TableTask(context, binding));
  const { watch } = options;
  const done = new Error('The capture is done');
  const capture = (captureSignal: AbortSignal) =>
    runTogether(
      captureSignal,
      tables.map((table) => (tableSignal) => table.run(tableSignal)),
    );
  try {
    await runTogether(signal, [
      async (captureSignal) => {
        await capture(captureSignal);
        throw done; // Ends the reports.
      },
      (reportSignal) => reportProgress(tables, options, reportSignal),
      ...(watch === undefined
        ? []
        : [(watchSignal: AbortSignal) => watchProgress(tables, watch, clock, watchSignal)]),
    ]);
  } catch (error) {
    if (error !== done) throw error;
  }
}
