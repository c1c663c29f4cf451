/**
 * Tables on a terminal, without borders. Where a table is too wide, its flexible columns are shortened, as far as
 * they allow; on a terminal that is narrower still, each row becomes a few lines of its own. No line is ever wider
 * than the terminal, so that none is broken in the middle.
 */

import CliTable from 'cli-table3';
import stringWidth from 'string-width';
import type { Terminal } from './terminal.ts';

export interface Column {
  readonly header: string;
  readonly align?: 'right';
  /** For a column that may be shortened, with `…`: the least of its width. */
  readonly widthMin?: number;
  /** Names often differ at their ends alone: they are shortened so that they still differ. */
  readonly elide?: 'middle';
}

/** Between two columns. */
const gap = 2;
/** A row that is shown as lines has them indented by this much, and values set off from labels. */
const indent = 2;

/** A table of as many lines as rows and a heading; cells may be coloured, and are single lines. */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  terminal: Pick<Terminal, 'columns' | 'colors'>,
): string {
  const naturals = columns.map(({ header }, index) =>
    Math.max(...[header, ...rows.map((row) => row[index] ?? '')].map((cell) => stringWidth(cell))),
  );
  const widths = fitted(columns, naturals, terminal.columns);
  return widths === undefined
    ? renderLines(columns, rows, terminal)
    : renderColumns(columns, rows, widths, terminal);
}

/** The columns' widths that keep within a width; undefined when they cannot. */
function fitted(
  columns: readonly Column[],
  naturals: readonly number[],
  widthMax: number,
): number[] | undefined {
  const widths = [...naturals];
  let excess = sum(widths) + gap * (widths.length - 1) - widthMax;
  while (excess > 0) {
    // The widest of those that may give way, a cell at a time: so all that are shortened end up alike.
    const candidates = columns
      .map(({ widthMin }, index) => ({ index, width: widths[index] ?? 0, widthMin }))
      .filter(({ width, widthMin }) => widthMin !== undefined && width > widthMin);
    const [widest] = candidates.sort((a, b) => b.width - a.width);
    if (widest === undefined) return undefined;
    widths[widest.index] = widest.width - 1;
    excess -= 1;
  }
  return widths;
}

function renderColumns(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  widths: readonly number[],
  { colors }: Pick<Terminal, 'colors'>,
): string {
  const table = new CliTable({
    chars: borderless,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': gap },
    // The last column has no gap to its right, but the library's padding.
    colWidths: widths.map((width) => width + gap),
    colAligns: columns.map(({ align }) => align ?? 'left'),
  });
  const shown = columns.map(({ elide }, index) => {
    const cells = rows.map((row) => row[index] ?? '');
    return elide === 'middle' ? elided(cells, widths[index] ?? 0) : cells;
  });
  table.push(
    columns.map(({ header }) => colors.dim(header)),
    ...rows.map((row, line) => row.map((cell, index) => shown[index]?.[line] ?? cell)),
  );
  return trimmed(table.toString());
}

/**
 * Names without colours, each within a width. Of all places for the `…` the one that keeps most of them apart, and of
 * these the one nearest to the middle.
 */
export function elided(names: readonly string[], width: number): string[] {
  const room = Math.max(0, width - 1);
  const middle = room / 2;
  const heads = Array.from({ length: room + 1 }, (_, head) => head);
  heads.sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle));
  const cut = (head: number) =>
    names.map((name) =>
      name.length <= width
        ? name
        : `${name.slice(0, head)}…${name.slice(name.length - (room - head))}`,
    );
  const distinct = new Set(names).size;
  let best = cut(heads[0] ?? 0);
  for (const head of heads) {
    const count = new Set(best).size;
    if (count === distinct) break;
    const other = cut(head);
    if (new Set(other).size > count) best = other;
  }
  return best;
}

/** Each row as its first cell, then a line for each other cell that is not empty. */
function renderLines(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  { colors, columns: widthMax }: Pick<Terminal, 'columns' | 'colors'>,
): string {
  const [, ...others] = columns;
  const labelWidth = Math.max(0, ...others.map(({ header }) => stringWidth(header)));
  const left = ' '.repeat(indent);
  const blocks = rows.map(([title = '', ...cells]) => {
    const lines = cells.flatMap((cell, index) => {
      if (stringWidth(cell) === 0) return [];
      const label = (others[index]?.header ?? '').padEnd(labelWidth + gap);
      const width = widthMax - indent - labelWidth - gap;
      return [`${left}${colors.dim(label)}${shortened(cell, width)}`];
    });
    return [colors.bold(shortened(title, widthMax)), ...lines].join('\n');
  });
  return blocks.join('\n');
}

/** A text within a width, its end replaced by `…` where it has to be; colours stay whole. */
function shortened(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  const table = new CliTable({
    chars: borderless,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colWidths: [Math.max(1, width)],
  });
  table.push([text]);
  return trimmed(table.toString());
}

/** Words of a text in lines of at most this width; a longer word has a line of its own. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && stringWidth(`${line} ${word}`) > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

const borderless = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '' },
  ...{ bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' },
  ...{ left: '', 'left-mid': '', mid: '', 'mid-mid': '' },
  ...{ right: '', 'right-mid': '', middle: '' },
};

function trimmed(text: string): string {
  return text.replace(/ +$/gm, '');
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
