/** One table's task: its captures, one after the other where stream records are lost. */

import type { Shard } from '../aws/aws.ts';
import { messageOf } from '../errors.ts';
import {
  replacingPatch,
  statePatch,
  TableState,
  type JsonObject,
  type TableStateJson,
} from '../state/state.ts';
import { isDataLoss } from '../stream/stream.ts';
import type { CaptureContext, TableBinding } from './capture-context.ts';
import type { TableProgress } from './progress.ts';
import { RestartBackoff } from './restart-backoff.ts';
import { TableCapture } from './table-capture.ts';
import { rfc3339 } from '../time.ts';
import { assertSameStream, assertShortPause, firstStart, nextEpoch } from './table-start.ts';

/** Captures one table until the signal aborts, or until it is done where the capture ends by itself. */
export class TableTask {
  readonly #context: CaptureContext;
  readonly #binding: TableBinding;
  /** The state to go on from; absent before a first start. */
  #saved: TableStateJson | undefined;
  #capture: TableCapture | undefined;
  readonly #restartBackoff: RestartBackoff;
  /** Set while the next backfill has to wait. */
  #startsAgainAt: string | undefined;

  constructor(context: CaptureContext, binding: TableBinding) {
    this.#context = context;
    this.#binding = binding;
    this.#saved = binding.state;
    this.#restartBackoff = new RestartBackoff(context.clock);
  }

  async run(signal: AbortSignal): Promise<void> {
    for (;;) {
      try {
        this.#capture = await this.#begin(signal);
        await this.#capture.run(signal);
        return;
      } catch (error) {
        if (signal.aborted || !isDataLoss(error) || this.#context.config.onDataLoss === 'fail') {
          throw error;
        }
        await this.#waitAfterLoss(error, signal);
        await this.#startOver(signal);
      }
    }
  }

  progress(): TableProgress {
    const capture = this.#capture;
    const { state, lag } = capture ?? {};
    const phase =
      state?.backfillFinishedAt !== undefined
        ? 'streaming'
        : capture?.isScanning === true
          ? 'backfilling'
          : 'waiting-for-stream';
    return {
      tableName: this.#binding.resource.table,
      phase: capture === undefined ? 'starting' : phase,
      items: state?.itemCount ?? 0,
      itemsExpected: capture?.table.itemCount ?? 0,
      segmentsFinished: state?.finishedSegmentCount ?? 0,
      segmentCount: state?.segmentCount ?? 0,
      ...(capture?.counts ?? { units: 0, documents: 0, changes: 0 }),
      lagMs: lag?.lagMs() ?? Infinity,
      shards: lag?.shardCount ?? 0,
      startsAgainAt: this.#startsAgainAt,
    };
  }

  /** Goes on where the state ends, or takes a first start where there is none. */
  async #begin(signal: AbortSignal): Promise<TableCapture> {
    const context = this.#context;
    const binding = this.#binding;
    const table = await context.aws.tables.describeTable(binding.resource.table, signal);
    let firstListing: readonly Shard[] | undefined;
    if (this.#saved === undefined) {
      const start = await firstStart(context, table, signal);
      await this.#emit(start.state as unknown as JsonObject);
      this.#saved = start.state;
      firstListing = start.shards;
    }
    // Asked first: the start keys of another table's state need not fit this one's key.
    assertSameStream(table, this.#saved);
    const state = new TableState(this.#saved, table.key);
    assertShortPause(table.name, state, context.clock.now());
    // A state of the Go connector has neither. Its documents have no epoch: any epoch is younger.
    const epoch = state.epoch ?? nextEpoch(context.clock.now(), context.lastEpoch);
    if (state.epoch === undefined || state.tableId === undefined) {
      await this.#emit(state.amend({ epoch, tableId: table.id }));
    }
    // That connector notes the end of the last segment and the end of the backfill one after the other.
    if (state.backfillFinishedAt === undefined && state.unfinishedSegments().length === 0) {
      await this.#emit(state.amend({ backfillFinishedAt: rfc3339(context.clock.now()) }));
    }
    return new TableCapture({ context, binding, table, state, epoch, firstListing });
  }

  /** Says what was lost, and waits where that happens again and again: each backfill reads the whole table. */
  async #waitAfterLoss(error: unknown, signal: AbortSignal): Promise<void> {
    const { log, clock } = this.#context;
    const { table } = this.#binding.resource;
    const { waitMs, count } = this.#restartBackoff.next();
    const fields = { table, error: messageOf(error), times: count };
    this.#saved = this.#capture?.state.toJson() ?? this.#saved;
    this.#capture = undefined;
    if (waitMs > 0) {
      this.#startsAgainAt = rfc3339(clock.now() + waitMs);
      log.error('Stream records were lost again and again', {
        ...fields,
        backfilledAgainAt: this.#startsAgainAt,
      });
      await clock.sleep(waitMs, signal);
      this.#startsAgainAt = undefined;
    } else log.error('Stream records were lost', fields);
    log.status(`Backfilling "${table}" again: stream records were lost`);
  }

  /** Replaces the state by that of a new backfill, whose documents replace those of the old one. */
  async #startOver(signal: AbortSignal): Promise<void> {
    const { aws, lastEpoch } = this.#context;
    const table = await aws.tables.describeTable(this.#binding.resource.table, signal);
    const old = this.#saved;
    const context = { ...this.#context, lastEpoch: old?.epoch ?? lastEpoch };
    const { state } = await firstStart(context, table, signal);
    await this.#emit(replacingPatch(old, state));
    this.#saved = state;
  }

  #emit(patch: JsonObject): Promise<void> {
    const { stateKey } = this.#binding;
    return this.#context.emitter.emit({ frames: [], patch: statePatch(stateKey, patch) });
  }
}
