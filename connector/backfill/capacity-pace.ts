/** How fast a table may be scanned. */

import { RateLimit } from '../async/rate-limit.ts';
import type { Clock } from '../host.ts';
import {
  bytesPerUnit,
  fullPageUnits,
  pageItemsOf,
  readUnitsCeiling,
  smallPageItems,
} from '../read-capacity.ts';
import type { Table } from '../table.ts';
import { pauseSeconds, ThrottledRate, throttledShare } from './throttled-rate.ts';

/** A rate that was never throttled rises by this share of its ceiling each second: ten seconds from half to all. */
const risePerSecond = 0.05;
/** However hard a table throttles, one unit a second still makes progress. */
const unitsPerSecondMin = 1;
/** And this share of the ceiling: at less a page would wait for minutes, and not see the rate come back. */
const leastShare = 0.02;
/** The least rate of a table without a ceiling: a page a second, far below what any such table has to give. */
const unlimitedPerSecondMin = fullPageUnits;
/**
 * A page is taken as soon as anything is left, whatever it costs, and until that is paid back the table refuses
 * everybody. So where a rate is limited, a page costs no more than this time of it: then the others hardly notice,
 * and ours are refused soon enough to tell that nothing is left.
 */
const pageSeconds = 0.02;
/** Smaller pages would spend their units on rounding: each is charged in steps of 4 KB. */
const pageUnitsMin = 4;
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
 * corrected when its real cost is known. Throttling lowers the rate, and `ThrottledRate` says how it comes back.
 */
export class CapacityPace {
  /** Items per page that the user or the table's size demands. */
  readonly #fixedItems: number | undefined;
  /** As DynamoDB tells; absent for a table that it has not counted yet. */
  readonly #itemBytes: number | undefined;
  readonly #clock: Clock;
  /** Units per second that are never exceeded; Infinity for an on-demand table without a maximum. */
  readonly #ceiling: number;
  /** Absent while nothing limits the rate. */
  #limit: RateLimit | undefined;
  #expectedUnits: number;
  /** Set while the table has throttled, and its ceiling has not been reached since. */
  #throttled: ThrottledRate | undefined;
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
    this.#fixedItems = pageItemsOf(this.#ceiling, scanLimit);
    const isCounted = table.itemCount > 0 && table.sizeBytes > 0;
    this.#itemBytes = isCounted ? table.sizeBytes / table.itemCount : undefined;
    // A provisioned table has users of its own: begin with half, and see whether they mind.
    const isProvisioned = table.capacity.mode === 'provisioned';
    const begin = rcuAllocation === undefined && isProvisioned ? this.#ceiling / 2 : this.#ceiling;
    if (Number.isFinite(begin)) this.#limit = this.#newLimit(begin);
    this.#expectedUnits = firstGuess(table, this.pageItems, segmentCount);
  }

  /** Items per page at present; absent for pages of 1 MB. */
  get pageItems(): number | undefined {
    if (this.#fixedItems !== undefined) return this.#fixedItems;
    const units = Math.max(pageUnitsMin, this.unitsPerSecond * pageSeconds);
    if (units >= fullPageUnits) return undefined;
    if (this.#itemBytes === undefined) return smallPageItems;
    return Math.max(1, Math.floor((units * bytesPerUnit) / this.#itemBytes));
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
    // Requests sent at the same rate are throttled together: it counts once for all of them.
    if (this.#throttled?.isRecent(now) === true) return;
    const rate = this.#limit?.unitsPerSecond ?? this.#recentRate(now);
    this.#throttled = new ThrottledRate(rate, now, this.#throttled);
    this.#setRate(rate * throttledShare, now);
    // The others first: what was overdrawn is paid back before anybody is served.
    this.#limit?.correct(this.unitsPerSecond * pauseSeconds);
  }

  #rise(): void {
    const now = this.#clock.now();
    const seconds = Math.floor((now - this.#changedAt) / 1000);
    if (this.#limit === undefined || seconds < 1) return;
    const { unitsPerSecond } = this.#limit;
    if (unitsPerSecond >= this.#ceiling) {
      this.#throttled = undefined;
      return;
    }
    const throttled = this.#throttled?.rateAt(now, unitsPerSecond, seconds);
    this.#setRate(throttled ?? unitsPerSecond + seconds * risePerSecond * this.#ceiling, now);
  }

  #recentRate(now: number): number {
    const seconds = Math.max(1, (now - this.#countedSince) / 1000);
    const rate = this.#countedUnits / seconds;
    this.#countedUnits = 0;
    this.#countedSince = now;
    return rate;
  }

  #setRate(rate: number, now: number): void {
    const least = Number.isFinite(this.#ceiling)
      ? Math.max(unitsPerSecondMin, this.#ceiling * leastShare)
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
