/** `discover`: the tables of a region, what keeps any from being captured, and bindings for the others. */

import { codecNamed } from '../../../protocol/codec.ts';
import type { DiscoveredBinding } from '../../../protocol/responses.ts';
import { ConnectorError, errorCodes, messageOf } from '../../errors.ts';
import type { Files } from '../../host.ts';
import { isIncluded } from '../../table-filter.ts';
import type { TableFilter } from '../../table.ts';
import { loadDiscoveredTables, type DiscoveredTables } from '../../session/session.ts';
import { exitCodes } from '../command-error.ts';
import { withNotice, type CommandContext } from '../command.ts';
import { cannotEdit } from './by-hand.ts';
import { renderChanges, renderDiscovered, discoveredJson } from './discover-view.ts';
import { targetOf, type DiscoverTarget, type TargetFlags } from './discover-target.ts';
import { boundTables, changesFor, type Changes } from './discovered-changes.ts';

export interface DiscoverFlags extends TargetFlags {
  readonly write?: true;
  readonly emitRaw?: true;
  readonly json?: true;
  readonly verbose?: true;
  /** Names of tables, or patterns of them; all where there is none. */
  readonly table?: readonly string[];
}

export async function discover(flags: DiscoverFlags, context: CommandContext): Promise<number> {
  const { host, print, stdout, log } = context;
  const target = await targetOf(flags, host);
  const { discoverAllTables } = await loadDiscoveredTables();
  const scope = scopeOf(target, flags.table ?? []);
  const config = { ...target.config, tableFilter: scope.filter };
  const discovered = await withNotice(context, 'Looking at tables …', async () =>
    narrowed(await discoverAllTables(scope.bound, config, host, log), flags.table ?? []),
  );
  if (flags.emitRaw === true) return printRaw(discovered, print);
  const changes = await changesFor(
    host.files,
    target.capture,
    discovered,
    target.origin,
    scope.looksAt,
  );
  if (flags.write === true) await write(host.files, changes);
  const isWritten = flags.write === true;
  if (flags.json === true) {
    const json = discoveredJson(discovered, target, isWritten ? changes : undefined);
    await print(`${JSON.stringify(json, undefined, 2)}\n`);
  } else {
    await print(renderDiscovered(discovered, target, stdout, flags.verbose === true));
    await print(renderChanges(changes, target, { isWritten, flags }, stdout));
  }
  return exitCodes.ok;
}

interface Scope {
  readonly bound: readonly string[];
  readonly filter: TableFilter;
  /** False for a table that was not asked for: nothing is said of its binding. */
  readonly looksAt: (name: string) => boolean;
}

/** What to look at: with patterns of names these alone, and a name without `*` or `?` whether it is listed or not. */
function scopeOf({ capture, config }: DiscoverTarget, patterns: readonly string[]): Scope {
  const bound = boundTables(capture);
  if (patterns.length === 0) return { bound, filter: config.tableFilter, looksAt: () => true };
  const filter = { include: patterns, exclude: [] };
  const looksAt = (name: string) => isIncluded(name, filter);
  const names = patterns.filter((pattern) => !/[*?]/.test(pattern));
  return { bound: [...new Set([...bound.filter(looksAt), ...names])], filter, looksAt };
}

/** A discovered of what was asked for. Throws where there is no such table. */
function narrowed(discovered: DiscoveredTables, patterns: readonly string[]): DiscoveredTables {
  if (patterns.length === 0) return discovered;
  if (discovered.tables.length > 0) return { ...discovered, hiddenCount: 0 };
  const list = patterns.map((pattern) => `"${pattern}"`).join(', ');
  throw new ConnectorError(
    errorCodes.tableMissing,
    `No table ${discovered.place} matches ${list}`,
    {
      hint: 'Leave out --table to see all of them; * stands for any characters, ? for one.',
    },
  );
}

/** The bindings as the protocol has them, one per line. */
async function printRaw(
  discovered: DiscoveredTables,
  print: CommandContext['print'],
): Promise<number> {
  const codec = await codecNamed('json');
  const bindings = discovered.tables.flatMap(({ binding }) => binding ?? []);
  if (bindings.length === 0) {
    throw new ConnectorError(
      errorCodes.nothingToCapture,
      `Found no table to capture ${discovered.place}`,
      { hint: 'Leave out --emit-raw to see all tables, and why some cannot be captured.' },
    );
  }
  const line = (binding: DiscoveredBinding) => {
    const response = codec.encode({ kind: 'discovered', bindings: [binding] });
    const { discovered } = JSON.parse(Buffer.from(response).toString()) as {
      discovered: { bindings: [unknown] };
    };
    return `${JSON.stringify(discovered.bindings[0])}\n`;
  };
  await print(bindings.map(line).join(''));
  return exitCodes.ok;
}

async function write(files: Files, changes: Changes): Promise<void> {
  if (changes.byHand.length > 0) throw cannotEdit(changes.byHand);
  for (const { path, text } of changes.files) {
    try {
      await files.replace(path, text);
    } catch (error) {
      throw new ConnectorError(
        errorCodes.fileUnusable,
        `Cannot write "${path}": ${messageOf(error)}`,
        { cause: error },
      );
    }
  }
}
