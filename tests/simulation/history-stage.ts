/** A history on its way: the events of its plan, process after process, and Flow behind them. */

import { createHash } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { messageOf } from '../../connector/errors.ts';
import type { FakeClock } from '../support/fake-clock.ts';
import { encodeRequest } from '../support/request-encoder.ts';
import { drawFrom, seededRandom } from '../support/seeded-random.ts';
import { isCaughtUp, type Violation } from './judge.ts';
import { openRequest } from './open-request.ts';
import type { Plan } from './plan.ts';
import { PlanEvents } from './plan-events.ts';
import { SimulatedFlow } from './simulated-flow.ts';
import { SimulatedProcess, type ProcessEnd } from './simulated-process.ts';
import { exportBucket, type World } from './world.ts';

/** After the last event, the capture has this long to come to rest. */
const settleMsMax = 12 * 3600 * 1000;
/** Exports take hours, fail, and are asked for again. */
const repairMsMax = 72 * 3600 * 1000;
const lookMs = 1000;
/** With letters that a signature must encode. */
const exportPrefix = 'a (b)/c+d';
/** Longer than the longest wait of an idle shard, a late listing and a late record together. */
const restMs = 150_000;
/** Shards that came and went while nobody could read them, generation by generation, by listings of small pages. */
const catchUpMsMax = 20 * 60_000;
/** The last item that expires, and its deletion. */
const expiryMsMax = 150_000;
const waitBetweenProcessesMs = [0, 30_000] as const;
const processesMax = 30;
/** Writes in flight, of a table: one a scan request, one a shard, and a few marks and listings. */
const otherWritesMax = 24;
const outstandingBytesMax = 96 * 1024 * 1024;

/** A history being played. */
export class HistoryStage {
  readonly flow: SimulatedFlow;
  readonly violations: Violation[] = [];
  readonly outputHash = createHash('sha256');
  crashes = 0;
  /** What the connector said when it failed. */
  endMessage = '';
  readonly #plan: Plan;
  readonly #world: World;
  readonly #clock: FakeClock;
  readonly #onLogLine: ((line: string) => void) | undefined;
  readonly #random: () => number;
  readonly #signal = new AbortController().signal;
  readonly #events: PlanEvents;
  #process: SimulatedProcess | undefined;
  #outstandingWrites = 0;
  #outstandingBytes = 0;
  /** Settles when the last write was taken. */
  #taken: Promise<void> = Promise.resolve();
  #isOver = false;
  /** When the process that runs was started; never while none runs. */
  #startedMs = Infinity;

