/** One table's task: its captures, one after the other where stream records are lost. */

import type { Shard } from '../aws/aws.ts';
import { assert, ConnectorError, errorCodes, messageOf, nameOf } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import { replacingPatch, statePatch, TableState, type TableStateJson } from '../state/state.ts';
import { isDataLoss, type Gap } from '../stream/stream.ts';
import type { CaptureContext, TableBinding } from './capture-context.ts';
import type { TableProgress } from './progress.ts';
import { RestartBackoff } from './restart-backoff.ts';
import { TableCapture } from './table-capture.ts';
import { ignoresTtlDeletes } from './table-output.ts';
import { repairBegins } from '../table.ts';
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
  /** True once this process has told what it remembers of the documents' types. */
  #hasDeclared = false;
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
        if (signal.aborted) throw error;
        await this.#afterLoss(error, signal);
      }
    }
  }

  /** Begins anew after a gap, as the configuration has it; throws what is none, or is to end the capture. */
  async #afterLoss(error: unknown, signal: AbortSignal): Promise<void> {
    const { onDataLoss } = this.#context.config;
    const isImpossible = nameOf(error) === 'RepairImpossible';
    if ((!isDataLoss(error) && !isImpossible) || onDataLoss === 'fail') throw error;
    await this.#waitAfterLoss(error, signal);
    let failure = isImpossible ? error : undefined;
    if (isDataLoss(error) && onDataLoss !== 'backfill') {
      try {
        await this.#startRepair(error.gap, signal);
        return;
      } catch (reason) {
        if (nameOf(reason) !== 'RepairImpossible') throw reason;
        failure = reason;
      }
    }
    const { log } = this.#context;
    const { table } = this.#binding.resource;
    if (failure !== undefined) {
      if (onDataLoss === 'repair') throw irreparable(table, error, failure);
      log.error('The gap cannot be repaired', { table, reason: messageOf(failure) });
    }
    log.status(`Backfilling "${table}" again: stream records were lost`);
    await this.#startOver(signal);
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
      repair: capture?.repair.progress(),
    };
  }

  /** Goes on where the state ends, or takes a first start where there is none. */
  async #begin(signal: AbortSignal): Promise<TableCapture> {
    const context = this.#context;
    const binding = this.#binding;
    const table = await context.aws.tables.describeTable(binding.resource.table, signal);
    let firstListing: readonly Shard[] | undefined;
    if (this.#saved === undefined) {
      const start = await firstStart(this.#startContext(context.lastEpoch), table, signal);
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
    const capture = new TableCapture({ context, binding, table, state, epoch, firstListing });
    if (!this.#hasDeclared) await capture.declareRemembered();
    this.#hasDeclared = true;
    return capture;
  }

  /** Says what was lost, and waits where that happens again and again: each backfill reads the whole table. */
  async #waitAfterLoss(error: unknown, signal: AbortSignal): Promise<void> {
    const { log, clock } = this.#context;
    const { table } = this.#binding.resource;
    const { waitMs, count } = this.#restartBackoff.next();
    const what = isDataLoss(error) ? error.loss : messageOf(error);
    const fields = { table, error: what, times: count };
    this.#saved = this.#capture?.state.toJson() ?? this.#saved;
    this.#capture = undefined;
    if (waitMs > 0) {
      this.#startsAgainAt = rfc3339(clock.now() + waitMs);
      log.error('Stream records were lost repeatedly', {
        ...fields,
        backfilledAgainAt: this.#startsAgainAt,
      });
      await clock.sleep(waitMs, signal);
      this.#startsAgainAt = undefined;
    } else log.error('Stream records were lost', fields);
  }

  /** Replaces the state by that of a repair: live from the stream's oldest records, in a new epoch. */
  async #startRepair(gap: Gap, signal: AbortSignal): Promise<void> {
    const { aws, log, config } = this.#context;
    const table = await aws.tables.describeTable(this.#binding.resource.table, signal);
    const saved = this.#saved;
    assert(saved !== undefined, 'A table without a state has no gap');
    const { repairStart } = await import('./repair-start.ts');
    const { state, plan } = await repairStart(this.#context, table, saved, gap, signal);
    await this.#emit(replacingPatch(saved, state));
    this.#saved = state;
    const fields = { table: table.name, from: state.repair?.from, to: state.repair?.to };
    log.info(repairBegins, { ...fields, exports: plan.windows.length });
    if (plan.isRough) {
      log.warn(
        'Some exports begin later than they should: an item that was deleted may stay',
        fields,
      );
    }
    if (config.historyMode) {
      log.warn('The history lacks the changes in the gap: only final states are captured', fields);
    }
    if (ignoresTtlDeletes({ binding: this.#binding, context: this.#context })) {
      log.warn(
        'Exports do not tell who deleted an item: what time to live deleted in the gap is deleted',
        fields,
      );
    }
    log.status(`Repairing "${table.name}" from exports: stream records were lost`);
  }

  /** Replaces the state by that of a new backfill, whose documents replace those of the old one. */
  async #startOver(signal: AbortSignal): Promise<void> {
    const { aws, lastEpoch } = this.#context;
    const table = await aws.tables.describeTable(this.#binding.resource.table, signal);
    const old = this.#saved;
    const context = this.#startContext(old?.epoch ?? lastEpoch);
    const { state: first } = await firstStart(context, table, signal);
    // Documents of the old backfill stay in the collection.
    const locations = old?.locations;
    const state = locations === undefined ? first : { ...first, locations };
    await this.#emit(replacingPatch(old, state));
    this.#saved = state;
  }

  #startContext(lastEpoch: string | undefined) {
    const { rcuAllocation } = this.#binding.resource;
    return { ...this.#context, lastEpoch, config: { ...this.#context.config, rcuAllocation } };
  }

  #emit(patch: JsonObject): Promise<void> {
    const { stateKey } = this.#binding;
    return this.#context.emitter.emit({ frames: [], patch: statePatch(stateKey, patch) });
  }
}

function irreparable(tableName: string, error: unknown, failure: unknown): ConnectorError {
  const why = `Table "${tableName}" cannot be repaired: ${messageOf(failure)}`;
  const message = error === failure ? why : `${messageOf(error)}. ${why}`;
  return new ConnectorError(errorCodes.dataLoss, message, {
    hint: `Increment the binding's backfill counter to capture the table again, or set "advanced.onDataLoss" to "repair-or-backfill" to have that done automatically.`,
    cause: error,
  });
}
