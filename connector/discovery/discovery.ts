/** Which tables there are, and which of them can be captured. */

import { mapPool } from '../async/map-pool.ts';
import { isAwsError, type TableApi } from '../aws/aws.ts';
import {
  concernsAllTables,
  errorCodes,
  isConnectorError,
  messageOf,
  nameOf,
  type ConnectorError,
  type ErrorCode,
} from '../errors.ts';
import type { Log } from '../log.ts';
import { assertCapturable, type Table, type TableFilter } from '../table.ts';
import { isIncluded } from '../table-filter.ts';
import { isGone } from '../table-status.ts';

export { sourcedSchema } from './sourced-schema.ts';
export { documentKey, documentSchema } from './document-schema.ts';

/** Enough to describe 2,500 tables, an account's default quota, in seconds; far below the API's own limit. */
export const describeConcurrency = 8;

/** Why a table cannot be captured, and what fixes it: a sentence or a command. */
export interface Obstacle {
  readonly code: ErrorCode;
  readonly reason: string;
  readonly remedy: string;
  /** True for a state of the table that may have passed when the capture starts: it must not cost a binding. */
  readonly mayPass: boolean;
}

/** A table that discovery looked at. */
export interface FoundTable {
  /** Its name; its ARN where only that was given. */
  readonly name: string;
  /** Absent when it could not be described. */
  readonly table: Table | undefined;
  /** Why it cannot be captured; absent when it can. */
  readonly obstacle: Obstacle | undefined;
}

export interface Discovery {
  /** In AWS's order, then those that AWS did not list. */
  readonly tables: readonly FoundTable[];
  /** How many tables the filter left out. */
  readonly hiddenCount: number;
  /** Why AWS did not list the tables; absent when it did. */
  readonly listing: ConnectorError | undefined;
}

export interface DiscoveryScope {
  readonly filter: TableFilter;
  /**
   * Names and ARNs of tables to look at besides, whether they are listed and let through or not; those that do not
   * exist are left out.
   */
  readonly bound: readonly string[];
}

/**
 * The tables of the account and region, each with what keeps it from being captured: one that cannot be described is
 * no reason to know nothing of the others. Throws what concerns all of them, and where the tables can neither be listed nor are given.
 */
export async function discoverTables(
  api: TableApi,
  { filter, bound }: DiscoveryScope,
  log: Log,
  signal: AbortSignal,
): Promise<Discovery> {
  const { listed, listing } = await listTables(api, bound.length > 0, signal);
  const names = listed.filter((name) => isIncluded(name, filter) || bound.includes(name));
  const others = new Set(bound.filter((name) => !names.includes(name)));
  const find = async (name: string, signal: AbortSignal): Promise<FoundTable[]> => {
    try {
      const table = await api.describeTable(name, signal);
      return [{ name, table, obstacle: obstacleOf(table) }];
    } catch (error) {
      const obstacle = obstacleIn(error, name);
      if (obstacle.code !== errorCodes.tableMissing) return [{ name, table: undefined, obstacle }];
      if (!others.has(name)) log.info('A table was dropped during discovery', { table: name });
      return [];
    }
  };
  const found = (await mapPool([...names, ...others], describeConcurrency, find, signal)).flat();
  const arns = new Set(
    found.flatMap(({ name, table }) => (names.includes(name) ? (table?.arn ?? []) : [])),
  );
  return {
    // A binding may give the ARN of a table that is listed.
    tables: found.filter(({ name }) => !others.has(name) || !arns.has(name)),
    hiddenCount: listed.length - names.length,
    listing,
  };
}

/** The names that AWS lists. Without the permission none, where there is something else to look at. */
async function listTables(api: TableApi, hasOthers: boolean, signal: AbortSignal) {
  try {
    return { listed: await api.listTables(signal), listing: undefined };
  } catch (error) {
    const isDenied = isConnectorError(error) && error.code === errorCodes.permissionDenied;
    if (!isDenied || !hasOthers) throw error;
    return { listed: [], listing: error };
  }
}

/** Why a table cannot be described; rethrows what concerns all tables, and bugs. */
function obstacleIn(error: unknown, name: string): Obstacle {
  if (isConnectorError(error)) {
    if (concernsAllTables(error)) throw error;
    return { code: error.code, reason: error.message, remedy: error.hint ?? '', mayPass: false };
  }
  if (!isAwsError(error)) throw error;
  return {
    code: errorCodes.awsUnavailable,
    reason: `Cannot describe table "${name}": ${nameOf(error)}: ${messageOf(error)}`,
    remedy: 'Try again later.',
    mayPass: false,
  };
}

/** Why a table cannot be captured, whatever the permissions; absent when it can. The words are those of `validate`. */
function obstacleOf(table: Table): Obstacle | undefined {
  const error = refusalOf(table);
  if (error === undefined) return undefined;
  // A table about to be created, or without its encryption key for an hour, that has all else.
  const isPassing = error.code === errorCodes.tableNotActive && !isGone(table.status);
  const mayPass = isPassing && refusalOf({ ...table, status: 'ACTIVE' }) === undefined;
  return { code: error.code, reason: error.message, remedy: error.hint ?? '', mayPass };
}

function refusalOf(table: Table): ConnectorError | undefined {
  try {
    assertCapturable(table);
    return undefined;
  } catch (error) {
    if (!isConnectorError(error)) throw error;
    return error;
  }
}

/** Whether discovery gives a binding for a table. */
export function isBindable({ table, obstacle }: FoundTable): boolean {
  return table !== undefined && (obstacle === undefined || obstacle.mayPass);
}
