/** Which tables there are, and which of them can be captured. */

import { mapPool } from '../async/map-pool.ts';
import type { TableApi } from '../aws/aws.ts';
import { errorCodes, isConnectorError, type ErrorCode } from '../errors.ts';
import type { Log } from '../log.ts';
import { assertCapturable, type Table } from '../table.ts';

export { documentKey, documentSchema, type JsonSchema } from './document-schema.ts';

/** Enough to describe 2,500 tables, an account's default quota, in seconds; far below the API's own limit. */
const describeConcurrency = 8;

/** Tables that are on their way out, or stored away: neither scan nor stream will work. */
const goneStatuses = new Set(['DELETING', 'ARCHIVING', 'ARCHIVED']);

/** Why a table cannot be captured, and what mends it: a sentence or a command. */
export interface Obstacle {
  readonly code: ErrorCode;
  readonly reason: string;
  readonly remedy: string;
}

export interface UnusableTable extends Obstacle {
  readonly table: Table;
}

export interface DiscoveredTables {
  readonly usable: readonly Table[];
  readonly unusable: readonly UnusableTable[];
}

/**
 * All tables of the account and region, in AWS's order. Throws if just one of them cannot be described: Flow
 * removes the bindings of tables that a discovery leaves out, so half an answer is worse than none.
 */
export async function discoverTables(
  api: TableApi,
  log: Log,
  signal: AbortSignal,
): Promise<DiscoveredTables> {
  const names = await api.listTables(signal);
  const describe = async (name: string, signal: AbortSignal) => {
    try {
      return [await api.describeTable(name, signal)];
    } catch (error) {
      if (!isConnectorError(error) || error.code !== errorCodes.tableMissing) throw error;
      log.info('A table was dropped during discovery', { table: name });
      return [];
    }
  };
  const tables = (await mapPool(names, describeConcurrency, describe, signal)).flat();
  const judged = tables.map((table) => ({ table, obstacle: obstacleOf(table) }));
  return {
    usable: judged.flatMap(({ table, obstacle }) => (obstacle === undefined ? [table] : [])),
    unusable: judged.flatMap(({ table, obstacle }) =>
      obstacle === undefined ? [] : [{ table, ...obstacle }],
    ),
  };
}

/** Why a table cannot be captured, whatever the permissions; absent when it can. */
function obstacleOf(table: Table): Obstacle | undefined {
  // Any other status may have passed by the time the capture starts, and that of a table about to be created
  // or without its encryption key for an hour must not remove a binding.
  const status = goneStatuses.has(table.status) ? table.status : 'ACTIVE';
  try {
    assertCapturable({ ...table, status });
    return undefined;
  } catch (error) {
    if (!isConnectorError(error)) throw error;
    return { code: error.code, reason: error.message, remedy: error.hint ?? '' };
  }
}
