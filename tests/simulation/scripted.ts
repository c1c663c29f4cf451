/** A stage for one story: tables, the connector, Flow behind it, and a script that says what happens when. */

import './loaded.ts';
import { setMaxListeners } from 'node:events';
import { isConnectorError } from '../../connector/errors.ts';
import type { TableStateJson } from '../../connector/state/state.ts';
import { FakeClock } from '../support/fake-clock.ts';
import type { FakeDynamoDb } from '../support/fake-dynamodb/fake-dynamodb.ts';
import { encodeRequest } from '../support/request-encoder.ts';
import { createResponseDecoder, type DecodedResponse } from '../support/response-decoder.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { isCaughtUp, judge, type Violation } from './judge.ts';
import { openRequest } from './open-request.ts';
import { quietPlan, type Scene } from './scene.ts';
import { SimulatedFlow, type Committed } from './simulated-flow.ts';
import { SimulatedProcess, type ProcessEnd } from './simulated-process.ts';
import { Wire } from './wire.ts';
import { createEmptyWorld, type World } from './world.ts';

/** How often a script checks whether what it waits for has come. */
const lookMs = 50;
const untilMsMax = 3_600_000;
const settleMs = 10_000;
/** So old that the records of the first items are skipped. */
const itemAgeMs = 3_600_000;

export type { Scene } from './scene.ts';

export class Stage {
  readonly clock = new FakeClock();
  readonly world: World;
  readonly fake: FakeDynamoDb;
  readonly flow: SimulatedFlow;
  readonly wire: Wire;
  /** Every line of the connector's log, over all processes. */
  readonly logLines: string[] = [];
  /** Whether Flow commits each checkpoint as it comes. */
  isCommitting = true;
  /** Sees all output that is read. */
  onOutput: (bytes: Uint8Array) => void = () => undefined;
  readonly #scene: Scene;
  readonly #random = seededRandom(7);
  readonly #signal = new AbortController().signal;
  #process: SimulatedProcess | undefined;
  #end: ProcessEnd | undefined;
  /** Pending while the reader of the output takes nothing. */
  #stall: Promise<void> | undefined;

