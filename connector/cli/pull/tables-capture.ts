/** A capture that no file has: some tables of a region or an endpoint, for a look at them. */

import { parseEndpointConfig } from '../../config/config.ts';
import { ConnectorError, errorCodes } from '../../errors.ts';
import type { CommandHost } from '../../host.ts';
import type { Log } from '../../log.ts';
import { loadDiscoveredTables, type DiscoveredTable } from '../../session/session.ts';
import { configOf, placeFrom } from '../catalog/local-config.ts';
import type { PullCapture } from './pulled-capture.ts';
import type { PullOptions } from './pull-options.ts';

/** Throws where there is no such table, and where none of them can be captured. */
export async function captureOfTables(
  { region, endpoint, table: patterns }: Pick<PullOptions, 'region' | 'endpoint' | 'table'>,
  { host, log }: { readonly host: CommandHost; readonly log: Log },
): Promise<PullCapture> {
  if (patterns.length === 0) {
    throw new ConnectorError(errorCodes.configInvalid, 'No table to pull is named', {
      hint: "Add --table orders, or --table '*' for all of them.",
    });
  }
  const config = configOf(placeFrom({ region, endpoint }, host.environment));
  const filter = { include: patterns, exclude: [] };
  const names = patterns.filter((pattern) => !/[*?]/.test(pattern));
  const { discoverAllTables } = await loadDiscoveredTables();
  const parsed = { ...parseEndpointConfig(config), tableFilter: filter };
  const { tables, place } = await discoverAllTables(names, parsed, host, log);
  const found = usable(tables, log);
  if (found.length === 0) {
    const list = patterns.map((pattern) => `"${pattern}"`).join(', ');
    throw new ConnectorError(errorCodes.tableMissing, `No table ${place} matches ${list}`, {
      hint: 'List them with: source-dynamodb discover --region …',
    });
  }
  return {
    name: 'source-dynamodb',
    config,
    collections: found.map(({ recommendedName: name, key, documentSchema: schema }) => ({
      ...{ name, key, schema: schema as object },
    })),
    tableNames: found.map(({ recommendedName }) => recommendedName),
    bindings: found.map(({ resourceConfig, recommendedName: name, key, documentSchema }) => ({
      resourceConfig,
      collection: { name, key, writeSchema: documentSchema },
      backfill: 0,
    })),
    filesRead: [],
  };
}

/** The bindings of those that can be captured. Throws what keeps them all from it. */
function usable(tables: readonly DiscoveredTable[], log: Log) {
  const obstacles = tables.flatMap(({ obstacle }) => obstacle ?? []);
  const [first] = obstacles;
  if (first !== undefined && obstacles.length === tables.length) {
    throw new ConnectorError(first.code, first.reason, { hint: first.remedy });
  }
  for (const { reason } of obstacles) log.warn(reason);
  return tables.flatMap(({ binding }) => binding ?? []);
}
