/** Progress as lines of a terminal: a bar for each table, and a line for the stream. None is wider than it may be. */

import stringWidth from 'string-width';
import type { Progress, TableMeter } from './progress-meter.ts';
import { bytesText, countText, plural, secondsText } from '../terminal/format.ts';
import type { Colors, Terminal } from '../terminal/terminal.ts';

const barWidthMin = 8;
const barWidthMax = 30;
/** Leaves room for words beside it. */
const barWidthMaxNarrow = 10;
const nameWidthMax = 24;
const nameWidthNarrow = 10;
const percentWidth = 5;
/** Below this, words give way to the bare numbers. */
const wideColumns = 60;
/** Lines that are left to what came before. */
const spareRows = 3;
/** What the stream is behind by more than this is worth a colour. */
const lagMsFine = 5_000;

export type Shape = Pick<Terminal, 'columns' | 'rows' | 'colors'>;

export function progressLines(progress: Progress, shape: Shape): string[] {
  const { tables } = progress;
  const { colors } = shape;
  // A line as wide as the terminal makes some terminals begin another.
  const width = shape.columns - 1;
  const isWide = shape.columns >= wideColumns;
  const shown = visibleTables(tables, shape.rows - spareRows);
  const nameWidth = Math.min(
    Math.max(6, ...shown.map(({ name }) => stringWidth(name))),
    isWide ? Math.min(nameWidthMax, Math.floor(shape.columns / 4)) : nameWidthNarrow,
  );
  const layout = layoutOf(shown, width - nameWidth - 1, isWide);
  const name = (text: string) => padded(shortened(text, nameWidth), nameWidth);
  const lines = shown.map((table) => `${name(table.name)} ${tableText(table, layout, colors)}`);
  const hidden = tables.length - shown.length;
  const done = tables.filter(({ phase }) => phase === 'streaming').length;
  const more = `… and ${plural(hidden, 'more table')}, ${done} of ${tables.length} backfilled`;
  const stream = joined(streamParts(progress, colors), ' · ', width - nameWidth - 1);
  return [
    ...lines,
    ...(hidden === 0 ? [] : [colors.dim(shortened(more, width))]),
    `${colors.dim(name('stream'))} ${stream}`,
  ];
}

/** All tables where they fit, otherwise those that have most to tell, in their order. */
function visibleTables(tables: readonly TableMeter[], rowsMax: number): readonly TableMeter[] {
  if (tables.length <= rowsMax) return tables;
  const ranks = { backfilling: 0, 'waiting-for-stream': 1, starting: 2, streaming: 3 } as const;
  const ranked = tables.toSorted((a, b) => ranks[a.phase] - ranks[b.phase]);
  const chosen = new Set(ranked.slice(0, Math.max(1, rowsMax - 1)));
  return tables.filter((table) => chosen.has(table));
}

/** A number beside the bar. */
interface Detail {
  readonly textOf: (table: TableMeter) => string;
  /** Wide enough for most numbers, so that they don't make the bar jump. */
  readonly widthMin: number;
  /** Those of a low rank are kept longest. */
  readonly rank: number;
}

const wideDetails: readonly Detail[] = [
  { textOf: itemsText, widthMin: 0, rank: 3 },
  { textOf: (table) => `${countText(table.itemsPerSecond)} items/s`, widthMin: 13, rank: 2 },
  { textOf: (table) => `${bytesText(table.bytesPerSecond)}/s`, widthMin: 9, rank: 4 },
  { textOf: (table) => `${countText(table.unitsPerSecond)} units/s`, widthMin: 11, rank: 5 },
  { textOf: leftText, widthMin: 9, rank: 1 },
];

const narrowDetails: readonly Detail[] = [
  { textOf: (table) => `${shortCount(table.itemsPerSecond)}/s`, widthMin: 6, rank: 2 },
  { textOf: (table) => leftText(table).replace(' left', ''), widthMin: 5, rank: 1 },
];

function itemsText({ items, itemsExpected }: TableMeter): string {
  const all = countText(itemsExpected);
  return `${countText(items).padStart(all.length)} of ${all}`;
}

function leftText({ secondsLeft }: TableMeter): string {
  return secondsLeft === undefined ? '' : `${secondsText(secondsLeft)} left`;
}

interface Layout {
  readonly barWidth: number;
  readonly details: readonly (Detail & { readonly width: number })[];
  /** Between two details. */
  readonly gap: number;
  /** Of all behind the bar and the percentage. */
  readonly restWidth: number;
}

