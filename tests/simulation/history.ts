/** Plays one history: a plan, a world, the connector in it, crash by crash, and Flow behind it. */

import { createHash } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { FakeClock } from '../support/fake-clock.ts';
import { messageOf } from '../../connector/errors.ts';
import { encodeRequest } from '../support/request-encoder.ts';
import { drawFrom, seededRandom } from '../support/seeded-random.ts';
import { isCaughtUp, judge, type Violation } from './judge.ts';
import { judgeTimes } from './judge-times.ts';
import { openRequest } from './open-request.ts';
import { drawPlan, type Plan } from './plan.ts';
import { SimulatedFlow } from './simulated-flow.ts';
import { SimulatedProcess, type ProcessEnd } from './simulated-process.ts';
import { createWorld, type World } from './world.ts';

/** After the last event, the capture has this long to come to rest. */
const settleMsMax = 12 * 3600 * 1000;
const lookMs = 1000;
/** Longer than the longest wait of an idle shard, a late listing and a late record together. */
const restMs = 150_000;
/** The last item that expires, and its deletion. */
const expiryMsMax = 150_000;
const waitBetweenProcessesMs = [0, 30_000] as const;
const processesMax = 30;
/** More than the 24 hours that a stream remembers. */
const longPauseMs = 31 * 3600 * 1000;
/** In a pause, writes come when the shards that the state knows have gone over to others. */
const pauseBeforeWritesMs = 6 * 3600 * 1000;
/** Waits that may end in a history; the longest needs about a tenth. */
const firingsMax = 3_000_000;
/** Writes in flight, of a table: one a lane, one a shard, and a few marks and listings. */
const otherWritesMax = 24;
const outstandingBytesMax = 96 * 1024 * 1024;

export interface HistoryResult {
  readonly violations: readonly Violation[];
  readonly virtualMs: number;
  readonly crashes: number;
  readonly records: number;
  readonly documents: number;
  readonly checkpoints: number;
  readonly calls: ReadonlyMap<string, number>;
  readonly faults: ReadonlyMap<string, number>;
  /** How the last process ended; `data-loss` where it said so. */
  readonly end: string;
  /** By an end, or by a backfill that begins again. */
  readonly lossesReported: number;
  /** From a record's being readable to its document; absent in histories that are not calm. */
  readonly longestLatencyMs: number | undefined;
  /** SHA-256 of every byte that the connector wrote, read or not. */
  readonly outputDigest: string;
}

// Parts of the AWS SDK are loaded when first used, which takes real time: virtual time would jump meanwhile.
let rehearsal: Promise<unknown> | undefined;

/** Plays a plan to its end. Deterministic: the same plan gives the same result. */
export async function playHistory(
  plan: Plan,
  onLogLine?: (line: string) => void,
): Promise<HistoryResult> {
  rehearsal ??= play({ ...drawPlan(0), events: [] }, undefined);
  await rehearsal;
  return play(plan, onLogLine);
}

async function play(
  plan: Plan,
  onLogLine: ((line: string) => void) | undefined,
): Promise<HistoryResult> {
  const clock = new FakeClock();
  const startMs = clock.now();
  const world = await createWorld(plan, clock);
  const stage = new Stage(plan, world, clock, onLogLine);
  // A standstill and a loop without end are found by the clock.
  const end = await clock.run(stage.play(), { firingsMax }).catch(describe);
  stage.flow.finish();
  const isComplete = end === 'complete';
  const times = judgeTimes(world, stage.flow, stage.crashes);
  const violations = [
    ...stage.violations,
    ...judge(world, stage.flow, isComplete),
    ...stage.endViolations(end),
    ...times.violations,
  ];
  return {
    violations,
    virtualMs: clock.now() - startMs,
    crashes: stage.crashes,
    records: world.fake.log.length,
    documents: stage.flow.committed.length,
    checkpoints: stage.flow.checkpointCount,
    calls: world.fake.stats.calls,
    faults: world.fake.stats.faults,
    end,
    lossesReported:
      Math.max(0, stage.flow.epochsCommitted.size - plan.tables.length) +
      Number(end === 'data-loss'),
    longestLatencyMs: times.longestLatencyMs,
    outputDigest: stage.outputHash.digest('hex'),
  };
}

