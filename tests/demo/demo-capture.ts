/** The capture of the demo's tables: sessions of the connector, what they committed, and how late it was. */

import { setTimeout as sleep } from 'node:timers/promises';
import { assert } from '../../connector/errors.ts';
import type { CapturedCollection } from '../support/captured-collection.ts';
import type { ConnectorExit } from '../support/connector-process.ts';
import {
  assertExit,
  type CaptureBinding,
  type CaptureSession,
  type CommittedDocument,
  type FlowRuntime,
} from '../support/flow-runtime.ts';
import { ChangeLog } from './change-log.ts';
import { noteScanned, type WrittenTable } from './writers.ts';

/** Waiting for a moment at which the connector has written documents, and not yet their checkpoint. */
const halfWrittenMsMax = 2_000;
/** Asked to stop, a connector has five seconds. */
const stopMsMax = 5_000;
/** A backfill that is not finished may be written so. */
const zeroTime = '0001-01-01T00:00:00Z';

/** What happened when the connector was killed. */
export interface Crash {
  readonly killedAtMs: number;
  /** When the new process had committed something. */
  resumedAtMs: number | undefined;
  /** Documents that were written before the kill, and never committed. */
  readonly discardedCount: number;
}

export interface CapturedDemoTable extends WrittenTable {
  readonly collection: CapturedCollection;
  readonly binding: CaptureBinding;
}

/** What the demo looks at in a table's committed state. */
interface CommittedTable {
  readonly backfillFinishedAt?: string;
  readonly epoch?: string;
  readonly repair?: object | null;
  readonly repairedAt?: string;
}

export class DemoCapture {
  readonly tables: readonly CapturedDemoTable[];
  readonly changes = new ChangeLog((table) => !this.isBackfilled(table));
  crash: Crash | undefined;
  peakMemoryMib = 0;
  /** Keys that repairs read again. */
  keysRead = 0;
  committedAtMs = 0;
  readonly #runtime: FlowRuntime;
  #session: CaptureSession | undefined;
  /** Settles when a session ends that nobody asked to end. */
  #failure: Promise<Error> = new Promise(() => undefined);

  constructor(runtime: FlowRuntime, tables: readonly CapturedDemoTable[]) {
    this.#runtime = runtime;
    this.tables = tables;
  }

  get documentCount(): number {
    return this.tables.reduce((sum, { collection }) => sum + collection.documentCount, 0);
  }

  get isAllBackfilled(): boolean {
    return this.tables.every(({ table }) => this.isBackfilled(table.name));
  }

  /** Keeps what the connector says of a repair. */
  noteLogLine(line: string): void {
    const [, keys] = /"A gap in the stream was repaired".*"keysRead":(\d+)/.exec(line) ?? [];
    if (keys !== undefined) this.keysRead += Number(keys);
  }

  /** True once every table's gap was repaired, by the committed state. */
  get isHealed(): boolean {
    return this.tables.every(({ binding, collection }) => {
      const { epoch, repair, repairedAt } = this.#tableState(binding.stateKey);
      if (repairedAt !== undefined && epoch !== undefined) collection.repairEpochs.add(epoch);
      return repairedAt !== undefined && (repair ?? null) === null;
    });
  }

  /** By the committed state, which the connector keeps in the shape of Estuary's own. */
  isBackfilled(name: string): boolean {
    const binding = this.tables.find(({ table }) => table.name === name)?.binding;
    const { backfillFinishedAt } = this.#tableState(binding?.stateKey ?? '');
    return backfillFinishedAt !== undefined && backfillFinishedAt !== zeroTime;
  }

  #tableState(stateKey: string): CommittedTable {
    const states = this.#runtime.state['bindingStateV1'] as
      Record<string, CommittedTable> | undefined;
    return states?.[stateKey] ?? {};
  }

  /** Opens the capture from the committed state. Throws what the connector says when it cannot. */
  async start(): Promise<void> {
    const bindings = this.tables.map(({ binding }) => binding);
    const onCommit = this.#onCommit.bind(this);
    const session = this.#runtime.open(bindings, { onCommit });
    this.#session = session;
    this.#failure = session.connector.exited.then(describeEnd);
    await session.opened;
  }

  /** Waits, and throws when the connector ends meanwhile. */
  async watch(ms: number, signal: AbortSignal): Promise<void> {
    const failure = await Promise.race([this.#failure, sleep(ms, undefined, { signal })]);
    if (failure instanceof Error) throw failure;
  }

  /** Kills the process, in the middle of its work if possible, and starts a new one. */
  async killAndRestart(): Promise<Crash> {
    const session = this.#session;
    assert(session !== undefined, 'the capture was started');
    const until = Date.now() + halfWrittenMsMax;
    while (session.uncommittedCount === 0 && Date.now() < until) await sleep(1);
    const killedAtMs = Date.now();
    session.connector.kill('SIGKILL');
    this.#note(await session.connector.exited);
    // What had reached the pipe was still read to its end: checkpoints in it count.
    const discardedCount = session.uncommittedCount;
    this.crash = { killedAtMs, resumedAtMs: undefined, discardedCount };
    await this.start();
    return this.crash;
  }

  /** Asks the connector to stop. Throws when it fails, or takes too long. */
  async stop(): Promise<void> {
    const connector = this.#session?.connector;
    if (connector === undefined) return;
    connector.kill('SIGTERM');
    const exit = await connector.exitWithin(stopMsMax);
    this.#note(exit);
    assertExit(exit);
  }

  /** Ends the process at once, if there is one. */
  abandon(): void {
    this.#session?.connector.kill('SIGKILL');
  }

  #onCommit(documents: readonly CommittedDocument[]): void {
    for (const document of documents) this.#take(document);
    if (documents.length === 0) return;
    this.committedAtMs = Date.now();
    if (this.crash !== undefined) this.crash.resumedAtMs ??= this.committedAtMs;
  }

  #take({ binding, text, readAtMs }: CommittedDocument): void {
    const captured = this.tables[binding];
    if (captured === undefined) throw new Error(`Connector sent a document of binding ${binding}`);
    const { key, meta, json } = captured.collection.add(text);
    if (meta.snapshot) noteScanned(captured, Number(json['ordinal']));
    else if (meta.op === 'd') this.changes.capturedDelete(captured.table.name, key, readAtMs);
    else this.changes.captured(Number(json['change']), readAtMs);
  }

  #note({ peakMemoryMib }: ConnectorExit): void {
    this.peakMemoryMib = Math.max(this.peakMemoryMib, peakMemoryMib);
  }
}

function describeEnd(exit: ConnectorExit): Error {
  try {
    assertExit(exit);
  } catch (error) {
    return error as Error;
  }
  return new Error('Connector ended although nobody asked it to');
}
