/** Results for people and programs: a table, JSON, a picture. */

import { mkdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import Table from 'cli-table3';
import type { Comparison } from './against.ts';
import { barChart } from './bar-chart.ts';
import type { BenchCommandLine } from './options.ts';
import { pacingPlots, pacingTable } from './pacing-report.ts';
import type { Result } from './scenarios.ts';

const resultsFolder = 'tests/bench/results';

type Column = readonly [title: string, cell: (result: Result) => string];

const fixed = (value: number | undefined, digits = 0) => value?.toFixed(digits) ?? '';
const percent = (value: number | undefined) =>
  value === undefined ? '' : `${(value * 100).toFixed(1)} %`;

const speedColumns: readonly Column[] = [
  ['scenario', ({ name }) => name],
  ['1,000 documents/s', (each) => fixed(each.documentsPerSecond && each.documentsPerSecond / 1000)],
  ['MiB/s in', (each) => fixed(each.mibPerSecond)],
  ['MiB/s out', (each) => fixed(each.outputMibPerSecond)],
  ['CPU s/GiB', (each) => fixed(each.cpuSecondsPerGib, 2)],
  ['MB/s per core', (each) => fixed(each.mbPerSecondPerCore)],
  ['of the floor', (each) => percent(each.ratioToFloor)],
  ['GC', (each) => percent(each.gcShare)],
  ['peak MiB', (each) => fixed(each.peakMemoryMib)],
  [
    'ms to spec, document, last, end',
    (each) =>
      [each.specMs, each.firstDocumentMs, each.lastDocumentMs, each.caughtUpMs]
        .map((ms) => fixed(ms))
        .join(' ')
        .trim(),
  ],
];

const streamColumns: readonly Column[] = [
  ['scenario', ({ name }) => name],
  ['open shards', (each) => fixed(each.openShards)],
  ['s until read', (each) => fixed(each.firstReadSeconds, 1)],
  ['list calls', (each) => fixed(each.listCalls)],
  ['CPU', (each) => percent(each.cpuShare)],
  ['calls/s', (each) => fixed(each.callsPerSecond)],
  ['per shard and hour', (each) => fixed(each.callsPerShardHour)],
  ['$ a month', (each) => fixed(each.dollarsPerMonth)],
  ['records/s', (each) => fixed(each.recordsPerSecond ?? each.documentsPerSecond)],
  ['p50 ms', (each) => fixed(each.latencyMsP50)],
  ['p99 ms', (each) => fixed(each.latencyMsP99)],
  ['peak MiB', (each) => fixed(each.peakMemoryMib)],
];

const memoryColumns: readonly Column[] = [
  ['scenario', ({ name }) => name],
  ['peak MiB while read', (each) => fixed(each.readingMib)],
  ['and while not', (each) => fixed(each.stoodStillMib)],
  ['and after', (each) => fixed(each.peakMemoryMib)],
];

const columnsOf = { memory: memoryColumns, speed: speedColumns, streams: streamColumns } as const;

/** What was measured, and how much of it that says beyond this machine. */
export function printReport(
  results: readonly Result[],
  { json, group }: Pick<BenchCommandLine, 'json' | 'group'>,
): void {
  if (json) {
    process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
    return;
  }
  if (group === 'pacing') {
    process.stdout.write(`${pacingTable(results)}\n`);
    return;
  }
  const columns = columnsOf[group];
  const table = new Table({
    head: columns.map(([title]) => title),
    colAligns: columns.map((_, index) => (index === 0 ? 'left' : 'right')),
    style: { head: [], border: [] },
  });
  for (const result of results) table.push(columns.map(([, cell]) => cell(result)));
  process.stdout.write(`${table.toString()}\n${machineText()}\n${sumText(results)}`);
}

/** Keeps the results of a run under its date, with the machine it was measured on. */
export function writeResults(results: readonly Result[], options: BenchCommandLine): void {
  const { group } = options;
  const file = write(options, '', { results });
  if (group === 'pacing') writeFileSync(`${file}.svg`, pacingPlots(results));
  if (group !== 'speed') return;
  const bars = results.flatMap(({ name, mbPerSecondPerCore }) =>
    mbPerSecondPerCore === undefined ? [] : [{ name, value: mbPerSecondPerCore }],
  );
  const title = 'DynamoDB JSON read, MB per second of one core';
  writeFileSync(`${file}.svg`, barChart({ title, note: machineText(), bars }));
}

/** The same of two connectors that took turns. */
export function writeComparisons(
  comparisons: readonly Comparison[],
  options: BenchCommandLine,
): void {
  write(options, '-against', { against: shownCommand(options.against ?? []), comparisons });
}

/** Returns the file's path without its ending. */
function write(options: BenchCommandLine, suffix: string, measured: object): string {
  const date = new Date().toISOString().slice(0, 10);
  const { command, codec, runs, seconds, group } = options;
  const head = { date, machine: machine(), command: shownCommand(command), codec, runs, seconds };
  mkdirSync(resultsFolder, { recursive: true });
  const name = `${group === 'speed' ? date : `${date}-${group}`}${suffix}`;
  const file = path.join(resultsFolder, name);
  writeFileSync(`${file}.json`, `${JSON.stringify({ ...head, ...measured }, null, 2)}\n`);
  return file;
}

const shownCommand = (command: readonly string[]) =>
  command.map((word) => path.basename(word)).join(' ');

/**
 * Both at once against both alone: the CPU time that its bytes would have taken in the scenarios of their own, by the
 * time they took.
 */
function sumText(results: readonly Result[]): string {
  const of = (name: string) => results.find((each) => each.name === name);
  const [scan, records, both] = ['backfill-400-byte', 'stream-drain', 'both-at-once'].map(of);
  if (!scan?.cpuSecondsPerGib || !records?.cpuSecondsPerGib || !both?.cpuSecondsPerGib) return '';
  const { scanShare = 0, cpuSecondsPerGib } = both;
  const alone = scanShare * scan.cpuSecondsPerGib + (1 - scanShare) * records.cpuSecondsPerGib;
  const ratio = percent(alone / cpuSecondsPerGib);
  return `Both at once: ${ratio} of the speed of both alone (${percent(scanShare)} of the bytes from Scan)\n`;
}

function machine() {
  const [cpu] = os.cpus();
  return {
    cpu: cpu?.model.trim() ?? 'unknown',
    cores: os.cpus().length,
    node: process.version,
    loadAverage: os.loadavg()[0] ?? 0,
  };
}

export function machineText(): string {
  const { cpu, cores, node, loadAverage } = machine();
  return `${cpu}, ${cores} cores, Node ${node}, load average ${loadAverage.toFixed(1)}`;
}
