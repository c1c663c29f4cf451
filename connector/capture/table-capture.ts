/** One table captured, its items and its changes together: the stream has the last word on a key. */

import { runBeside, runTogether, type Task } from '../async/task-group.ts';
import {
  assertAdvances,
  runBackfill,
  type ItemPage,
  type ItemPageOutcome,
} from '../backfill/backfill.ts';
import type { JsonObject } from '../json.ts';
import type { TableState } from '../state/state.ts';
import {
  followStream,
  StreamLag,
  type RecordPage,
  type RecordPageOutcome,
} from '../stream/stream.ts';
import type { Table } from '../table.ts';
import { parseRfc3339, rfc3339 } from '../time.ts';
import { laterSequenceNumber } from '../transcoder/transcoder.ts';
import { untilDone } from './capture-end.ts';
import type { TableCaptureOptions } from './capture-context.ts';
import { Fence } from './fence.ts';
import { expandDeletesBeforeMs, skipBeforeMs } from './record-bounds.ts';
import { betterSegmentCount } from './segment-count.ts';
import { StreamFirst } from './stream-first.ts';
import { markStream, streamMark } from './stream-mark.ts';
import { TableOutput } from './table-output.ts';
import { TableRepair } from './table-repair.ts';
import { assertSameStream } from './table-start.ts';

/** A table's capture from a start to a restart, or to the end of the process. */
export class TableCapture {
  readonly lag: StreamLag;
  /** Since the start. */
  readonly counts = { units: 0, documents: 0, changes: 0 };
  readonly repair: TableRepair;
  readonly #options: TableCaptureOptions;
  readonly #output: TableOutput;
  readonly #fence = new Fence();
  readonly #streamFirst: StreamFirst;

  constructor(options: TableCaptureOptions) {
    const { context } = options;
    this.#options = options;
    this.#output = new TableOutput(options);
    this.lag = new StreamLag(context.clock);
    this.#streamFirst = new StreamFirst(this.lag);
    this.repair = new TableRepair({
      ...options,
      fence: this.#fence,
      transcoder: this.#output.transcoder,
      streamFirst: this.#streamFirst,
      counts: this.counts,
      streamMark: () => streamMark(options.state, this.lag),
      emit: (...batch) => this.#output.emit(...batch),
    });
  }

  get table(): Table {
    return this.#options.table;
  }
  get state(): TableState {
    return this.#options.state;
  }
  /** False while an unfinished backfill waits for the stream. */
  get isScanning(): boolean {
    return this.#streamFirst.isOpen;
  }

  /** Tells Flow again what an earlier process has learned of the documents' types. */
  declareRemembered(): Promise<void> {
    return this.#output.declareRemembered();
  }

  /** Runs until the signal aborts; or, where the capture is to end at some point, until then. */
  async run(signal: AbortSignal): Promise<void> {
    const { context, binding, state } = this.#options;
    const { clock, end } = context;
    const emit = (patch: JsonObject | undefined) => this.#output.emit(patch);
    const tasks: Task[] = [
      (taskSignal) => this.#followStream(taskSignal),
      (taskSignal) => this.#runBackfill(taskSignal),
      (taskSignal) => markStream(state, this.lag, clock, emit, taskSignal),
      (taskSignal) => this.repair.run(taskSignal),
    ];
    const table = { stateKey: binding.stateKey, state, lag: this.lag };
    if (end === 'never') await runTogether(signal, tasks);
    // The others end between two batches.
    else await runBeside(signal, (taskSignal) => untilDone(table, context, taskSignal), tasks);
  }

  async #runBackfill(signal: AbortSignal): Promise<void> {
    // Once, unless the first page has the table divided anew.
    while (this.#options.state.backfillFinishedAt === undefined) await this.#scanSegments(signal);
  }

  async #scanSegments(signal: AbortSignal): Promise<void> {
    const { context, binding, table, state } = this.#options;
    await runBackfill(
      {
        aws: context.aws,
        clock: context.clock,
        table,
        segments: state.unfinishedSegments(),
        segmentCount: state.segmentCount,
        rcuAllocation: binding.resource.rcuAllocation,
        scanLimit: context.config.scanLimit,
        budget: context.scanBudget,
        // A repair takes the table's capacity while it reads, which is sooner done.
        mayScan: () => !this.repair.isReading && this.#streamFirst.mayScan(),
        waitToScan: async (waitSignal) => {
          await this.repair.whileReading(waitSignal);
          await this.#streamFirst.wait(context.clock, waitSignal);
        },
        beginPage: () => this.#fence.begin(),
        abandonPage: (ticket) => {
          this.#fence.end(ticket);
        },
        deliver: (page) => context.scanTurns.take().then(() => this.#deliverItems(page)),
      },
      signal,
    );
  }

