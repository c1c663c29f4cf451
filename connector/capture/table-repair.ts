/** A gap of one table that is healed while its stream is live: keys read again, under the fence. */

import type { RereadOutcome, RereadPage, RepairProgress } from '../repair/repair.ts';
import { assert } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import { repairCounts, type RepairCounts } from '../state/state.ts';
import { repairEnds } from '../table.ts';
import { rfc3339 } from '../time.ts';
import type { Frames, Transcoder } from '../transcoder/transcoder.ts';
import type { Fence } from './fence.ts';
import type { TableRepairProgress } from './repair-progress.ts';
import type { StreamFirst } from './stream-first.ts';
import type { TableCaptureOptions } from './capture-context.ts';

/** How often a backfill that waits for the repair checks whether it may go on. */
const checkIntervalMs = 1000;

export interface TableRepairOptions extends Pick<
  TableCaptureOptions,
  'context' | 'binding' | 'table' | 'state' | 'epoch'
> {
  readonly fence: Fence;
  readonly transcoder: Transcoder;
  readonly streamFirst: StreamFirst;
  readonly counts: { units: number; documents: number };
  /** Until when the stream has been read, if that is to be noted. */
  readonly streamMark: () => JsonObject;
  readonly emit: (
    patch: JsonObject | undefined,
    documents?: Frames,
    dropped?: readonly number[],
  ) => Promise<void>;
}

export class TableRepair {
  readonly #options: TableRepairOptions;
  readonly #progress: RepairProgress = {
    phase: 'exporting',
    opensAtMs: undefined,
    keysInWindow: 0,
    keysReadInWindow: 0,
  };

  constructor(options: TableRepairOptions) {
    this.#options = options;
  }

  get isPending(): boolean {
    return this.#options.state.repair !== undefined;
  }

  /** True while it reads keys, which costs capacity: a backfill waits. */
  get isReading(): boolean {
    return this.isPending && this.#progress.phase === 'reading';
  }

  async whileReading(signal: AbortSignal): Promise<void> {
    while (this.isReading) await this.#options.context.clock.sleep(checkIntervalMs, signal);
  }

  /** Undefined when there is nothing to repair. */
  progress(): TableRepairProgress | undefined {
    const { state, streamFirst, context } = this.#options;
    const { repair } = state;
    if (repair === undefined) return undefined;
    const { phase, opensAtMs, ...keys } = this.#progress;
    const windows = Object.values(repair.windows);
    return {
      ...keys,
      phase: phase === 'reading' && !streamFirst.isOpen ? 'waiting-for-stream' : phase,
      windowsLeft: windows.length,
      windowsAsked: windows.filter(({ exportArn }) => exportArn !== undefined).length,
      opensInMs: opensAtMs === undefined ? undefined : opensAtMs - context.clock.now(),
      keysRead: repairCounts(repair).read,
    };
  }

  async run(signal: AbortSignal): Promise<void> {
    const { context, binding, table, state, epoch, fence, streamFirst } = this.#options;
    if (!this.isPending) return;
    let counts: RepairCounts = { read: 0, changed: 0, deleted: 0 };
    const { runRepair } = await import('../repair/repair.ts');
    const { exportTarget } = context.config;
    assert(exportTarget !== undefined, 'A repair has a bucket');
    await runRepair(
      {
        ...context,
        table,
        tableName: table.name,
        target: exportTarget,
        seed: [binding.stateKey, epoch],
        rcuAllocation: binding.resource.rcuAllocation,
        budget: context.scanBudget,
        repair: () => state.repair,
        record: (update) => {
          counts = state.repair === undefined ? counts : repairCounts(state.repair);
          return this.#options.emit(state.updateRepair(update, context.clock.now()));
        },
        mayRead: () => streamFirst.mayScan(),
        beginPage: () => fence.begin(),
        abandonPage: (ticket) => {
          fence.end(ticket);
        },
        readKey: (line) => this.#options.transcoder.exportedKey(line),
        deliver: (page, windowId) => this.#deliver(page, windowId),
        progress: this.#progress,
        mayWait: context.end === 'never',
      },
      signal,
    );
    this.#logEnd(counts);
  }

  // From the fence to the emitter's queue there is no `await`: the decision is the order.
  async #deliver(page: RereadPage, windowId: string): Promise<RereadOutcome> {
    const { epoch, state, context, fence, counts } = this.#options;
    const meta = { epoch, scannedAt: rfc3339(page.readAtMs) };
    const documents = this.#options.transcoder.reread(page.body, page.asked, meta);
    const admission = fence.admit(page.ticket, documents);
    fence.end(page.ticket);
    if (admission.kind === 'scan-again') {
      documents.release();
      return { kind: 'read-again' };
    }
    const { dropped } = admission;
    const { count, foundCount, left, consumedUnits } = documents;
    const isDropped = new Set(dropped);
    // Pages that were asked for before may hold an older image: they must not follow.
    fence.note(() =>
      Array.from({ length: count }, (_, index) => index)
        .filter((index) => !isDropped.has(index))
        .map((index) => documents.keyOf(index)),
    );
    const droppedFound = dropped.filter((index) => index < foundCount).length;
    const changed = foundCount - droppedFound;
    const deleted = count - foundCount - (dropped.length - droppedFound);
    counts.units += consumedUnits;
    counts.documents += changed + 2 * deleted;
    const window = left.length === 0 ? page.end() : undefined;
    const update = {
      windowId,
      ...(window === undefined ? {} : { window }),
      counts: { read: count, changed, deleted },
    };
    const patch = {
      ...state.updateRepair(update, context.clock.now()),
      ...this.#options.streamMark(),
    };
    await this.#options.emit(patch, documents, dropped);
    return { kind: 'covered', left, units: consumedUnits };
  }

  #logEnd(counts: RepairCounts): void {
    const { context, table } = this.#options;
    const { read, changed, deleted } = counts;
    const fields = {
      table: table.name,
      keysRead: read,
      keysChanged: changed,
      keysDeleted: deleted,
    };
    context.log.info(repairEnds, fields);
    context.log.status(
      `Repaired "${table.name}": ${read} keys read, ${changed} changed, ${deleted} deleted`,
    );
  }
}
