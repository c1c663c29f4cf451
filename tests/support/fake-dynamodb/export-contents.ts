/** What an export holds: the table's history, folded to a state or to a window. */

import { drawBelow } from '../seeded-random.ts';
import { type PastItem, versionBefore } from './backups.ts';
import type { ExportJob, ExportScope } from './export-job.ts';

/** A line of a data file, and where in the table its key lies. */
export interface ExportLine {
  readonly hash: number;
  readonly json: string;
}

const secondMicros = 1_000_000;

export interface FoldOptions {
  readonly random: () => number;
  /** By so much at most, an item of a full export may be older or newer than its time. */
  readonly blurMs: number;
  readonly nowMs: number;
}

/** In an order that means nothing, as AWS promises none. */
export function exportLines({ backups, scope }: ExportJob, options: FoldOptions): ExportLine[] {
  const lines: ExportLine[] = [];
  for (const item of backups.items()) {
    const json =
      scope.type === 'FULL_EXPORT'
        ? fullLine(item, scope, options)
        : windowLine(item, scope, options);
    if (json !== undefined) lines.push({ hash: item.key.hash, json });
  }
  for (let index = lines.length - 1; index > 0; index--) {
    const other = drawBelow(options.random, index + 1);
    [lines[index], lines[other]] = [lines[other]!, lines[index]!];
  }
  return lines;
}

function fullLine(
  item: PastItem,
  { atSeconds }: ExportScope & { type: 'FULL_EXPORT' },
  { random, blurMs, nowMs }: FoldOptions,
): string | undefined {
  const atMs = atSeconds * 1000 + Math.round((random() * 2 - 1) * blurMs);
  const text = versionBefore(item, Math.min(atMs, nowMs) * 1000 + 1)?.text;
  return text === undefined ? undefined : `{"Item":${text}}`;
}

/** One line for a key that was written in the window, unless it was nothing before and is nothing at its end. */
function windowLine(
  item: PastItem,
  { fromSeconds, toSeconds, view }: ExportScope & { type: 'INCREMENTAL_EXPORT' },
  { random }: FoldOptions,
): string | undefined {
  const last = versionBefore(item, toSeconds * secondMicros);
  if (last === undefined || last.micros < fromSeconds * secondMicros) return undefined;
  const before = versionBefore(item, fromSeconds * secondMicros)?.text;
  if (last.text === undefined && before === undefined) return undefined;
  const images = [
    last.text !== undefined && `"NewImage":${last.text}`,
    before !== undefined && view === 'NEW_AND_OLD_IMAGES' && `"OldImage":${before}`,
  ].filter((member) => member !== false);
  // Which of the two comes first is promised nowhere.
  if (random() < 0.5) images.reverse();
  const metadata = `"Metadata":{"WriteTimestampMicros":{"N":"${last.micros}"}}`;
  return `{${[metadata, `"Keys":${item.key.json}`, ...images].join()}}`;
}
