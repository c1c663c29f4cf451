/** How far a capture is and how fast it goes, from what the connector tells of each table. */

import type { WatchedTable } from '../../session/session.ts';

/** Rates are those of the last few seconds: long enough to be read, short enough to be true. */
const rateWindowMs = 5_000;

export interface ProgressSample {
  readonly atMs: number;
  /** In the order of the bindings. */
  readonly tables: readonly WatchedTable[];
  /** Bytes of documents put out so far, by binding. */
  readonly bytes: readonly number[];
  /** Documents put out so far. */
  readonly documents: number;
}

export interface TableMeter {
  readonly name: string;
  readonly phase: WatchedTable['phase'];
  /** Of the backfill, 0 to 1. */
  readonly share: number;
  readonly items: number;
  /** Never less than the items. */
  readonly itemsExpected: number;
  readonly itemsPerSecond: number;
  readonly bytesPerSecond: number;
  readonly unitsPerSecond: number;
  /** Of the backfill; undefined where nothing moves, or nothing is left. */
  readonly secondsLeft: number | undefined;
  /** Since this run began. */
  readonly changes: number;
  readonly units: number;
  readonly shards: number;
  /** Undefined until it is known. */
  readonly lagMs: number | undefined;
  /** While a gap is repaired: exports left, and keys of the one that is being read. */
  readonly repair?: { readonly exportsLeft: number; readonly keysLeft: number };
}

export interface Progress {
  readonly atMs: number;
  readonly tables: readonly TableMeter[];
  readonly shards: number;
  /** Of the table furthest behind; undefined until it is known of any. */
  readonly lagMs: number | undefined;
  readonly changesPerSecond: number;
  readonly documents: number;
  readonly documentsPerSecond: number;
  readonly bytesPerSecond: number;
}

export class ProgressMeter {
  readonly #windows: RateWindow[] = [];
  readonly #documents = new RateWindow();

  /** Takes a sample, no older than the one before, and says where things are. */
  measure({ atMs, tables, bytes, documents }: ProgressSample): Progress {
    const meters = tables.map((table, index) => {
      const window = (this.#windows[index] ??= new RateWindow());
      // A table that begins, again or from a state, has counts from before: that is no speed.
      if (table.phase === 'starting') window.clear();
      else window.add(atMs, countersOf(table, bytes[index] ?? 0));
      return meterOf(table, window);
    });
    this.#documents.add(atMs, { documents });
    const lags = meters.flatMap(({ lagMs }) => lagMs ?? []);
    return {
      atMs,
      tables: meters,
      shards: sum(meters.map(({ shards }) => shards)),
      lagMs: lags.length === 0 ? undefined : Math.max(...lags),
      changesPerSecond: sum(this.#windows.map((window) => window.perSecond('changes'))),
      documents,
      documentsPerSecond: this.#documents.perSecond('documents'),
      bytesPerSecond: sum(meters.map(({ bytesPerSecond }) => bytesPerSecond)),
    };
  }
}

type Counters = Readonly<Record<string, number>>;

function countersOf({ items, itemsCovered, units, changes }: WatchedTable, bytes: number) {
  return { items, itemsCovered, units, changes, bytes };
}

function meterOf(table: WatchedTable, window: RateWindow): TableMeter {
  const { tableName, phase, items, itemsCovered, changes, units, shards, lagMs } = table;
  const itemsExpected = Math.max(table.itemsExpected, items);
  const left = itemsExpected - itemsCovered;
  const coveredPerSecond = window.perSecond('itemsCovered');
  return {
    ...{ name: tableName, phase, items, itemsExpected, changes, units, shards },
    share: phase === 'streaming' ? 1 : Math.min(0.99, itemsCovered / Math.max(1, itemsExpected)),
    itemsPerSecond: window.perSecond('items'),
    bytesPerSecond: window.perSecond('bytes'),
    unitsPerSecond: window.perSecond('units'),
    secondsLeft:
      phase === 'backfilling' && coveredPerSecond > 0 && left > 0
        ? left / coveredPerSecond
        : undefined,
    lagMs: Number.isFinite(lagMs) ? lagMs : undefined,
    ...(table.repair !== undefined && {
      repair: {
        exportsLeft: table.repair.windowsLeft,
        keysLeft: Math.max(0, table.repair.keysInWindow - table.repair.keysReadInWindow),
      },
    }),
  };
}

/** Counters over the last few seconds. */
class RateWindow {
  readonly #samples: { readonly atMs: number; readonly counters: Counters }[] = [];

  clear(): void {
    this.#samples.length = 0;
  }

  add(atMs: number, counters: Counters): void {
    this.#samples.push({ atMs, counters });
    // One sample at least as old as the window is kept to measure from.
    while (this.#samples.length > 2 && atMs - (this.#samples[1]?.atMs ?? 0) >= rateWindowMs) {
      this.#samples.shift();
    }
  }

  /** Zero where nothing can be said; a counter that fell, because a table began again, has no speed. */
  perSecond(name: string): number {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (first === undefined || last === undefined || last.atMs <= first.atMs) return 0;
    const growth = (last.counters[name] ?? 0) - (first.counters[name] ?? 0);
    return Math.max(0, (growth * 1000) / (last.atMs - first.atMs));
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