/** As many details as fit beside a bar, the same for all tables. */
function layoutOf(tables: readonly TableMeter[], width: number, isWide: boolean): Layout {
  const backfilling = tables.filter(({ phase }) => phase === 'backfilling');
  const ranked = (isWide ? wideDetails : narrowDetails)
    .map((detail) => {
      const widths = backfilling.map((table) => stringWidth(detail.textOf(table)));
      return { ...detail, width: Math.max(detail.widthMin, ...widths) };
    })
    .toSorted((a, b) => a.rank - b.rank);
  const gap = isWide ? 2 : 1;
  const room = width - percentWidth - 1;
  let left = room - barWidthMin;
  const kept = ranked.filter((detail) => {
    // The first that does not fit ends it: a table that is wide for others must not let lesser ones in.
    left -= detail.width + gap;
    return left >= 0;
  });
  const used = kept.reduce((sum, detail) => sum + detail.width + gap, 0);
  const barWidth = Math.max(1, Math.min(isWide ? barWidthMax : barWidthMaxNarrow, room - used));
  const order = isWide ? wideDetails : narrowDetails;
  const details = order.flatMap(({ rank }) => kept.filter((detail) => detail.rank === rank));
  return { barWidth, details, gap, restWidth: room - barWidth };
}

function tableText(table: TableMeter, layout: Layout, colors: Colors): string {
  const { barWidth, details, gap, restWidth } = layout;
  const spaces = ' '.repeat(gap);
  const full = Math.floor(table.share * barWidth);
  const color = table.phase === 'streaming' ? colors.green : colors.cyan;
  const bar = color('━'.repeat(full)) + colors.dim('─'.repeat(barWidth - full));
  const percent = `${Math.floor(table.share * 100)} %`.padStart(percentWidth);
  switch (table.phase) {
    case 'backfilling': {
      const cells = details.map(({ textOf, width }) => `${spaces}${textOf(table).padStart(width)}`);
      return `${bar} ${percent}${cells.join('')}`;
    }
    case 'streaming': {
      const parts = [
        ...repairParts(table),
        plural(table.items, 'item'),
        plural(table.changes, 'change'),
      ];
      return `${bar} ${color(percent)} ${joined(parts, ', ', restWidth - 1)}`.trimEnd();
    }
    case 'waiting-for-stream':
      return `${bar} ${percent} ${colors.dim(shortened('waits for the stream', restWidth - 1))}`;
    case 'starting':
      return `${bar} ${percent} ${colors.dim(shortened('starting', restWidth - 1))}`;
  }
}

function repairParts({ repair }: TableMeter): string[] {
  if (repair === undefined) return [];
  const { exportsLeft, keysLeft } = repair;
  const keys = keysLeft === 0 ? [] : [`${plural(keysLeft, 'key')} of one`];
  return ['repairs a gap', `${plural(exportsLeft, 'export')} left`, ...keys];
}

function streamParts(progress: Progress, colors: Colors): string[] {
  const { shards, lagMs, changesPerSecond, documents, bytesPerSecond } = progress;
  const lag = lagMs === undefined ? undefined : lagText(lagMs);
  return [
    plural(shards, 'shard'),
    ...(lag === undefined || lagMs === undefined
      ? []
      : [lagMs > lagMsFine ? colors.yellow(lag) : lag]),
    `${countText(changesPerSecond)} changes/s`,
    plural(documents, 'document'),
    `${bytesText(bytesPerSecond)}/s`,
  ];
}

/** A number in few letters: `940`, `1.2k`, `35k`, `1.2M`. */
function shortCount(count: number): string {
  const whole = Math.round(count);
  if (whole < 1000) return String(whole);
  const [value, unit] = whole < 999_500 ? [whole / 1000, 'k'] : [whole / 1_000_000, 'M'];
  return `${value < 9.95 ? value.toFixed(1) : value.toFixed(0)}${unit}`;
}

/** How far the stream is behind. */
export function lagText(lagMs: number): string {
  return lagMs < 10_000
    ? `${(lagMs / 1000).toFixed(1)} s behind`
    : `${secondsText(lagMs / 1000)} behind`;
}

/** As many of the parts as fit. */
function joined(parts: readonly string[], separator: string, width: number): string {
  let text = '';
  for (const part of parts) {
    const longer = text === '' ? part : `${text}${separator}${part}`;
    if (stringWidth(longer) > width) break;
    text = longer;
  }
  return text;
}

function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - stringWidth(text)));
}

/** A plain text within a width, its end replaced by `…` where it has to be. */
function shortened(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let kept = '';
  for (const character of text) {
    if (stringWidth(`${kept}${character}…`) > width) break;
    kept += character;
  }
  return width < 1 ? '' : `${kept}…`;
}