  constructor(scene: Scene = {}) {
    setMaxListeners(0, this.#signal);
    this.#scene = scene;
    const plan = quietPlan(scene);
    const { tables } = plan;
    this.world = createEmptyWorld(plan, this.clock, scene.fake);
    this.fake = this.world.fake;
    tables.forEach(({ itemCount }, index) => {
      for (let key = 0; key < itemCount; key += 1) this.world.write(index, key, false);
    });
    this.wire = new Wire(this.fake.transport(), this.clock, scene.intercept);
    this.flow = new SimulatedFlow({
      tables: tables.map(({ name }) => ({ key: this.fake.keyOf(name) })),
      stateKeys: tables.map(({ name }) => name),
      // Zero commits, and materializes all there is.
      random: () => (this.isCommitting ? 0 : 1),
      commitChance: 1,
      now: () => this.clock.now(),
    });
  }

  /** Plays the script an hour after the first items were written, and ends the connector if the script has not. */
  async play<T>(script: () => Promise<T>): Promise<T> {
    try {
      await this.clock.advance(itemAgeMs);
      return await this.clock.run(script());
    } finally {
      this.#process?.kill();
    }
  }

  /** Starts the connector with the committed state. */
  start(killAfterBytes = Infinity): void {
    const { advanced = {}, resource = {} } = this.#scene;
    this.flow.begin();
    const tables = this.world.plan.tables.map(({ name }) => name);
    const open = openRequest({ tables, advanced, resource, state: this.flow.state });
    this.#spawn([{ open }], (bytes) => this.#receive(bytes), killAfterBytes);
  }

  /** What the connector answers to one request. Throws what it fails with. */
  async ask(request: object): Promise<DecodedResponse> {
    const decoder = createResponseDecoder('json');
    let answer: DecodedResponse | undefined;
    this.#spawn([request], (bytes) => {
      answer ??= decoder.push(bytes)[0];
      return Promise.resolve();
    });
    await this.until('an answer', () => answer !== undefined || this.#end !== undefined);
    if (answer === undefined) throw (this.#end as { error?: unknown } | undefined)?.error;
    this.#process?.kill();
    return answer;
  }

  /** Sudden death. */
  async kill(): Promise<void> {
    this.#process?.kill();
    await this.#process?.ended;
  }

  async restart(): Promise<void> {
    await this.kill();
    this.start();
  }

  /** How the process ends, by itself or after a request to stop. */
  async end(): Promise<ProcessEnd> {
    const end = await this.#process!.ended;
    // A bug is no end that a story may be content with.
    if (end.kind === 'failed' && !isConnectorError(end.error)) throw end.error;
    return end;
  }

  /** Code, message and hint of the error that the process ends with. */
  async failure(): Promise<{ code: string; message: string; hint: string | undefined }> {
    const end = await this.end();
    if (end.kind !== 'failed' || !isConnectorError(end.error)) {
      throw new Error(`The process has not failed but ${end.kind}`);
    }
    const { code, message, hint } = end.error;
    return { code, message, hint };
  }

  get isRunning(): boolean {
    return this.#process !== undefined && this.#end === undefined;
  }

  sleep(ms: number): Promise<void> {
    return this.clock.sleep(Math.max(0, ms), this.#signal);
  }

  /** Waits until something is so. Throws when that takes too long, or the connector fails meanwhile. */
  async until(what: string, isSo: () => boolean, limitMs = untilMsMax): Promise<void> {
    const deadlineMs = this.clock.now() + limitMs;
    while (!isSo()) {
      if (this.#end?.kind === 'failed') throw this.#end.error;
      if (this.clock.now() > deadlineMs) throw new Error(`Not within ${limitMs} ms: ${what}`);
      await this.sleep(lookMs);
    }
  }

  untilBackfilled(limitMs?: number): Promise<void> {
    const isDone = () => isCaughtUp(this.world, this.flow, this.clock.now());
    return this.until('the backfill is finished', isDone, limitMs);
  }

  /** Waits until so many documents were emitted and committed. */
  untilCommitted(count: number, limitMs?: number): Promise<void> {
    const isSo = () => this.flow.committed.length >= count;
    return this.until(`${count} documents committed`, isSo, limitMs);
  }

  /** The output is read no more, until the function that this returns is called. */
  stall(): () => void {
    let release: () => void = () => undefined;
    const stall = new Promise<void>((resolve) => (release = resolve));
    this.#stall = stall;
    return () => {
      this.#stall = undefined;
      release();
    };
  }

  /** Lets everything arrive, stops the connector, and holds what was committed against what was written. */
  async judged(restMs = settleMs): Promise<Violation[]> {
    await this.untilBackfilled();
    await this.sleep(restMs);
    this.#process!.stop();
    const end = await this.end();
    if (end.kind === 'failed') throw end.error;
    this.flow.finish();
    return judge(this.world, this.flow, true);
  }

  /** Documents committed, as `op version`: `c 1`, with an `s` before those that were scanned. */
  get shown(): string[] {
    return this.flow.committed.map(shownText);
  }

  /** What the checkpoints received so far make of a table's state. */
  tableState(table = 0): Partial<TableStateJson> {
    const tables = this.flow.emittedState['bindingStateV1'] as
      Record<string, TableStateJson> | undefined;
    return tables?.[this.world.plan.tables[table]!.name] ?? {};
  }

  #spawn(
    requests: readonly object[],
    output: (bytes: Uint8Array) => Promise<void>,
    killAfterBytes = Infinity,
  ): void {
    const started = new SimulatedProcess(
      {
        clock: this.wire.clock,
        transport: this.wire.transport,
        random: this.#random,
        clockOffMs: this.#scene.clockOffMs ?? 0,
        killAfterBytes,
        output: async (bytes) => {
          this.wire.step();
          await output(bytes);
          this.wire.step();
        },
        onLogLine: (line) => this.logLines.push(line),
      },
      requests.map((request) => encodeRequest('json', request)),
    );
    this.#process = started;
    this.#end = undefined;
    this.wire.onDeath = () => {
      started.kill();
    };
    void started.ended.then((end) => {
      if (this.#process === started) this.#end = end;
    });
  }

  async #receive(bytes: Uint8Array): Promise<void> {
    const process = this.#process;
    const { outputMs } = this.#scene;
    if (outputMs !== undefined) await this.sleep(outputMs);
    while (this.#stall !== undefined) await this.#stall;
    if (process !== this.#process) return;
    this.flow.receive(bytes);
    this.onOutput(bytes);
  }
}

function shownText({ document }: Committed): string {
  const { op, snapshot, before } = document['_meta'] as Record<string, unknown>;
  const image = op === 'd' ? (before as Record<string, unknown> | undefined) : document;
  return `${snapshot === true ? 's' : ''}${String(op)} ${(image?.['v'] as number | undefined) ?? '-'}`;
}
