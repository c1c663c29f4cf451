/** The tables of a region as bindings that a user may enable. */

import type { DiscoveredBinding, DiscoveredResponse } from '../../protocol/responses.ts';
import { placeOf, type Aws } from '../aws/aws.ts';
import type { EndpointConfig } from '../config/config.ts';
import {
  discoverTables,
  documentKey,
  documentSchema,
  isBindable,
  type FoundTable,
} from '../discovery/discovery.ts';
import { ConnectorError, errorCodes, type ErrorCode } from '../errors.ts';
import type { Log } from '../log.ts';
import { bareTableName, type Table } from '../table.ts';

/** What fits a screen: who has more tables without a stream has understood by then. */
const listedTablesMax = 20;

export interface DiscoverOptions extends Pick<EndpointConfig, 'historyMode' | 'tableFilter'> {
  /** Blank for a capture that may not exist yet. */
  readonly createdAt: string;
}

/**
 * The answer to `discover`: a binding for each table that can be captured, by name. The others are logged, each
 * with what fixes it. Throws `nothing-to-capture` when there is none to capture.
 *
 * Flow removes the bindings of tables that the answer leaves out, and with them what was captured of their streams: so a
 * table that may be bound and cannot be described fails it. A capture that is new has no bindings, and may well see
 * tables that it is not allowed to describe.
 */
export async function discover(
  aws: Pick<Aws, 'tables' | 'endpoint'>,
  config: DiscoverOptions,
  log: Log,
  signal: AbortSignal,
): Promise<DiscoveredResponse> {
  const scope = { filter: config.tableFilter, bound: [] };
  const { tables, hiddenCount } = await discoverTables(aws.tables, scope, log, signal);
  const unusable = tables.filter(({ obstacle }) => obstacle !== undefined);
  const unknown = unusable.filter(
    ({ table, obstacle }) =>
      table === undefined && (config.createdAt !== '' || passingCodes.has(obstacle?.code)),
  );
  if (unknown.length > 0) throw undescribed(placeOf(aws), unknown, tables.length);
  for (const { name, obstacle } of unusable) {
    const { reason, remedy } = obstacle ?? {};
    log.warn('A table cannot be captured', { table: name, reason, remedy });
  }
  const usable = tables.filter(isBindable).flatMap(({ table }) => table ?? []);
  if (usable.length === 0) throw nothingToCapture(placeOf(aws), unusable, hiddenCount);
  return {
    kind: 'discovered',
    bindings: usable.toSorted(byName).map((table) => bindingOf(table, config)),
  };
}

/** Failures that another try may not have. */
const passingCodes = new Set<ErrorCode | undefined>([
  errorCodes.awsUnavailable,
  errorCodes.responseInvalid,
]);

function undescribed(
  place: string,
  unknown: readonly FoundTable[],
  tableCount: number,
): ConnectorError {
  const message = [
    `Cannot describe ${unknown.length} of ${tableCount} tables ${place}, and Flow would remove their bindings if they were left out:`,
    ...obstacleLines(unknown),
  ].join('\n');
  return new ConnectorError(unknown[0]?.obstacle?.code ?? errorCodes.awsUnavailable, message, {
    hint: 'To leave a table out, add its name to "exclude" in "advanced.tableFilter".',
  });
}

/** By code units, not by locale: the same tables have to give the same answer everywhere. */
export function byName(a: Pick<Table, 'name'>, b: Pick<Table, 'name'>): number {
  return a.name < b.name ? -1 : 1;
}

/** A table as a binding that a user may enable, by the name or ARN that it was found by. */
export function bindingOf(
  table: Table,
  config: Pick<EndpointConfig, 'historyMode'>,
): DiscoveredBinding {
  return {
    recommendedName: bareTableName(table.name),
    resourceConfig: { table: table.name },
    documentSchema: documentSchema(table, config),
    key: documentKey(table),
    disable: false,
    resourcePath: [table.name],
  };
}

function nothingToCapture(
  place: string,
  unusable: readonly FoundTable[],
  hiddenCount: number,
): ConnectorError {
  const hidden =
    hiddenCount > 0 ? `, besides ${hiddenCount} that "advanced.tableFilter" excludes` : '';
  if (unusable.length === 0) {
    const isHidden = hiddenCount > 0;
    return new ConnectorError(
      errorCodes.nothingToCapture,
      isHidden
        ? `Found no table ${place}${hidden}`
        : `Found no table ${place}: the tables may be in another region, or in another account than that of the credentials`,
      {
        hint: isHidden
          ? 'Check the patterns of "advanced.tableFilter".'
          : 'Check "region" and "credentials" in the endpoint configuration.',
      },
    );
  }
  const obstacles = unusable.flatMap(({ obstacle }) => obstacle ?? []);
  const isStreams = obstacles.some(({ code }) => code === errorCodes.streamUnusable);
  const lines = [
    `Found no table to capture ${place}${hidden}: ${isStreams ? 'turn on a stream with new and old images for each table to capture, or check' : 'check'} "region" and "credentials" if these are not the tables you mean:`,
    ...obstacleLines(unusable),
  ];
  return new ConnectorError(errorCodes.nothingToCapture, lines.join('\n'));
}

/** A line for each table, with what fixes it. */
function obstacleLines(tables: readonly FoundTable[]): string[] {
  const obstacles = tables.flatMap(({ obstacle }) => obstacle ?? []);
  const unlistedCount = obstacles.length - listedTablesMax;
  return [
    ...obstacles
      .slice(0, listedTablesMax)
      .map(({ reason, remedy }) => `- ${`${reason}. ${remedy}`.trim()}`),
    ...(unlistedCount > 0 ? [`- and ${unlistedCount} more`] : []),
  ];
}
