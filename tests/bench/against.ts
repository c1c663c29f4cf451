/** This connector and another one by turns, in one go on one machine: only such figures compare. */

import Table from 'cli-table3';
import { median } from './median.ts';
import { NotMeasured } from './not-measured.ts';
import type { BenchOptions, Result, Scenario } from './scenarios.ts';

/** What both did in a scenario; a figure is absent where the one or the other has none. */
export interface Comparison {
  readonly name: string;
  readonly ours: Result;
  readonly other: Result;
  /** Of each figure, ours by the other's. */
  readonly ratios: Readonly<Record<string, number>>;
}

/** Figures that compare, as people call them. */
const figures = {
  documentsPerSecondPerCore: 'documents per CPU second',
  mbPerSecondPerCore: 'MB/s per core',
  cpuSecondsPerGib: 'CPU s/GiB',
  cpuShare: 'CPU, of a core',
  peakMemoryMib: 'peak MiB',
  specMs: 'ms to spec',
  firstDocumentMs: 'ms to first document',
  lastDocumentMs: 'ms to last document',
  firstReadSeconds: 's until all shards are read',
  callsPerSecond: 'GetRecords calls/s',
  latencyMsP50: 'latency p50 ms',
  latencyMsP99: 'latency p99 ms',
} as const satisfies Partial<Record<keyof Result, string>>;
type Figure = keyof typeof figures;
const figureNames = Object.keys(figures) as Figure[];

/** Runs a scenario as often as asked, each time with both. */
export async function runByTurns(
  scenario: Scenario,
  options: BenchOptions,
  otherCommand: readonly string[],
): Promise<Comparison> {
  const turn = { ...options, runs: 1 };
  const [ours, other]: [Result[], Result[]] = [[], []];
  for (let run = 0; run < options.runs; run += 1) {
    ours.push(await scenario.run(turn));
    other.push(await resultOrNote(scenario, { ...turn, command: otherCommand }));
  }
  return compared(scenario.name, medianOf(ours), medianOf(other));
}

/** What the other does not do is a result too. */
async function resultOrNote(scenario: Scenario, options: BenchOptions): Promise<Result> {
  try {
    return await scenario.run(options);
  } catch (error) {
    if (!(error instanceof NotMeasured)) throw error;
    return { name: scenario.name, note: error.message };
  }
}

export function compared(name: string, ours: Result, other: Result): Comparison {
  const ratios = figureNames.flatMap((figure) => {
    const [own, others] = [ours[figure], other[figure]];
    const ratio = own === undefined || others === undefined ? NaN : own / others;
    return Number.isFinite(ratio) ? [[figure, ratio] as const] : [];
  });
  return { name, ours, other, ratios: Object.fromEntries(ratios) };
}

/** Of each figure the median of the runs that have it. */
export function medianOf(results: readonly Result[]): Result {
  const [first] = results;
  const of = (figure: keyof Result) =>
    results.map((result) => result[figure]).filter((value) => typeof value === 'number');
  const names = results.flatMap((result) => Object.keys(result)) as (keyof Result)[];
  const medians = names.flatMap((name) => (of(name).length > 0 ? [[name, median(of(name))]] : []));
  const note = results.find((result) => result.note !== undefined)?.note;
  return {
    name: first?.name ?? '',
    ...(Object.fromEntries(medians) as Partial<Result>),
    ...(note === undefined ? {} : { note }),
  };
}

/** One row for each figure that either has. */
export function comparisonTable(comparisons: readonly Comparison[]): string {
  const table = new Table({
    head: ['scenario', 'figure', 'this connector', 'the other', 'ratio'],
    colAligns: ['left', 'left', 'right', 'right', 'right'],
    style: { head: [], border: [] },
  });
  for (const { name, ours, other, ratios } of comparisons) {
    const notes = [
      ['this connector', ours.note],
      ['the other', other.note],
    ].flatMap(([who, note]) => (note === undefined ? [] : [`${who} ${note}`]));
    const rows = figureNames
      .filter((figure) => ours[figure] !== undefined || other[figure] !== undefined)
      .map((figure) => [
        figures[figure],
        shown(ours[figure]),
        shown(other[figure]),
        shown(ratios[figure]),
      ]);
    for (const [index, row] of rows.entries()) table.push([index === 0 ? name : '', ...row]);
    for (const note of notes) table.push(['', { colSpan: 4, content: note }]);
  }
  return table.toString();
}

/** Three digits that count. */
function shown(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return '';
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value) || 1)));
  return value.toFixed(Math.min(digits, 3));
}
