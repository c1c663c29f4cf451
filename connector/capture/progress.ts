/** How far a capture is, in words for the operator. */

import type { Clock } from '../host.ts';
import type { Log } from '../log.ts';
import { count, duration, grouped } from './progress-words.ts';
import { repairDetails, type TableRepairProgress } from './repair-progress.ts';

/**
 * Status lines are for reading: one every ten seconds at most, and only when something changed. After a phase has
 * begun they come faster, for whoever has just started a capture looks at them.
 */
const reportIntervalMs = 10_000;
const reportIntervalMsMin = 1_000;
/** What the stream is behind by less than this is as good as nothing. */
const lagReportedMsMin = 5_000;

/** One table's progress. */
export interface TableProgress {
  readonly tableName: string;
  readonly phase: 'starting' | 'waiting-for-stream' | 'backfilling' | 'streaming';
  /** Items covered by the backfill, also before a restart. */
  readonly items: number;
  /** About how many there are: DynamoDB counts them every six hours. */
  readonly itemsExpected: number;
  readonly segmentsFinished: number;
  readonly segmentCount: number;
  /** Since the process began. */
  readonly units: number;
  readonly documents: number;
  readonly changes: number;
  /** Infinity until it is known. */
  readonly lagMs: number;
  readonly shards: number;
  /** Set while a gap is repaired. */
  readonly repair?: TableRepairProgress | undefined;
  /** Set while a table waits, having lost records again and again: when its next backfill begins. */
  readonly startsAgainAt?: string | undefined;
}

/** Reports the progress of all tables until the signal aborts. */
export async function reportProgress(
  tables: readonly { progress(): TableProgress }[],
  { clock, log }: { readonly clock: Clock; readonly log: Log },
  signal: AbortSignal,
): Promise<void> {
  let reported = '';
  let phases = '';
  let intervalMs = reportIntervalMsMin;
  let last: { readonly atMs: number; readonly items: number; readonly keys: number } | undefined;
  for (;;) {
    const progress = tables.map((table) => table.progress());
    const items = sum(progress, (table) => table.items);
    const keys = sum(progress, ({ repair }) => repair?.keysRead ?? 0);
    const now = clock.now();
    const seconds = Math.max(1, now - (last?.atMs ?? now)) / 1000;
    const sentence = statusSentence(progress, {
      items: last === undefined ? 0 : (items - last.items) / seconds,
      keys: last === undefined ? 0 : (keys - last.keys) / seconds,
    });
    if (sentence !== reported) {
      log.status(sentence);
      for (const table of progress) log.debug('Table progress', { ...table });
      reported = sentence;
    }
    last = { atMs: now, items, keys };
    const phasesNow = progress.map(({ phase }) => phase).join();
    intervalMs =
      phasesNow === phases ? Math.min(reportIntervalMs, intervalMs * 2) : reportIntervalMsMin;
    phases = phasesNow;
    await clock.sleep(intervalMs, signal);
  }
}

/** The present pace of all backfills, and of all repairs. */
export interface Rates {
  readonly items: number;
  readonly keys: number;
}

/** What the capture as a whole is doing. */
export function statusSentence(tables: readonly TableProgress[], rates: Rates): string {
  const lag = lagClause(tables);
  const repairing = tables.filter(({ repair }) => repair !== undefined);
  if (repairing.length === 0) return backfillSentence(tables, rates.items, lag);
  const which = whichOf(repairing, tables.length);
  const details = repairDetails(
    repairing.flatMap(({ repair }) => repair ?? []),
    rates.keys,
  );
  return tables.every(({ phase }) => phase === 'streaming')
    ? `Repairing ${which} while streaming changes (${details}${lag})`
    : `${backfillSentence(tables, rates.items, lag)}; repairing ${which} (${details})`;
}

function backfillSentence(
  tables: readonly TableProgress[],
  itemsPerSecond: number,
  lag: string,
): string {
  const unfinished = tables.filter(({ phase }) => phase !== 'streaming');
  const shards = sum(tables, (table) => table.shards);
  if (unfinished.length === 0) {
    return `Streaming changes of ${count(tables.length, 'table')} (${count(shards, 'shard')} open${lag})`;
  }
  const which = whichOf(unfinished, tables.length);
  if (unfinished.every(({ phase }) => phase === 'starting')) {
    const waiting = unfinished.find(({ startsAgainAt }) => startsAgainAt !== undefined);
    if (waiting === undefined) return `Starting ${which}`;
    const { tableName, startsAgainAt = '' } = waiting;
    return `Backfilling "${tableName}" again at ${startsAgainAt}: stream records were lost repeatedly`;
  }
  if (unfinished.every(({ phase }) => phase !== 'backfilling')) {
    return `Backfill of ${which} waits for the stream to catch up${lag.replace(', ', ' (')}${lag && ')'}`;
  }
  const items = sum(unfinished, (table) => table.items);
  const covered = sum(unfinished, coveredItems);
  const expected = sum(unfinished, (table) => Math.max(table.items, table.itemsExpected));
  const units = sum(unfinished, (table) => table.units);
  const percent = Math.min(99, Math.floor((100 * covered) / Math.max(1, expected)));
  const left = itemsPerSecond > 0 ? (expected - covered) / itemsPerSecond : undefined;
  const details = [
    expected > covered ? `${percent} %` : '',
    `${grouped(items)} items`,
    `${grouped(Math.round(units))} read units`,
    left === undefined || left < 1 ? '' : `about ${duration(left)} left`,
  ].filter((detail) => detail !== '');
  return `Backfilling ${which} while streaming changes (${details.join(', ')}${lag})`;
}

/** The tables by their number; a single one by its name. */
function whichOf(tables: readonly TableProgress[], tableCount: number): string {
  const share = `${tables.length} of ${tableCount} tables`;
  const [first] = tables;
  if (tables.length !== 1 || first === undefined) return share;
  return tableCount === 1 ? `"${first.tableName}"` : `"${first.tableName}" (${share})`;
}

/** Items counted, or as many as the finished segments stand for: a state of the Go connector has no count. */
export function coveredItems(table: TableProgress): number {
  const share = table.segmentsFinished / Math.max(1, table.segmentCount);
  return Math.max(table.items, Math.floor(share * table.itemsExpected));
}

function lagClause(tables: readonly TableProgress[]): string {
  const lagMs = Math.max(0, ...tables.map((table) => table.lagMs));
  if (!Number.isFinite(lagMs) || lagMs < lagReportedMsMin) return '';
  return `, stream ${duration(lagMs / 1000)} behind`;
}

function sum(tables: readonly TableProgress[], of: (table: TableProgress) => number): number {
  return tables.reduce((total, table) => total + of(table), 0);
}
