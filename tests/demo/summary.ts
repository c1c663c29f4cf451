/** What the demo found out, for people and for programs. */

import Table from 'cli-table3';
import pc from 'picocolors';
import { isConvergent, type Verdict } from '../support/verify.ts';
import { percentile, type Latency } from './change-log.ts';
import type { Crash, DemoCapture } from './demo-capture.ts';
import { countOf } from './demo-view.ts';
import type { PauseSummary } from './pause.ts';

export interface Summary extends Omit<Verdict, 'examples'> {
  readonly documents: number;
  readonly changes: number;
  /** From the opening of the capture to the last change captured. */
  readonly seconds: number;
  readonly documentsPerSecond: number;
  /**
   * From a write's acknowledgement to the reading of its document, for changes made while their table was being
   * backfilled; those that were made or under way while no connector ran are counted apart.
   */
  readonly latencyMs: LatencySummary;
  /** The same for the changes that met the crash; absent when there was none. */
  readonly crash:
    | {
        readonly secondsToResume: number;
        readonly discarded: number;
        readonly latencyMs: LatencySummary;
      }
    | undefined;
  readonly peakMemoryMib: number;
  /** Of the second act; absent without one. */
  readonly pause: PauseSummary | undefined;
}

interface LatencySummary {
  readonly changes: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export interface SummaryInput {
  readonly verdict: Verdict;
  readonly capture: DemoCapture;
  readonly pause: PauseSummary | undefined;
  readonly startedAtMs: number;
  readonly finishedAtMs: number;
}

export function summarize({
  verdict,
  capture,
  pause,
  startedAtMs,
  finishedAtMs,
}: SummaryInput): Summary {
  const { items, missing, stale, resurrected, duplicated } = verdict;
  const { latencies, acknowledgedCount } = capture.changes;
  const { crash } = capture;
  const seconds = Math.round((finishedAtMs - startedAtMs) / 100) / 10;
  const isHit = (latency: Latency) => crash !== undefined && metCrash(latency, crash);
  const during = latencies.filter(({ isDuringBackfill }) => isDuringBackfill);
  return {
    items,
    documents: capture.documentCount,
    changes: acknowledgedCount,
    seconds,
    documentsPerSecond: Math.round(capture.documentCount / Math.max(0.1, seconds)),
    latencyMs: latencySummary(during.filter((latency) => !isHit(latency))),
    crash: crash && {
      secondsToResume:
        Math.round(((crash.resumedAtMs ?? Date.now()) - crash.killedAtMs) / 10) / 100,
      discarded: crash.discardedCount,
      latencyMs: latencySummary(latencies.filter(isHit)),
    },
    peakMemoryMib: capture.peakMemoryMib,
    pause,
    missing,
    stale,
    resurrected,
    duplicated,
  };
}

/** True for a change that was waiting for its document at some moment between the kill and the return. */
function metCrash({ acknowledgedAtMs, ms }: Latency, { killedAtMs, resumedAtMs }: Crash): boolean {
  const capturedAtMs = acknowledgedAtMs + ms;
  return acknowledgedAtMs <= (resumedAtMs ?? Infinity) && capturedAtMs >= killedAtMs;
}

function latencySummary(latencies: readonly Latency[]): LatencySummary {
  return {
    changes: latencies.length,
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
    max: percentile(latencies, 1),
  };
}

/** The summary as a table, with the verdict below it. */
export function renderSummary(summary: Summary, verdict: Verdict): string {
  const { latencyMs, crash, pause } = summary;
  const noRules = { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' };
  const style = { head: [], border: pc.isColorSupported ? ['gray'] : [] };
  const table = new Table({ chars: noRules, style, colAligns: ['left', 'right'] });
  table.push(
    ['items in the tables', countOf(summary.items)],
    ['documents captured', countOf(summary.documents)],
    ['changes meanwhile', countOf(summary.changes)],
    ['seconds', summary.seconds.toFixed(1)],
    ['documents per second', countOf(summary.documentsPerSecond)],
    ['latency during the backfill, p50', milliseconds(latencyMs.p50)],
    ['latency during the backfill, p99', milliseconds(latencyMs.p99)],
  );
  if (crash !== undefined) {
    table.push(
      ['back to work after the kill', `${crash.secondsToResume.toFixed(2)} s`],
      [
        `latency of ${countOf(crash.latencyMs.changes)} changes it met, p99`,
        milliseconds(crash.latencyMs.p99),
      ],
    );
  }
  if (pause !== undefined) {
    table.push(
      [`changes in a pause of ${pause.hours} hours`, countOf(pause.changes)],
      ['healed after', `${pause.secondsToHeal.toFixed(1)} s`],
      ['keys read to heal it', countOf(pause.keysRead)],
      ['items a new backfill reads', countOf(summary.items)],
      ['read units to heal it', countOf(pause.unitsRead)],
      ['read units of a new backfill', countOf(pause.unitsOfBackfill)],
    );
  }
  table.push(["peak memory of the connector's process", `${summary.peakMemoryMib.toFixed(0)} MiB`]);
  return [table.toString(), '', ...verdictLines(verdict)].join('\n');
}

function verdictLines(verdict: Verdict): string[] {
  const { missing, stale, resurrected, duplicated, examples } = verdict;
  const counts = Object.entries({ missing, stale, resurrected, duplicated }).map(
    ([name, count]) => {
      const text = `${countOf(count)} ${name}`;
      return count === 0 ? pc.green(text) : pc.red(text);
    },
  );
  const isRight = isConvergent(verdict);
  return [
    `  ${isRight ? pc.green('✔') : pc.red('✘')} ${counts.join(', ')}`,
    isRight
      ? '    Reduced by their schemas, the collections equal the tables, every attribute.'
      : '    The collections are not what the tables are:',
    ...examples.map((example) => `    ${example}`),
  ];
}

function milliseconds(ms: number): string {
  return `${countOf(ms)} ms`;
}