/** A history being played. */
class Stage {
  readonly flow: SimulatedFlow;
  readonly violations: Violation[] = [];
  readonly outputHash = createHash('sha256');
  crashes = 0;
  readonly #plan: Plan;
  readonly #world: World;
  readonly #clock: FakeClock;
  readonly #onLogLine: ((line: string) => void) | undefined;
  readonly #random: () => number;
  readonly #signal = new AbortController().signal;
  #process: SimulatedProcess | undefined;
  /** The reader of the output takes nothing before this moment. */
  #stalledUntilMs = 0;
  #outstandingWrites = 0;
  #outstandingBytes = 0;
  /** What the connector said when it ended for lost records. */
  #lossMessage = '';
  /** No process is started before this moment. */
  #downUntilMs = 0;
  #isOver = false;

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
      random: seededRandom(plan.seed + 3),
      commitChance: plan.commitChance,
      now: () => clock.now(),
    });
  }

  /** How the history ended: `complete`, or the code of the connector's error. */
  async play(): Promise<string> {
    const { faults } = this.#world.fake;
    const { scanDelayMs: delayMs } = this.#plan;
    faults.setChances(this.#plan.faults);
    if (delayMs > 0) faults.add({ kind: 'slow', operation: 'Scan', count: Infinity, delayMs });
    const [, end] = await Promise.all([this.#playEvents(), this.#keepRunning()]);
    return end;
  }

  /** An end must have a reason, and a loss its words. */
  endViolations(end: string): Violation[] {
    // A pause hits all tables.
    const lossy = this.#plan.events.flatMap((event) =>
      event.kind === 'loss'
        ? this.#plan.tables
            .filter((_, index) => event.how === 'pause' || index === event.table)
            .map(({ name }) => name)
        : [],
    );
    const epochs = [...this.flow.epochsCommitted].map((name) => name.split(' ')[0] ?? '');
    const falseAlarms = new Set(epochs.filter((name, index) => epochs.indexOf(name) < index));
    for (const name of lossy) falseAlarms.delete(name);
    const violations = [...falseAlarms].map(
      (name) => `end: ${name} was backfilled again though nothing was lost`,
    );
    if (end === 'complete') return violations;
    if (end !== 'data-loss') return [...violations, `end: it ended with ${end}`];
    if (lossy.length === 0)
      return [...violations, 'end: it reported a loss though nothing was lost'];
    const isNamed = lossy.some((name) => this.#lossMessage.includes(`"${name}"`));
    return isNamed ? violations : [...violations, `end: no table is named: ${this.#lossMessage}`];
  }

  async #playEvents(): Promise<void> {
    let startMs = this.#clock.now();
    for (const event of this.#plan.events) {
      await this.#sleep(startMs + event.atMs - this.#clock.now());
      if (this.#isOver) return;
      const begunMs = this.#clock.now();
      await this.#playEvent(event);
      startMs += this.#clock.now() - begunMs; // What takes its time puts off what follows.
    }
    this.#world.fake.faults.clear();
    this.#world.fake.skewClock(0);
    await this.#untilAtRest();
    this.#isOver = true;
    this.#process?.stop();
  }

  async #playEvent(event: Plan['events'][number]): Promise<void> {
    const { fake } = this.#world;
    switch (event.kind) {
      case 'write':
        this.#world.write(event.table, event.key, event.delete);
        break;
      case 'split':
        if (this.#hasUnlisted(event.table)) break;
        fake.splitShard(this.#plan.tables[event.table]!.name);
        break;
      case 'roll-over':
        if (this.#hasUnlisted(event.table)) break;
        fake.rollOver(this.#plan.tables[event.table]!.name);
        break;
      case 'skew':
        fake.skewClock(event.ms);
        break;
      case 'stall':
        this.#stalledUntilMs = this.#clock.now() + event.ms;
        break;
      case 'quiet':
        await this.#sleep(event.ms);
        break;
      case 'crash':
        this.#process?.kill();
        break;
      case 'down':
        this.#downUntilMs = this.#clock.now() + event.ms;
        this.#process?.kill();
        break;
      case 'loss':
        if (event.how === 'pause') await this.#pause();
        else this.#world.lose(event.table, event.how, this.#shardsKnown(event.table));
        break;
    }
  }

  /**
   * True while a shard may be so young that no listing shows it. Shards live for minutes at least: a listing that
   * is late shows a shard before its grandchild is born.
   */
  #hasUnlisted(table: number): boolean {
    const [, lateMsMax] = this.#plan.listing.childMs;
    const open = this.#world.fake
      .shards(this.#plan.tables[table]!.name)
      .filter((shard) => shard.isOpen);
    return open.some(({ id }) => this.#clock.now() - Number(id.split('-')[1]) < lateMsMax);
  }

  /** Stands still for longer than the stream remembers, while the tables are written to. */
  async #pause(): Promise<void> {
    this.#downUntilMs = this.#clock.now() + longPauseMs;
    this.#process?.kill();
    await this.#sleep(pauseBeforeWritesMs);
    this.#plan.tables.forEach((_, table) => {
      for (let key = 0; key < 3; key += 1) this.#world.write(table, key, false);
    });
    await this.#sleep(longPauseMs - pauseBeforeWritesMs);
  }

  /** Shards of the committed state, and whether it has a position in them: one that a restart does not take back. */
  #shardsKnown(table: number): Map<string, boolean> {
    const tables = this.flow.state['bindingStateV1'] as
      | Record<string, { readonly shards?: Record<string, { readonly lastReadSequence?: string }> }>
      | undefined;
    const shards = tables?.[this.#plan.tables[table]!.name]?.shards ?? {};
    return new Map(
      Object.entries(shards).map(([id, { lastReadSequence }]) => [
        id,
        lastReadSequence !== undefined,
      ]),
    );
  }

  /** Ends when everything written has had the time to arrive, and the backfill is done. */
  async #untilAtRest(): Promise<void> {
    const deadlineMs = this.#clock.now() + settleMsMax;
    const hasExpiry = this.#plan.tables.some(({ hasTimeToLive }) => hasTimeToLive);
    const beginMs = Math.max(this.#clock.now(), this.#stalledUntilMs, this.#downUntilMs);
    const restedMs = beginMs + restMs + this.#plan.idleBackoffMaxMs + (hasExpiry ? expiryMsMax : 0);
    while (!this.#isOver) {
      const now = this.#clock.now();
      if (now >= restedMs && isCaughtUp(this.#world, this.flow, now)) return;
      if (now > deadlineMs) {
        this.violations.push('rest: the backfill is not finished');
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
        this.#lossMessage = messageOf(end.error);
        return end.code ?? `an unexpected error: ${describe(end.error)}`;
      }
      if (this.#isOver) return end.kind === 'exited' ? 'complete' : 'a kill';
      if (end.kind === 'killed') this.crashes += 1;
      const waitMs = drawFrom(this.#random, waitBetweenProcessesMs);
      await this.#sleep(Math.max(waitMs, this.#downUntilMs - this.#clock.now()));
    }
    this.#isOver = true;
    return 'too many processes';
  }

  async #runOnce(killAfterBytes: number): Promise<ProcessEnd> {
    this.flow.begin();
    this.#outstandingWrites = 0;
    this.#outstandingBytes = 0;
    const { tables, segments, scanLimit, idleBackoffMaxMs, onDataLoss } = this.#plan;
    const open = openRequest({
      tables: tables.map(({ name }) => name),
      advanced: {
        backfillSegments: segments,
        scanLimit,
        idleBackoffMax: `${idleBackoffMaxMs}ms`,
        onDataLoss,
      },
      state: this.flow.state,
    });
    const requests = [{ spec: {} }, { open }];
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
    return this.#process.ended;
  }

  async #receive(bytes: Uint8Array): Promise<void> {
    const process = this.#process;
    this.outputHash.update(bytes);
    this.#outstandingWrites += 1;
    this.#outstandingBytes += bytes.length;
    this.#judgeOutstanding();
    while (this.#clock.now() < this.#stalledUntilMs) {
      await this.#sleep(this.#stalledUntilMs - this.#clock.now());
    }
    // What a dead process left in the pipe is still read, unless the next one has begun.
    if (process === this.#process) {
      this.#outstandingWrites -= 1;
      this.#outstandingBytes -= bytes.length;
      this.flow.receive(bytes);
    }
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

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
