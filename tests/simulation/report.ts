/** What many histories add up to, in a table for people and in a line for programs. */

import { createHash } from 'node:crypto';
import Table from 'cli-table3';
import type { HistoryResult } from './history.ts';
import { kindOf } from './judge.ts';
import type { Plan } from './plan.ts';

const hourMs = 3_600_000;

/** Sums over histories; they only grow. */
export class Report {
  readonly calls = new Map<string, number>();
  readonly faults = new Map<string, number>();
  /** Histories in which a promise of that kind was broken. */
  readonly violationKinds = new Map<string, number>();
  histories = 0;
  /** Histories with a broken promise. */
  violations = 0;
  virtualMs = 0;
  records = 0;
  documents = 0;
  checkpoints = 0;
  crashes = 0;
  lossesPlayed = 0;
  lossesReported = 0;
  repairs = 0;
  lastSecondGhosts = 0;
  readonly #latenciesMs: number[] = [];
  readonly #outputs = createHash('sha256');

  add(plan: Plan, result: HistoryResult): void {
    this.histories += 1;
    this.virtualMs += result.virtualMs;
    this.records += result.records;
    this.documents += result.documents;
    this.checkpoints += result.checkpoints;
    this.crashes += result.crashes;
    this.lossesPlayed += plan.events.filter(({ kind }) => kind === 'loss').length;
    this.lossesReported += result.lossesReported;
    this.repairs += result.repairs;
    this.lastSecondGhosts += result.lastSecondGhosts;
    this.#latenciesMs.push(...result.latenciesMs);
    this.#outputs.update(result.outputDigest);
    addAll(this.calls, result.calls);
    addAll(this.faults, result.faults);
    if (result.violations.length === 0) return;
    this.violations += 1;
    const kinds = new Set(result.violations.map(kindOf));
    addAll(this.violationKinds, new Map([...kinds].map((kind) => [kind, 1])));
  }

  /** SHA-256 over all output of all histories: the same seeds give the same, wherever they are played. */
  get outputDigest(): string {
    return this.#outputs.copy().digest('hex');
  }

  /** What this share of the records stayed within, from being readable to their documents; 0 without any. */
  latencyMs(share: number): number {
    const sorted = this.#latenciesMs.sort((a, b) => a - b);
    return Math.round(sorted[Math.ceil(sorted.length * share) - 1] ?? 0);
  }

  /** One line, for while it runs. */
  progress(wanted: number): string {
    const { histories, virtualMs, documents, crashes, violations } = this;
    const broken = violations === 0 ? 'no violation' : `${violations} with violations`;
    return (
      `${histories} of ${wanted} histories, ${hours(virtualMs)} virtual hours, ` +
      `${documents} documents, ${crashes} crashes, ${broken}`
    );
  }
}

/** Two columns: what, and how much. */
export function renderReport(report: Report): string {
  const table = new Table({ style: { head: [], border: [] } });
  const rows: [string, string | number][] = [
    ['histories', report.histories],
    ['virtual hours', hours(report.virtualMs)],
    ['records', report.records],
    ['documents', report.documents],
    ['checkpoints', report.checkpoints],
    ['crashes', report.crashes],
    ['calls', countsText(report.calls)],
    ['faults', countsText(report.faults)],
    ['losses played', report.lossesPlayed],
    ['losses reported', report.lossesReported],
    ['repairs', report.repairs],
    ['ghosts of a last second', report.lastSecondGhosts],
    ['latency, calm: p99', `${report.latencyMs(0.99)} ms`],
    ['latency, calm: longest', `${report.latencyMs(1)} ms`],
    ['histories with violations', report.violations],
    ...(report.violations === 0
      ? []
      : ([['broken', countsText(report.violationKinds)]] satisfies [string, string][])),
  ];
  for (const row of rows) table.push(row);
  return table.toString();
}

/** What a program wants to know, as an object to be printed in one line. */
export function reportJson(report: Report, seed: number, seconds: number): Record<string, unknown> {
  return {
    seed,
    histories: report.histories,
    violations: report.violations,
    violationKinds: Object.fromEntries(report.violationKinds),
    virtualHours: Number(hours(report.virtualMs)),
    records: report.records,
    documents: report.documents,
    checkpoints: report.checkpoints,
    crashes: report.crashes,
    calls: Object.fromEntries(report.calls),
    faults: Object.fromEntries(report.faults),
    lossesPlayed: report.lossesPlayed,
    lossesReported: report.lossesReported,
    repairs: report.repairs,
    lastSecondGhosts: report.lastSecondGhosts,
    latencyP99Ms: report.latencyMs(0.99),
    longestLatencyMs: report.latencyMs(1),
    outputDigest: report.outputDigest,
    seconds: Math.round(seconds * 10) / 10,
  };
}

const hours = (ms: number) => (ms / hourMs).toFixed(1);

function countsText(counts: ReadonlyMap<string, number>): string {
  const sorted = [...counts].sort(([, one], [, other]) => other - one);
  return sorted.map(([name, count]) => `${name} ${count}`).join('\n') || 'none';
}

function addAll(sums: Map<string, number>, counts: ReadonlyMap<string, number>): void {
  for (const [name, count] of counts) sums.set(name, (sums.get(name) ?? 0) + count);
}
