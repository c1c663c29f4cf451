/** What may be tried again, when, and for how long. */

import type { Clock } from '../host.ts';
import type { Log } from '../log.ts';
import { messageOf, nameOf } from '../errors.ts';
import { explain, outOfPatience, refused, remedyOf, type CallSubject } from './aws-error.ts';

/** The first wait, doubled with every failure. Throttling asks for more room than a hiccup. */
const transientDelayMs = 50;
const throttledDelayMs = 250;
/** No wait is longer: an outage that ends is noticed within this time. */
const delayMsMax = 10_000;
/** Trouble is reported once a minute, not once a try. */
const reportIntervalMs = 60_000;
/** The first time soon: who waits for a capture to start should not wonder for a minute. */
const firstReportMs = 5_000;

export interface RetryContext {
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  /** How long a call may keep failing before the capture gives up. */
  readonly patienceMs: number;
  /** The same for throttling, which says that AWS is well and the table busy. */
  readonly throttledPatienceMs: number;
  /** By action, when trouble with it was last reported, by any of its callers: a thousand shards need not all report it. */
  readonly reportedAtMs: Map<string, number>;
}

/** Remembers how long one kind of call has been failing, and waits between its tries. */
export class Patience {
  readonly #context: RetryContext;
  readonly #subject: CallSubject;
  /** Reset by `succeeded`. */
  #failureCount = 0;
  #failingSince = 0;
  /** Since when AWS has not been well; absent while it only throttles, however long that lasts. */
  #unwellSince: number | undefined;
  #reportedAt = 0;

  constructor(context: RetryContext, subject: CallSubject) {
    this.#context = context;
    this.#subject = subject;
  }

  succeeded(): void {
    this.#failureCount = 0;
    this.#unwellSince = undefined;
  }

  /** Waits before the next try; throws when there should be none: a final error, or patience is over. */
  async waitAfter(error: unknown, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const remedy = remedyOf(error);
    if (remedy === 'final' || remedy === 'expired') throw refused(error, this.#subject);
    const now = this.#context.clock.now();
    if (this.#failureCount === 0) {
      this.#failingSince = now;
      this.#reportedAt = now + firstReportMs - reportIntervalMs;
    }
    const isThrottled = remedy === 'throttled';
    this.#unwellSince = isThrottled ? undefined : (this.#unwellSince ?? now);
    const failingMs = Math.max(0, now - (this.#unwellSince ?? this.#failingSince));
    const { patienceMs, throttledPatienceMs } = this.#context;
    if (failingMs >= (isThrottled ? throttledPatienceMs : patienceMs)) {
      throw outOfPatience(error, this.#subject, Math.round(failingMs / 1000));
    }
    this.#report(error, now);
    const base = isThrottled ? throttledDelayMs : transientDelayMs;
    const delayMs = Math.min(delayMsMax, base * 2 ** Math.min(this.#failureCount, 16));
    this.#failureCount += 1;
    // Half of the wait is left to chance, so that many readers do not come back at once.
    await this.#context.clock.sleep(delayMs * (0.5 + this.#context.random() / 2), signal);
  }

  #report(error: unknown, now: number): void {
    if (now - this.#reportedAt < reportIntervalMs) return;
    this.#reportedAt = now;
    const { reportedAtMs } = this.#context;
    const toldMs = now - (reportedAtMs.get(this.#subject.action) ?? -Infinity);
    if (toldMs >= 0 && toldMs < reportIntervalMs) return;
    reportedAtMs.set(this.#subject.action, now);
    this.#context.log.warn('AWS calls keep failing, still trying', {
      action: this.#subject.action,
      resource: this.#subject.resource,
      error: `${nameOf(error)}: ${messageOf(error)}`,
      failingForSeconds: Math.round((now - this.#failingSince) / 1000),
    });
  }
}

/** Calls until it succeeds, fails for good, or patience is over. What only the caller can judge is handed back. */
export async function withRetry<T>(
  context: RetryContext,
  subject: CallSubject,
  call: () => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const patience = new Patience(context, subject);
  for (;;) {
    try {
      return await call();
    } catch (error) {
      signal.throwIfAborted();
      // What it means, only the caller knows.
      if (remedyOf(error) === 'final') throw explain(error, subject);
      await patience.waitAfter(error, signal);
    }
  }
}
