/** Histories add up. */

import { describe, expect, test } from '@jest/globals';
import type { HistoryResult } from '../../simulation/history.ts';
import { drawPlan } from '../../simulation/draw-plan.ts';
import { renderReport, Report, reportJson } from '../../simulation/report.ts';

const result: HistoryResult = {
  violations: [],
  virtualMs: 5_400_000,
  crashes: 2,
  records: 30,
  documents: 40,
  checkpoints: 7,
  calls: new Map([
    ['Scan', 3],
    ['GetRecords', 50],
  ]),
  faults: new Map([['reset', 1]]),
  end: 'complete',
  repairs: 0,
  lastSecondGhosts: 0,
  lossesReported: 0,
  latenciesMs: [],
  outputDigest: '',
};
const plain = { ...drawPlan(1), events: [] };
const lossy = {
  ...plain,
  events: [{ kind: 'loss', table: 0, how: 'pause', atMs: 5 } as const],
};

function exampleReport(): Report {
  const report = new Report();
  report.add(plain, result);
  report.add(lossy, {
    ...result,
    violations: ['order: table-0: one', 'order: table-0: two', 'latency: three'],
    faults: new Map([
      ['reset', 4],
      ['hang', 1],
    ]),
    lossesReported: 1,
    repairs: 2,
    lastSecondGhosts: 1,
    latenciesMs: [812.5, 3, 9],
  });
  return report;
}

describe('Report', () => {
  test('add() sums up; a history counts once for each kind of promise it broke', () => {
    expect(reportJson(exampleReport(), 17, 1.26)).toEqual({
      seed: 17,
      histories: 2,
      violations: 1,
      violationKinds: { order: 1, latency: 1 },
      virtualHours: 3,
      records: 60,
      documents: 80,
      checkpoints: 14,
      crashes: 4,
      calls: { Scan: 6, GetRecords: 100 },
      faults: { reset: 5, hang: 1 },
      lossesPlayed: 1,
      lossesReported: 1,
      repairs: 2,
      lastSecondGhosts: 1,
      latencyP99Ms: 813,
      longestLatencyMs: 813,
      outputDigest: expect.stringMatching(/^[0-9a-f]{64}$/),
      seconds: 1.3,
    });
  });

  test('progress() tells how far it is in one line', () => {
    expect(new Report().progress(5)).toBe(
      '0 of 5 histories, 0.0 virtual hours, 0 documents, 0 crashes, no violation',
    );
    expect(exampleReport().progress(5)).toBe(
      '2 of 5 histories, 3.0 virtual hours, 80 documents, 4 crashes, 1 with violations',
    );
  });
});

describe('renderReport()', () => {
  const cellsOf = (report: Report) =>
    renderReport(report)
      .split('\n')
      .filter((line) => line.startsWith('│'))
      .map((line) =>
        line
          .split('│')
          .slice(1, -1)
          .map((cell) => cell.trim()),
      );

  test('has a row for each sum, most frequent calls and faults first', () => {
    expect(cellsOf(exampleReport())).toEqual([
      ['histories', '2'],
      ['virtual hours', '3.0'],
      ['records', '60'],
      ['documents', '80'],
      ['checkpoints', '14'],
      ['crashes', '4'],
      ['calls', 'GetRecords 100'],
      ['', 'Scan 6'],
      ['faults', 'reset 5'],
      ['', 'hang 1'],
      ['losses played', '1'],
      ['losses reported', '1'],
      ['repairs', '2'],
      ['ghosts of a last second', '1'],
      ['latency, calm: p99', '813 ms'],
      ['latency, calm: longest', '813 ms'],
      ['histories with violations', '1'],
      ['broken', 'order 1'],
      ['', 'latency 1'],
    ]);
  });

  test('names no broken promises where there are none', () => {
    const got = cellsOf(new Report());
    expect(got.at(-1)).toEqual(['histories with violations', '0']);
    expect(got.find(([name]) => name === 'faults')).toEqual(['faults', 'none']);
  });
});
