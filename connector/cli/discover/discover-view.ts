/** What `discover` shows. */

import { errorCodes, type ConnectorError } from '../../errors.ts';
import type { DiscoveredTables, DiscoveredTable } from '../../session/session.ts';
import { streamCommands } from '../../table.ts';
import type { DiscoverTarget } from './discover-target.ts';
import { bindingOfTable, type Changes } from './discovered-changes.ts';
import { bytesText, countText, plural } from '../terminal/format.ts';
import { awsOptions, problemLines } from '../terminal/problem-view.ts';
import { renderTable, type Column } from '../terminal/table-view.ts';
import { printable, type Terminal } from '../terminal/terminal.ts';

const columns: readonly Column[] = [
  { header: 'Table', widthMin: 16, elide: 'middle' },
  { header: 'Items', align: 'right' },
  { header: 'Size', align: 'right' },
  { header: 'Key', widthMin: 8 },
  { header: 'Stream' },
  { header: 'View type', widthMin: 9 },
  { header: 'Verdict' },
];

/** Heading, headers, blank lines, the outcome and the shell's next prompt. */
const linesAround = 10;

/** All tables, then what fixes those that cannot be captured. */
export function renderDiscovered(
  discovered: DiscoveredTables,
  target: DiscoverTarget,
  terminal: Terminal,
  isVerbose: boolean,
): string {
  const { colors } = terminal;
  const { tables, place, hiddenCount, listing } = discovered;
  const hidden = `${plural(hiddenCount, 'table')} ${place} excluded by "advanced.tableFilter"`;
  if (tables.length === 0) {
    return hiddenCount > 0
      ? `${hidden}, and no other.\n`
      : `There are no tables ${place}, or these credentials belong to another account.\n`;
  }
  const rows = tables.map((each) => rowOf(each, target, terminal));
  const obstacles = tables.flatMap(({ table, obstacle }) => {
    if (obstacle === undefined) return [];
    const isStream = table !== undefined && obstacle.code === errorCodes.streamUnusable;
    const commands = isStream ? streamCommands(table, awsOptions(target.config)) : [];
    const problem = { message: obstacle.reason, remedy: obstacle.remedy, commands };
    return ['', ...problemLines(problem, colors.red('✗'), terminal)];
  });
  // The table and the end should be in sight: more lines than there is room for are for who asks.
  const room = terminal.rows - rows.length - linesAround;
  const troubledCount = tables.filter(({ obstacle }) => obstacle !== undefined).length;
  const isRoom = isVerbose || obstacles.length <= room;
  const heading = `${plural(tables.length, 'table')} ${place}`;
  return [
    colors.bold(heading),
    ...(hiddenCount > 0 ? [colors.dim(hidden)] : []),
    '',
    renderTable(columns, rows, terminal),
    ...(isRoom ? obstacles : []),
    ...(listing === undefined ? [] : ['', ...unlisted(listing, terminal)]),
    '',
    `${verdict(tables.length, troubledCount, terminal)}${isRoom ? '' : ': --verbose says how to fix each.'}`,
    '',
  ].join('\n');
}

function verdict(count: number, troubledCount: number, { colors }: Terminal): string {
  const all = plural(count, 'table');
  return troubledCount === 0
    ? `${colors.green('✓')} ${all} can be captured`
    : `${colors.red('✗')} ${countText(troubledCount)} of ${all} cannot be captured`;
}

/** Why there may be more tables than are shown. */
function unlisted({ message, hint }: ConnectorError, terminal: Terminal): string[] {
  const problem = {
    message: `Only the tables of bindings are shown. ${message}`,
    remedy: hint,
    commands: [],
  };
  return problemLines(problem, terminal.colors.yellow('!'), terminal);
}

function rowOf(each: DiscoveredTable, target: DiscoverTarget, { colors }: Terminal): string[] {
  const { name, table, obstacle } = each;
  const outcome =
    obstacle === undefined
      ? colors.green(`✓ ${standing(each, target)}`)
      : colors.red(`✗ ${shortReason(each)}`);
  if (table === undefined) return [name, '', '', '', '', '', outcome];
  return [
    name,
    countText(table.itemCount),
    bytesText(table.sizeBytes),
    printable(table.key.map(({ name, type }) => `${name} (${type})`).join(', ')),
    table.stream === undefined ? 'off' : 'on',
    table.stream?.viewType ?? '',
    outcome,
  ];
}

function standing(found: DiscoveredTable, { capture }: DiscoverTarget): string {
  const binding = bindingOfTable(capture.bindings, found);
  if (binding === undefined) return 'can be captured';
  return binding.isDisabled ? 'disabled' : 'captured';
}

function shortReason({ table, obstacle }: DiscoveredTable): string {
  if (table === undefined) {
    return obstacle?.code === errorCodes.permissionDenied ? 'no permission' : 'not described';
  }
  if (obstacle?.code !== errorCodes.streamUnusable) return table.status;
  return table.stream === undefined ? 'no stream' : 'no new images';
}

export interface ChangesOptions {
  readonly isWritten: boolean;
  readonly flags: { readonly source: string };
}

/** What was written, or would be. */
export function renderChanges(
  changes: Changes,
  { origin }: DiscoverTarget,
  { isWritten, flags }: ChangesOptions,
  terminal: Terminal,
): string {
  const { colors } = terminal;
  const notes = changes.notes.map((note) => `${colors.yellow('!')} ${note}`);
  const { files, bindings } = changes;
  if (isWritten) {
    const written = files.map(
      ({ path, isNew }) => `${colors.green('✓')} ${isNew ? 'Wrote' : 'Updated'} ${path}`,
    );
    const outcome = written.length > 0 ? written : [`${flags.source} is up to date.`];
    return lines([...notes, ...outcome]);
  }
  const isNothingToWrite = files.length === 0 || (origin !== 'there' && bindings.length === 0);
  if (isNothingToWrite) return lines(notes);
  const doing =
    bindings.length > 0
      ? `add ${plural(bindings.length, 'binding')} to ${flags.source}`
      : `update ${plural(files.length, 'file')}`;
  return lines([...notes, `Run again with ${colors.bold('--write')} to ${doing}.`]);
}

function lines(all: readonly string[]): string {
  return all.length === 0 ? '' : `\n${all.join('\n')}\n`;
}

/** The same for programs. */
export function discoveredJson(
  { tables, hiddenCount, listing }: DiscoveredTables,
  { capture: { name, bindings }, config }: DiscoverTarget,
  written: Changes | undefined,
): object {
  return {
    capture: name,
    region: config.region,
    endpoint: config.endpoint ?? null,
    hiddenTables: hiddenCount,
    listing: listing === undefined ? null : { code: listing.code, message: listing.message },
    tables: tables.map((found) => {
      const { name, table, obstacle } = found;
      const binding = bindingOfTable(bindings, found);
      return {
        table: name,
        arn: table?.arn ?? null,
        status: table?.status ?? null,
        items: table?.itemCount ?? null,
        bytes: table?.sizeBytes ?? null,
        key: table?.key ?? null,
        viewType: table?.stream?.viewType ?? null,
        canBeCaptured: obstacle === undefined,
        ...(obstacle === undefined ? {} : obstacle),
        binding: binding === undefined ? null : binding.isDisabled ? 'disabled' : 'enabled',
      };
    }),
    ...(written === undefined
      ? {}
      : {
          written: {
            files: written.files.map(({ path }) => path),
            bindings: written.bindings,
            collections: written.collections,
            notes: written.notes,
          },
        }),
  };
}