  async #followStream(signal: AbortSignal): Promise<void> {
    const { context, table, state, firstListing } = this.#options;
    await followStream(
      {
        aws: context.aws,
        clock: context.clock,
        tableName: table.name,
        streamArn: state.streamArn,
        shards: state.shards(),
        readUntilMs:
          state.streamReadAt === undefined ? undefined : parseRfc3339(state.streamReadAt),
        firstListing,
        lag: this.lag,
        budget: context.streamBudget,
        listCalls: context.listCalls,
        readCalls: context.readCalls,
        idleReadCalls: context.idleReadCalls,
        idleBackoffMaxMs: context.config.idleBackoffMaxMs,
        deliver: (page) => this.#deliverRecords(page),
        recordShards: (ids, isFinished) => this.#output.emit(state.addShards(ids, isFinished)),
        forgetShards: (shardIds) => this.#output.emit(state.forgetShards(shardIds)),
        checkTable: (checkSignal) => this.#checkTable(checkSignal),
      },
      signal,
    );
  }

  // In both of these, from the fence to the emitter's queue there is no `await`: the decision is the order.

  async #deliverItems(page: ItemPage): Promise<ItemPageOutcome> {
    const { epoch, state, context } = this.#options;
    const scannedAt = rfc3339(page.scannedAtMs);
    const documents = this.#output.transcoder.items(page.body, { epoch, scannedAt });
    assertAdvances(page, documents.lastEvaluatedKey);
    const segmentCount = betterSegmentCount(state, page, documents, context.config);
    const admission = this.#fence.admit(page.ticket, documents);
    this.#fence.end(page.ticket);
    page.transcoded(documents.bytes.length);
    if (segmentCount !== undefined) {
      documents.release();
      await this.#output.emit(state.amend({ totalBackfillSegments: segmentCount }));
      return { kind: 'divided', units: documents.consumedUnits };
    }
    if (admission.kind === 'scan-again') {
      documents.release();
      return admission;
    }
    const { dropped } = admission;
    this.counts.units += documents.consumedUnits;
    this.counts.documents += documents.count - dropped.length;
    const patch = {
      ...state.advanceSegment(page.segment, documents, context.clock.now()),
      ...streamMark(state, this.lag),
    };
    await this.#output.emit(patch, documents, dropped);
    return {
      kind: 'covered',
      lastEvaluatedKey: documents.lastEvaluatedKey,
      units: documents.consumedUnits,
    };
  }

  async #deliverRecords(page: RecordPage): Promise<RecordPageOutcome> {
    const { epoch, state, context } = this.#options;
    const meta = { epoch, scannedAt: rfc3339(context.clock.now()) };
    const documents = this.#output.transcoder.records(page.body, meta, {
      skipBeforeMs: skipBeforeMs(state),
      afterSequenceNumber: page.afterSequenceNumber,
      expandDeletesBeforeMs: expandDeletesBeforeMs(state),
    });
    this.#fence.note(() => documents.keys());
    page.transcoded(documents.bytes.length);
    const { nextShardIterator, lastCreatedAtMs, recordCount } = documents;
    const isFinished = nextShardIterator === undefined;
    // A page that came again must not take the position back.
    const lastSequenceNumber = laterSequenceNumber(
      page.afterSequenceNumber,
      documents.lastSequenceNumber,
    );
    const read =
      lastSequenceNumber === undefined || lastCreatedAtMs === undefined
        ? undefined
        : { sequenceNumber: lastSequenceNumber, createdAtMs: lastCreatedAtMs };
    this.counts.documents += documents.count;
    this.counts.changes += recordCount;
    await this.#output.emit(state.advanceShard(page.shardId, read, isFinished), documents);
    return { recordCount, lastSequenceNumber, lastCreatedAtMs, nextShardIterator };
  }

  async #checkTable(signal: AbortSignal): Promise<void> {
    const { context, table, state } = this.#options;
    assertSameStream(await context.aws.tables.describeTable(table.name, signal), state);
  }
}
