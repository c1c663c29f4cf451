/** How a backfill kept out of the way: a table, and a plot over time. */

import Table from 'cli-table3';
import type { Pacing, Result } from './scenarios.ts';

const width = 760;
const plotHeight = 150;
const left = 50;
const right = 12;
const titleHeight = 30;
const gap = 24;

/** One row for each while in which the users wanted the same. */
export function pacingTable(results: readonly Result[]): string {
  const table = new Table({
    head: [
      'scenario',
      'seconds',
      'users want',
      'left for it',
      'backfill uses',
      'users refused',
      'of their calls',
    ],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [] },
  });
  for (const { name, pacing } of results) {
    for (const [index, phase] of (pacing?.phases ?? []).entries()) {
      const share = (100 * phase.userThrottles) / Math.max(1, phase.userCalls);
      table.push([
        index === 0 ? name : '',
        phase.seconds,
        phase.demand,
        phase.leftUnits,
        phase.backfillUnits.toFixed(0),
        phase.userThrottles,
        `${share.toFixed(2)} %`,
      ]);
    }
  }
  return table.toString();
}

/** One plot for each scenario, one below the other. */
export function pacingPlots(results: readonly Result[]): string {
  const plots = results.flatMap(({ name, pacing }) =>
    pacing === undefined ? [] : { name, pacing },
  );
  const step = titleHeight + plotHeight + gap;
  const height = plots.length * step + gap;
  const lines = plots.flatMap(({ name, pacing }, index) => plot(name, pacing, index * step));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" fill="#222">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...lines,
    '</svg>\n',
  ].join('\n');
}

function plot(name: string, { capacity, points, userThrottles, userCalls }: Pacing, top: number) {
  const base = top + titleHeight + plotHeight;
  const most = capacity * 1.15;
  const seconds = (points.at(-1)?.atSeconds ?? 1) + 5;
  const x = (at: number) => Math.round(left + (at / seconds) * (width - left - right));
  const y = (units: number) => Math.round(base - (Math.min(units, most) / most) * plotHeight);
  const line = (of: (point: Pacing['points'][number]) => number) =>
    points.map((point) => `${x(point.atSeconds + 2.5)},${y(of(point))}`).join(' ');
  const marks = points
    .filter((point) => point.userThrottles > 0)
    .map(
      ({ atSeconds }) =>
        `<circle cx="${x(atSeconds + 2.5)}" cy="${base + 5}" r="2" fill="#c0392b"/>`,
    );
  const refused = ((100 * userThrottles) / Math.max(1, userCalls)).toFixed(2);
  return [
    `<text x="12" y="${top + 20}" font-weight="bold">${name}: units a second; of ${userCalls} calls of the users, ${userThrottles} refused (${refused} %)</text>`,
    `<line x1="${left}" x2="${width - right}" y1="${y(capacity)}" y2="${y(capacity)}" stroke="#888" stroke-dasharray="4 3"/>`,
    `<text x="${left - 6}" y="${y(capacity) + 4}" text-anchor="end">${capacity}</text>`,
    `<line x1="${left}" x2="${width - right}" y1="${base}" y2="${base}" stroke="#888"/>`,
    `<text x="${left - 6}" y="${base + 4}" text-anchor="end">0</text>`,
    `<polyline fill="none" stroke="#e08e2b" stroke-width="2" points="${line(({ demand }) => demand)}"/>`,
    `<polyline fill="none" stroke="#3b82b6" stroke-width="2" points="${line(({ backfillUnits }) => backfillUnits)}"/>`,
    ...marks,
    `<text x="${left}" y="${base + 20}" fill="#666">${seconds} s. Orange: what the users want; blue: what the backfill uses; red: users were refused.</text>`,
  ];
}