  constructor(
    plan: Plan,
    world: World,
    clock: FakeClock,
    onLogLine: ((line: string) => void) | undefined,
  ) {
    setMaxListeners(0, this.#signal);
    this.#plan = plan;
    this.#world = world;
    this.#clock = clock;
    this.#onLogLine = onLogLine;
    this.#random = seededRandom(plan.seed + 2);
    this.flow = new SimulatedFlow({
      tables: plan.tables.map(({ name }) => ({ key: world.fake.keyOf(name) })),
      stateKeys: plan.tables.map(({ name }) => name),
      ignoresTtlDeletes: plan.options?.ttlDeletes === 'ignore',
      random: seededRandom(plan.seed + 3),
      commitChance: plan.commitChance,
      now: () => clock.now(),
    });
    this.#events = new PlanEvents({
      ...{ plan, world, clock, flow: this.flow },
      kill: () => this.#process?.kill(),
    });
  }

  /** How the history ended: `complete`, or the code of the connector's error. */
  async play(): Promise<string> {
    const { faults } = this.#world.fake;
    const { scanDelayMs: delayMs } = this.#plan;
    faults.setChances(this.#plan.faults);
    const slow = (operation: string, delayMs: number) => {
      if (delayMs > 0) faults.add({ kind: 'slow', operation, count: Infinity, delayMs });
    };
    slow('Scan', delayMs);
    slow('BatchGetItem', this.#plan.recovery?.rereadDelayMs ?? 0);
    const [, end] = await Promise.all([this.#playEvents(), this.#keepRunning()]);
    return end;
  }

  async #playEvents(): Promise<void> {
    let startMs = this.#clock.now();
    for (const event of this.#plan.events) {
      await this.#sleep(startMs + event.atMs - this.#clock.now());
      if (this.#isOver) return;
      const begunMs = this.#clock.now();
      await this.#events.play(event);
      startMs += this.#clock.now() - begunMs; // What takes its time puts off what follows.
    }
    this.#world.fake.faults.clear();
    this.#world.fake.skewClock(0);
    await this.#untilAtRest();
    this.#isOver = true;
    this.#process?.stop();
  }

  /** Ends when everything written has had the time to arrive, and the backfill is done. */
  async #untilAtRest(): Promise<void> {
    const hasExpiry = this.#plan.tables.some(({ hasTimeToLive }) => hasTimeToLive);
    const beginMs = Math.max(
      this.#clock.now(),
      this.#events.stalledUntilMs,
      this.#events.downUntilMs,
    );
    const mustCatchUp = this.#plan.events.some(({ kind }) =>
      ['throttle', 'starve', 'stall', 'down'].includes(kind),
    );
    const restedMs =
      beginMs +
      restMs +
      this.#plan.idleBackoffMaxMs +
      (hasExpiry ? expiryMsMax : 0) +
      (mustCatchUp ? catchUpMsMax : 0);
    const deadlineMs =
      beginMs + settleMsMax + (this.#plan.recovery === undefined ? 0 : repairMsMax);
    while (!this.#isOver) {
      const now = this.#clock.now();
      // A process that died late has taken with it what was not committed.
      const isRested = now >= restedMs && now >= this.#startedMs + restMs;
      if (isRested && isCaughtUp(this.#world, this.flow, now)) return;
      if (now > deadlineMs) {
        this.violations.push('rest: the backfill or the repair is not finished');
        return;
      }
      await this.#sleep(lookMs);
    }
  }

  /** Starts the connector again and again, as Flow does, until the history is over. */
  async #keepRunning(): Promise<string> {
    for (let started = 0; started < processesMax; started += 1) {
      const end = await this.#runOnce(this.#plan.crashAfterBytes[started] ?? Infinity);
      if (end.kind === 'failed') {
        this.#isOver = true;
        this.endMessage = messageOf(end.error);
        return end.code ?? `an unexpected error: ${describe(end.error)}`;
      }
      // A byte too many in its last words kills it too; all there was to say had been said.
      if (this.#isOver) return 'complete';
      if (end.kind === 'killed') this.crashes += 1;
      const waitMs = drawFrom(this.#random, waitBetweenProcessesMs);
      await this.#sleep(waitMs);
      // A longer absence may begin during a short one.
      while (this.#clock.now() < this.#events.downUntilMs) {
        await this.#sleep(this.#events.downUntilMs - this.#clock.now());
      }
    }
    this.#isOver = true;
    return 'too many processes';
  }

  async #runOnce(killAfterBytes: number): Promise<ProcessEnd> {
    const bound = this.#plan.tables.flatMap((_, table) =>
      this.#events.unbound.has(table) ? [] : [table],
    );
    this.flow.begin(bound);
    this.#outstandingWrites = 0;
    this.#outstandingBytes = 0;
    const { tables, segments, scanLimit, idleBackoffMaxMs, onDataLoss } = this.#plan;
    const open = openRequest({
      tables: bound.map((table) => tables[table]!.name),
      advanced: {
        backfillSegments: segments,
        scanLimit,
        idleBackoffMax: `${idleBackoffMaxMs}ms`,
        onDataLoss,
        ...this.#plan.options,
        ...(onDataLoss.startsWith('repair') ? { exportBucket, exportPrefix } : {}),
      },
      state: this.flow.state,
    });
    const requests = [{ spec: {} }, { open }];
    this.#startedMs = this.#clock.now();
    this.#process = new SimulatedProcess(
      {
        clock: this.#clock,
        clockOffMs: drawFrom(this.#random, this.#plan.clockOffMs),
        transport: this.#world.fake.transport(),
        random: this.#random,
        killAfterBytes,
        output: (bytes) => this.#receive(bytes),
        ...(this.#onLogLine === undefined ? {} : { onLogLine: this.#onLogLine }),
      },
      requests.map((request) => encodeRequest('json', request)),
    );
    const end = await this.#process.ended;
    this.#startedMs = Infinity;
    return end;
  }

  async #receive(bytes: Uint8Array): Promise<void> {
    const process = this.#process;
    this.outputHash.update(bytes);
    this.#outstandingWrites += 1;
    this.#outstandingBytes += bytes.length;
    this.#judgeOutstanding();
    await (this.#taken = this.#take(this.#taken));
    // What a dead process left in the pipe is still read, unless the next one has begun.
    if (process === this.#process) {
      this.#outstandingWrites -= 1;
      this.#outstandingBytes -= bytes.length;
      this.flow.receive(bytes);
    }
  }

  /** One write after the other, each in its time. */
  async #take(before: Promise<void>): Promise<void> {
    await before;
    while (this.#clock.now() < this.#events.stalledUntilMs) {
      await this.#sleep(this.#events.stalledUntilMs - this.#clock.now());
    }
    if (this.#plan.outputMs > 0) await this.#sleep(this.#plan.outputMs);
  }

  /** Promise 9: who writes waits for the reader of the output. */
  #judgeOutstanding(): void {
    const { fake } = this.#world;
    const writesMax = this.#plan.tables.reduce(
      (sum, { name }) => sum + otherWritesMax + fake.shards(name).length,
      0,
    );
    if (this.#outstandingWrites > writesMax) {
      this.violations.push(`bounds: ${this.#outstandingWrites} writes wait for the reader`);
    }
    if (this.#outstandingBytes > outstandingBytesMax) {
      this.violations.push(`bounds: ${this.#outstandingBytes} bytes wait for the reader`);
    }
  }

  #sleep(ms: number): Promise<void> {
    return this.#clock.sleep(Math.max(0, ms), this.#signal);
  }
}

export function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
