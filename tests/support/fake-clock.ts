/** Time that stands still while anything moves, and then jumps to the next wait: weeks in seconds. */

import { setImmediate as nextTurn, setTimeout as afterReal } from 'node:timers/promises';
import type { Clock } from '../../connector/host.ts';
import { BinaryHeap } from './binary-heap.ts';

// Real time granted to work that leaves the process (an import, a thread) before a standstill counts as one.
const standstillTurnsMax = 40;
const standstillTurnMs = 5;
// Ends a simulation that would run for ever; some hundred million waits take minutes.
const firingsMaxDefault = 100_000_000;
// Cancelled waits are swept out once they are this many and the better part of the queue.
const cancelledSweepMin = 1024;

export interface RunLimits {
  /** Waits that may end before the run is given up. */
  readonly firingsMax?: number;
  /** Time (ms since the epoch) that may be reached before the run is given up. */
  readonly untilMs?: number;
}

interface Wait {
  readonly atMs: number;
  readonly order: number;
  readonly signal: AbortSignal;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
  /** Set when the signal aborted; the queue forgets the wait when it comes to it. */
  isCancelled: boolean;
}

interface SignalWaits {
  readonly waits: Set<Wait>;
  readonly onAbort: () => void;
}

/**
 * A `Clock` that is driven by `run`. Waits that end at the same moment end in the order they began, and each
 * one's consequences are played out to their end before the next: the same program takes the same course.
 *
 * One turn of the event loop plays everything out, since all promise jobs and ticks run before it ends (1.3 µs;
 * real input and output must not take part).
 */
export class FakeClock implements Clock {
  #nowMs: number;
  #order = 0;
  #cancelledCount = 0;
  #isRunning = false;
  readonly #queue = new BinaryHeap<Wait>(
    (a, b) => a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order),
  );
  // One listener per signal: thousands of listeners on one signal are searched one by one.
  readonly #bySignal = new Map<AbortSignal, SignalWaits>();

  constructor(startMs = Date.UTC(2026, 0, 1)) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  /** How many waits have not ended. */
  get waitCount(): number {
    return this.#queue.size - this.#cancelledCount;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason as Error);
        return;
      }
      const atMs = this.#nowMs + (ms > 0 ? ms : 0);
      const wait = { atMs, order: this.#order++, signal, resolve, reject, isCancelled: false };
      this.#queue.push(wait);
      this.#watch(wait);
    });
  }

  /**
   * Lets time pass until the work is settled, and gives its outcome. Throws when nothing waits for time any more
   * and the work is still pending, and when a limit is passed.
   */
  async run<T>(work: Promise<T>, limits: RunLimits = {}): Promise<T> {
    if (this.#isRunning) throw new Error('The clock is already running');
    this.#isRunning = true;
    try {
      await this.#drive(work, limits);
      return await work;
    } finally {
      this.#isRunning = false;
    }
  }

  /** Lets `ms` milliseconds pass, with all that happens in them. */
  async advance(ms: number): Promise<void> {
    await this.run(this.sleep(ms, new AbortController().signal));
  }

  /** Until `work` is settled: play out what moves, then jump to the earliest wait. */
  async #drive(work: Promise<unknown>, limits: RunLimits): Promise<void> {
    const { firingsMax = firingsMaxDefault, untilMs = Infinity } = limits;
    let isSettled = false;
    const settle = () => (isSettled = true);
    work.then(settle, settle);
    for (let firings = 0; ; firings++) {
      await nextTurn();
      if (isSettled as boolean) return;
      const wait = this.#takeEarliest() ?? (await this.#afterStandstill(() => isSettled));
      if (wait === undefined) return;
      if (wait.atMs > untilMs) throw new Error(`Still running at ${timeText(untilMs)}`);
      if (firings >= firingsMax) throw new Error(`Still running after ${firingsMax} waits`);
      this.#nowMs = wait.atMs;
      this.#unwatch(wait);
      wait.resolve();
    }
  }

  #takeEarliest(): Wait | undefined {
    for (;;) {
      const wait = this.#queue.peek();
      if (wait === undefined || wait.atMs === Infinity) return undefined;
      this.#queue.pop();
      if (!wait.isCancelled) return wait;
      this.#cancelledCount--;
    }
  }

  /** Grants real time to what left the process; absent when the work settled meanwhile. */
  async #afterStandstill(isSettled: () => boolean): Promise<Wait | undefined> {
    for (let turn = 0; turn < standstillTurnsMax; turn++) {
      await afterReal(standstillTurnMs);
      if (isSettled()) return undefined;
      const wait = this.#takeEarliest();
      if (wait !== undefined) return wait;
    }
    throw new Error(
      `Deadlock at ${timeText(this.#nowMs)}: nothing waits for time, and the work is still pending`,
    );
  }

  #watch(wait: Wait): void {
    const known = this.#bySignal.get(wait.signal);
    if (known !== undefined) {
      known.waits.add(wait);
      return;
    }
    const waits = new Set([wait]);
    const onAbort = () => {
      this.#cancel(wait.signal, waits);
    };
    wait.signal.addEventListener('abort', onAbort, { once: true });
    this.#bySignal.set(wait.signal, { waits, onAbort });
  }

  #unwatch(wait: Wait): void {
    const known = this.#bySignal.get(wait.signal);
    if (known === undefined) return;
    known.waits.delete(wait);
    if (known.waits.size > 0) return;
    wait.signal.removeEventListener('abort', known.onAbort);
    this.#bySignal.delete(wait.signal);
  }

  #cancel(signal: AbortSignal, waits: ReadonlySet<Wait>): void {
    this.#bySignal.delete(signal);
    for (const wait of waits) {
      wait.isCancelled = true;
      wait.reject(signal.reason);
    }
    this.#cancelledCount += waits.size;
    if (this.#cancelledCount < cancelledSweepMin) return;
    if (this.#cancelledCount * 2 < this.#queue.size) return;
    this.#queue.sift((wait) => !wait.isCancelled);
    this.#cancelledCount = 0;
  }
}

const timeText = (ms: number) => new Date(ms).toISOString();
