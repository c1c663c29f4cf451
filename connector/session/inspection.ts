/** What commands for people ask of AWS beyond the protocol: every table with its verdict, and a capture in numbers. */

import type { DiscoveredBinding } from '../../protocol/responses.ts';
import { mapPool } from '../async/map-pool.ts';
import { createAws, type Aws } from '../aws/aws.ts';
import type { EndpointConfig, ResourceConfig } from '../config.ts';
import { discoverTables, type Obstacle } from '../discovery/discovery.ts';
import type { Host } from '../host.ts';
import type { Log } from '../log.ts';
import type { Table } from '../table.ts';
import { checkBindings, lacksOldImages, type BindingCheck } from './check-bindings.ts';
import { bindingOf, byName } from './discover.ts';

/** A person waits, and would rather know. */
const patienceMs = 6_000;
const throttledPatienceMs = 30_000;
/** Streams listed at once: DynamoDB allows ten listings a second, and one takes about 50 ms. */
const listConcurrency = 1;
/** Of 100 shards each: a stream with more has thousands of partitions, and its count is then called a least one. */
const listingPagesMax = 50;

export interface SurveyedTable {
  readonly table: Table;
  /** Why it cannot be captured; absent when it can. */
  readonly obstacle: Obstacle | undefined;
  /** What a discovery gives; absent when it cannot be captured. */
  readonly binding: DiscoveredBinding | undefined;
}

export interface Survey {
  /** Where the tables are, for messages. */
  readonly endpoint: string;
  /** All tables, by name. */
  readonly tables: readonly SurveyedTable[];
}

export interface InspectedBinding extends BindingCheck {
  readonly lacksOldImages: boolean;
  /** Absent where the stream cannot be read. */
  readonly shards: ShardCount | undefined;
}

export interface ShardCount {
  readonly openCount: number;
  /** False when there are more shards than were listed. */
  readonly isWhole: boolean;
}

export interface InspectedCapture {
  readonly endpoint: string;
  /** In the order of the bindings. */
  readonly bindings: readonly InspectedBinding[];
}

/** All tables of the account and region. */
export async function surveyTables(config: EndpointConfig, host: Host, log: Log): Promise<Survey> {
  const aws = await connect(config, host, log);
  const { usable, unusable } = await discoverTables(aws.tables, log, host.stop);
  const tables: SurveyedTable[] = [
    ...usable.map((table) => ({ table, obstacle: undefined, binding: bindingOf(table, config) })),
    ...unusable.map(({ table, ...obstacle }) => ({ table, obstacle, binding: undefined })),
  ];
  return { endpoint: aws.endpoint, tables: tables.sort((a, b) => byName(a.table, b.table)) };
}

/** Every problem of every binding, and how many shards each that has none will have to follow. */
export async function inspectBindings(
  bindings: readonly ResourceConfig[],
  config: EndpointConfig,
  host: Host,
  log: Log,
): Promise<InspectedCapture> {
  const aws = await connect(config, host, log);
  const checks = await checkBindings(bindings, aws, host.stop);
  const inspect = async (check: BindingCheck, signal: AbortSignal): Promise<InspectedBinding> => {
    const { table, problems } = check;
    const streamArn = problems.length === 0 ? table?.stream?.arn : undefined;
    const shards =
      streamArn === undefined ? undefined : await countOpenShards(aws, streamArn, signal);
    return { ...check, lacksOldImages: lacksOldImages(check), shards };
  };
  return {
    endpoint: aws.endpoint,
    bindings: await mapPool(checks, listConcurrency, inspect, host.stop),
  };
}

async function countOpenShards(
  aws: Aws,
  streamArn: string,
  signal: AbortSignal,
): Promise<ShardCount> {
  const open = new Set<string>();
  let after: string | undefined;
  for (let pages = 0; pages < listingPagesMax; pages += 1) {
    const { shards, lastShardId } = await aws.streams.listShards(streamArn, after, signal);
    for (const { id, isClosed } of shards) if (!isClosed) open.add(id);
    if (lastShardId === undefined) return { openCount: open.size, isWhole: true };
    after = lastShardId;
  }
  return { openCount: open.size, isWhole: false };
}

function connect(config: EndpointConfig, host: Host, log: Log): Promise<Aws> {
  const { clock, random } = host;
  return createAws(config, host, { clock, random, log, patienceMs, throttledPatienceMs });
}
