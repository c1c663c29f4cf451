/** What commands for people ask of AWS beyond the protocol: every table with its verdict, and a capture in numbers. */

import type { DiscoveredBinding } from '../../protocol/responses.ts';
import { mapPool } from '../async/map-pool.ts';
import { AwsError, createAws, placeOf, type Aws } from '../aws/aws.ts';
import type { EndpointConfig, ResourceConfig } from '../config/config.ts';
import {
  discoverTables,
  documentKey,
  isBindable,
  type Discovery,
  type FoundTable,
} from '../discovery/discovery.ts';
import { ConnectorError, errorCodes, isConnectorError } from '../errors.ts';
import type { Host } from '../host.ts';
import type { Log } from '../log.ts';
import { likelyMeant } from '../misspelling.ts';
import { checkBindings, lacksOldImages, type BindingCheck } from './check-bindings.ts';
import { bindingOf, byName } from './discover.ts';

/** A person waits, and would rather know. */
const patienceMs = 2_000;
const throttledPatienceMs = 30_000;
/** Streams listed at once: DynamoDB allows ten listings a second, and one takes about 50 ms. */
const listConcurrency = 1;
/** Of 100 shards each: a stream with more has thousands of partitions, and its count is then called a least one. */
const listingPagesMax = 50;

export interface SurveyedTable extends FoundTable {
  /** What a discovery gives; absent when it cannot be captured. */
  readonly binding: DiscoveredBinding | undefined;
}

export interface Survey extends Pick<Discovery, 'hiddenCount' | 'listing'> {
  /** Where the tables are: `in region us-east-1`, `at http://…`. */
  readonly place: string;
  /** By name. */
  readonly tables: readonly SurveyedTable[];
}

export interface InspectedBinding extends BindingCheck {
  readonly lacksOldImages: boolean;
  /** Key of the table's documents; absent when it could not be described. */
  readonly key: readonly string[] | undefined;
  /** Absent where the stream cannot be read. */
  readonly shards: ShardCount | undefined;
}

export interface ShardCount {
  readonly openCount: number;
  /** False when there are more shards than were listed. */
  readonly isWhole: boolean;
}

export interface InspectedCapture {
  /** Where the tables are. */
  readonly place: string;
  /** In the order of the bindings. */
  readonly bindings: readonly InspectedBinding[];
}

/** The tables of the account and region, and those of these names and ARNs. */
export async function surveyTables(
  bound: readonly string[],
  config: EndpointConfig,
  host: Host,
  log: Log,
): Promise<Survey> {
  const aws = await connect(config, host, log);
  const scope = { filter: config.tableFilter, bound };
  const { tables, ...discovery } = await discoverTables(aws.tables, scope, log, host.stop);
  const surveyed = tables.map((found): SurveyedTable => ({
    ...found,
    binding: isBindable(found) && found.table ? bindingOf(found.table, config) : undefined,
  }));
  return { place: placeOf(aws), tables: surveyed.sort(byName), ...discovery };
}

/** Every problem of every binding, and how many shards each that has none will have to follow. */
export async function inspectBindings(
  bindings: readonly ResourceConfig[],
  config: EndpointConfig,
  host: Host,
  log: Log,
): Promise<InspectedCapture> {
  const aws = await connect(config, host, log);
  const checks = await withSuggestions(
    bindings,
    await checkBindings(bindings, aws, host.stop, config),
    aws,
    host.stop,
  );
  const inspect = async (check: BindingCheck, signal: AbortSignal): Promise<InspectedBinding> => {
    const { table, problems } = check;
    const streamArn = problems.length === 0 ? table?.stream?.arn : undefined;
    const shards =
      streamArn === undefined ? undefined : await countOpenShards(aws, streamArn, signal);
    const key = table === undefined ? undefined : documentKey(table);
    return { ...check, lacksOldImages: lacksOldImages(check), key, shards };
  };
  return {
    place: placeOf(aws),
    bindings: await mapPool(checks, listConcurrency, inspect, host.stop),
  };
}

/** Missing tables with the one that may be meant; as they are where the identity may not list tables. */
async function withSuggestions(
  bindings: readonly ResourceConfig[],
  checks: readonly BindingCheck[],
  aws: Aws,
  signal: AbortSignal,
): Promise<readonly BindingCheck[]> {
  const isMissing = ({ code }: ConnectorError) => code === errorCodes.tableMissing;
  if (!checks.some(({ problems }) => problems.some(isMissing))) return checks;
  const names = await aws.tables.listTables(signal).catch((error: unknown) => {
    if (isConnectorError(error) || error instanceof AwsError) return [];
    throw error;
  });
  return checks.map(({ table, problems }, index) => {
    const meant = likelyMeant(bindings[index]?.table ?? '', names);
    if (meant === undefined) return { table, problems };
    const suggesting = ({ code, message }: ConnectorError) =>
      new ConnectorError(code, message, { hint: `Did you mean "${meant}"?` });
    return {
      table,
      problems: problems.map((each) => (isMissing(each) ? suggesting(each) : each)),
    };
  });
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
  const reportedAtMs = new Map<string, number>();
  return createAws(config, host, {
    clock,
    random,
    log,
    patienceMs,
    throttledPatienceMs,
    reportedAtMs,
  });
}
