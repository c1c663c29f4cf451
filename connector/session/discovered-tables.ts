/** What the command `discover` asks of AWS beyond the protocol: every table, also those that cannot be captured. */

import type { DiscoveredBinding } from '../../protocol/responses.ts';
import { placeOf } from '../aws/aws.ts';
import type { EndpointConfig } from '../config/config.ts';
import {
  discoverTables,
  isBindable,
  type Discovery,
  type FoundTable,
} from '../discovery/discovery.ts';
import type { Host } from '../host.ts';
import type { Log } from '../log.ts';
import { connect, patienceOfPeople } from './connect.ts';
import { bindingOf, byName } from './discover.ts';

export interface DiscoveredTable extends FoundTable {
  /** What a discovery gives; absent when it cannot be captured. */
  readonly binding: DiscoveredBinding | undefined;
}

export interface DiscoveredTables extends Pick<Discovery, 'hiddenCount' | 'listing'> {
  /** Where the tables are: `in region us-east-1`, `at http://…`. */
  readonly place: string;
  /** By name. */
  readonly tables: readonly DiscoveredTable[];
}

/** The tables of the account and region, and those of these names and ARNs. */
export async function discoverAllTables(
  bound: readonly string[],
  config: EndpointConfig,
  host: Host,
  log: Log,
): Promise<DiscoveredTables> {
  const aws = await connect(config, { host, log }, patienceOfPeople);
  const scope = { filter: config.tableFilter, bound };
  const { tables, ...discovery } = await discoverTables(aws.tables, scope, log, host.stop);
  const discovered = tables.map((found): DiscoveredTable => ({
    ...found,
    binding: isBindable(found) && found.table ? bindingOf(found.table, config) : undefined,
  }));
  return { place: placeOf(aws), tables: discovered.sort(byName), ...discovery };
}
