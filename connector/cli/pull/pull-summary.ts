/** What `pull` says at its end: what came, from where, and how to go on. */

import { addCounts, documentCount, noCounts, type DocumentCounts } from './document-counts.ts';
import { bytesText, countText, plural, secondsText } from '../terminal/format.ts';
import type { PullCapture } from './pulled-capture.ts';
import type { PullCommits } from './pull-commits.ts';
import type { PullOptions } from './pull-options.ts';
import { renderTable, wrapped, type Column } from '../terminal/table-view.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** Why it ended; `ended` where the connector saw a reason of its own. */
export type PullEnd = 'backfilled' | 'caught-up' | 'limit' | 'interrupted' | 'ended';

export interface PullResult {
  readonly options: PullOptions;
  readonly capture: PullCapture;
  readonly commits: Pick<PullCommits, 'counts' | 'documentCount' | 'uncoveredCount' | 'keptTables'>;
  /** Absent where documents were not reduced. */
  readonly rowCount: number | undefined;
  readonly end: PullEnd;
  readonly seconds: number;
}

/** Names that are shown of tables whose positions are kept: a line or two. */
const keptShownMax = 5;

const endings: Readonly<Record<PullEnd, string>> = {
  backfilled: 'backfilled',
  'caught-up': 'backfilled and caught up',
  limit: 'the limit is reached',
  interrupted: 'stopped',
  ended: 'the capture ended',
};

export function summarize(result: PullResult, stderr: Terminal): void {
  stderr.write(
    result.options.json ? `${JSON.stringify(summaryJson(result))}\n` : summaryText(result, stderr),
  );
}

/** One object for machines. */
export function summaryJson({ options, capture, commits, rowCount, end, seconds }: PullResult) {
  return {
    event: 'summary',
    capture: capture.name,
    end,
    seconds,
    documents: commits.documentCount,
    ...(rowCount === undefined ? {} : { rows: rowCount }),
    uncovered: commits.uncoveredCount,
    kept: commits.keptTables,
    tables: commits.counts.map((counts, index) => ({
      table: capture.tableNames[index],
      collection: capture.collections[index]?.name,
      ...counts,
    })),
    continue: options.state === undefined ? null : continueCommand(options),
  };
}

/** A few lines and a table for people. */
export function summaryText(result: PullResult, terminal: Terminal): string {
  const { options, commits, rowCount, end, seconds } = result;
  const { colors } = terminal;
  const documents = plural(commits.documentCount, 'document');
  const rows = rowCount === undefined ? '' : `, reduced to ${plural(rowCount, 'row')}`;
  const headline = `${documents} in ${secondsText(seconds)}${rows} (${endings[end]})`;
  const lines = [
    ...wrapped(`${colors.green('✓')} ${headline}`, terminal.columns),
    ...(commits.documentCount === 0 ? [] : [countsTable(result, terminal)]),
    ...(commits.uncoveredCount === 0
      ? []
      : [...wrapped(uncoveredText(commits.uncoveredCount, options), terminal.columns)]),
    ...keptText(result, terminal),
    ...howToContinue(result, terminal),
  ];
  return `${lines.join('\n')}\n`;
}

/** What the table below needs with an ordinary name in it. */
const narrowColumns = 56;

const columnsOf = (...counts: readonly string[]): readonly Column[] => [
  { header: 'table', widthMin: 10, elide: 'middle' },
  ...[...counts, 'size'].map((header): Column => ({ header, align: 'right' })),
];
const plainColumns = columnsOf('scanned', 'inserts', 'updates', 'deletes');
const columnsWithReemitted = columnsOf('scanned', 'inserts', 'updates', 'deletes', 're-emitted');

function countsTable({ capture, commits }: PullResult, terminal: Terminal): string {
  const isReemitting = commits.counts.some(({ reemitted }) => reemitted > 0);
  const columns = isReemitting ? columnsWithReemitted : plainColumns;
  // On a narrow terminal each number has a line of its own: nothing is worth none.
  const cell = (count: number) =>
    count === 0 && terminal.columns < narrowColumns ? '' : countText(count);
  const row = (name: string, counts: DocumentCounts) => [
    name,
    ...[counts.scanned, counts.inserts, counts.updates, counts.deletes].map(cell),
    ...(isReemitting ? [cell(counts.reemitted)] : []),
    bytesText(counts.bytes),
  ];
  const rows = commits.counts
    .map((counts, index) => ({ counts, name: capture.tableNames[index] ?? '' }))
    .filter(({ counts }) => documentCount(counts) > 0)
    .map(({ name, counts }) => row(name, counts));
  if (rows.length < 2) return renderTable(columns, rows, terminal);
  const sum = noCounts();
  for (const counts of commits.counts) addCounts(sum, counts);
  return renderTable(columns, [...rows, row('all', sum)], terminal);
}

/** With an output file and a state they are cut off by the next run; from a pipe nothing can be taken back. */
function uncoveredText(count: number, { state, output }: PullOptions): string {
  const documents = `The last ${plural(count, 'document')} come after the last checkpoint`;
  if (state === undefined) return `${documents}.`;
  return output === '-'
    ? `${documents}: a continued run prints them again.`
    : `${documents}: a continued run replaces them.`;
}

function keptText({ options, commits }: PullResult, { columns }: Terminal): string[] {
  const { keptTables } = commits;
  if (options.state === undefined || keptTables.length === 0) return [];
  const [shown, more] = [keptTables.slice(0, keptShownMax), keptTables.length - keptShownMax];
  const list = `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  return wrapped(
    `${options.state} keeps the positions of ${plural(keptTables.length, 'table')} that this run did not capture: ${list}.`,
    columns,
  );
}

function howToContinue({ options }: PullResult, { colors, columns }: Terminal): string[] {
  // On a line of its own, so that it can be copied whole.
  if (options.state !== undefined) return ['Continue with:', colors.bold(continueCommand(options))];
  return wrapped('Nothing was stored to continue from; --state <file> does that.', columns).map(
    (line) => colors.dim(line),
  );
}

/** The same command again. */
export function continueCommand(options: PullOptions): string {
  const { source, capture, state, until, reduce, output, limit, json, format } = options;
  const option = (name: string, value: string | number | undefined) =>
    value === undefined ? [] : [name, quoted(String(value))];
  return [
    'source-dynamodb pull',
    ...(source === 'flow.yaml' ? [] : option('--source', source)),
    ...option('--capture', capture),
    ...option('--region', options.region),
    ...option('--endpoint', options.endpoint),
    ...options.table.flatMap((pattern) => option('--table', pattern)),
    ...option('--state', state),
    ...option('--until', until),
    ...(reduce ? ['--reduce'] : []),
    ...(format === 'flow' ? [] : option('--format', format)),
    ...(output === '-' ? [] : option('--output', output)),
    ...option('--limit', limit),
    ...(json ? ['--json'] : []),
  ].join(' ');
}

/** A word as a shell takes it. */
function quoted(word: string): string {
  return /^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
