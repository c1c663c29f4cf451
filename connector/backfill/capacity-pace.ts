/** How fast a table may be scanned. */

import { RateLimit } from '../async/rate-limit.ts';
import type { Clock } from '../host.ts';
import { bytesPerUnit, fullPageUnits, pageItemsOf, readUnitsCeiling } from '../read-capacity.ts';
import type { Table } from '../table.ts';

/** A throttled rate comes back by this share of its ceiling each second: ten seconds from half to all. */
const risePerSecond = 0.05;
/** However hard a table throttles, one unit a second still makes progress. */
const unitsPerSecondMin = 1;
/** The least rate of a table without a ceiling: a page a second, far below what any such table has to give. */
const unlimitedPerSecondMin = fullPageUnits;
/** Of the page costs seen, how much the next guess takes from the newest. */
const costSmoothing = 0.3;

export interface CapacityPaceOptions {
  readonly table: Table;
  /** The user's limit in units per second, if one is set. */
  readonly rcuAllocation: number | undefined;
  /** Items per page, if the user set it. */
  readonly scanLimit: number | undefined;
  readonly segmentCount: number;
  readonly clock: Clock;
}

/**
 * A budget of capacity units: each page is charged before its request with what pages have cost lately, and
 * corrected when its real cost is known. Throttling halves the rate, success lets it rise to its ceiling again.
 */
export class CapacityPace {
  /** Items per page; absent for pages of 1 MB. */
  readonly pageItems: number | undefined;
  readonly #clock: Clock;
  /** Units per second that are never exceeded; Infinity for an on-demand table without a maximum. */
  readonly #ceiling: number;
  /** Absent while nothing limits the rate. */
  #limit: RateLimit | undefined;
  #expectedUnits: number;
  #changedAt: number;
  /** Units read since `#countedSince`, to know at which rate an unlimited table throttled. */
  #countedUnits = 0;
  #countedSince: number;

  constructor(options: CapacityPaceOptions) {
    const { table, rcuAllocation, scanLimit, segmentCount, clock } = options;
    this.#ceiling = readUnitsCeiling(table, rcuAllocation);
    this.#clock = clock;
    this.#changedAt = clock.now();
    this.#countedSince = clock.now();
    this.pageItems = pageItemsOf(this.#ceiling, scanLimit);
    this.#expectedUnits = firstGuess(table, this.pageItems, segmentCount);
    // A provisioned table has users of its own: begin with half, and see whether they mind.
    const isProvisioned = table.capacity.mode === 'provisioned';
    const begin = rcuAllocation === undefined && isProvisioned ? this.#ceiling / 2 : this.#ceiling;
    if (Number.isFinite(begin)) this.#limit = this.#newLimit(begin);
  }

  /** Units per second that may be used now; Infinity when nothing limits them. */
  get unitsPerSecond(): number {
    return this.#limit?.unitsPerSecond ?? Infinity;
  }

  /** Waits until a page may be requested, and returns what was charged for it. */
  async beginPage(signal: AbortSignal): Promise<number> {
    this.#rise();
    const charged = this.#expectedUnits;
    await this.#limit?.take(charged, signal);
    return charged;
  }

  /** A page came, at this cost. */
  endPage(charged: number, units: number): void {
    this.#limit?.correct(units - charged);
    this.#expectedUnits += (units - this.#expectedUnits) * costSmoothing;
    this.#countedUnits += units;
  }

  /** A request failed: it has cost nothing. */
  cancelPage(charged: number): void {
    this.#limit?.correct(-charged);
  }

  /** The table has no capacity left for us. */
  throttled(): void {
    const now = this.#clock.now();
    // Requests sent at the same rate are throttled together: one halving for all of them.
    if (this.#limit !== undefined && now - this.#changedAt < 1000) return;
    const rate = this.#limit?.unitsPerSecond ?? this.#recentRate(now);
    this.#setRate(rate / 2, now);
  }

  #rise(): void {
    const now = this.#clock.now();
    const seconds = Math.floor((now - this.#changedAt) / 1000);
    if (this.#limit === undefined || seconds < 1) return;
    const { unitsPerSecond } = this.#limit;
    if (unitsPerSecond >= this.#ceiling) return;
    // Without a ceiling the rate grows by a share of itself: it was throttled once, and finds its own limit.
    const base = Number.isFinite(this.#ceiling) ? this.#ceiling : unitsPerSecond;
    this.#setRate(unitsPerSecond + seconds * risePerSecond * base, now);
  }

  #recentRate(now: number): number {
    const seconds = Math.max(1, (now - this.#countedSince) / 1000);
    const rate = this.#countedUnits / seconds;
    this.#countedUnits = 0;
    this.#countedSince = now;
    return rate;
  }

  #setRate(rate: number, now: number): void {
    // A second's rise is the least: a page charged at less would wait for minutes, and not see the rate come back.
    const least = Number.isFinite(this.#ceiling)
      ? Math.max(unitsPerSecondMin, this.#ceiling * risePerSecond)
      : unlimitedPerSecondMin;
    const unitsPerSecond = Math.min(this.#ceiling, Math.max(least, rate));
    this.#changedAt = now;
    if (this.#limit === undefined) this.#limit = this.#newLimit(unitsPerSecond);
    else this.#limit.setRate({ unitsPerSecond, burst: unitsPerSecond });
  }

  /** A burst of one second's units: what was saved up longer ago belongs to the table's other users. */
  #newLimit(unitsPerSecond: number): RateLimit {
    return new RateLimit(this.#clock, { unitsPerSecond, burst: unitsPerSecond });
  }
}

/** What the first page will cost, from the size DynamoDB tells. */
function firstGuess(table: Table, pageItems: number | undefined, segmentCount: number): number {
  const segmentUnits = Math.ceil(table.sizeBytes / segmentCount / bytesPerUnit);
  const itemBytes = table.sizeBytes / Math.max(1, table.itemCount);
  const limitUnits =
    pageItems === undefined ? fullPageUnits : Math.ceil((pageItems * itemBytes) / bytesPerUnit);
  return Math.max(1, Math.min(fullPageUnits, segmentUnits, limitUnits));
}
