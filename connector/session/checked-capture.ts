/** What the command `validate` asks of AWS beyond the protocol: each binding checked, and in numbers. */

import { mapPool } from '../async/map-pool.ts';
import { isAwsError, placeOf, type Aws } from '../aws/aws.ts';
import type { EndpointConfig, ResourceConfig } from '../config/config.ts';
import { documentKey } from '../discovery/discovery.ts';
import { ConnectorError, errorCodes, isConnectorError } from '../errors.ts';
import type { Host } from '../host.ts';
import type { Log } from '../log.ts';
import { likelyMeant } from '../misspelling.ts';
import { checkBindings, lacksOldImages, type BindingCheck } from './check-bindings.ts';
import { recoveryNote } from './check-repair.ts';
import { connect, patienceOfPeople } from './connect.ts';

/** Streams listed at once: DynamoDB allows ten listings a second, and one takes about 50 ms. */
const listConcurrency = 1;
/** Of 100 shards each: a stream with more has thousands of partitions, and its count is then called a least one. */
const listingPagesMax = 50;

export interface CheckedBinding extends BindingCheck {
  readonly lacksOldImages: boolean;
  /** What will surprise whoever relies on repairs. */
  readonly recoveryNote: string | undefined;
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

export interface CheckedCapture {
  /** Where the tables are. */
  readonly place: string;
  /** In the order of the bindings. */
  readonly bindings: readonly CheckedBinding[];
}

/** Every problem of every binding, and how many shards each that has none will have to follow. */
export async function checkCapture(
  bindings: readonly ResourceConfig[],
  config: EndpointConfig,
  host: Host,
  log: Log,
): Promise<CheckedCapture> {
  const aws = await connect(config, { host, log }, patienceOfPeople);
  const checks = await withSuggestions(
    bindings,
    await checkBindings(bindings, aws, host.stop, config),
    aws,
    host.stop,
  );
  const count = async (check: BindingCheck, signal: AbortSignal): Promise<CheckedBinding> => {
    const { table, problems } = check;
    const streamArn = problems.length === 0 ? table?.stream?.arn : undefined;
    const shards =
      streamArn === undefined ? undefined : await countOpenShards(aws, streamArn, signal);
    const key = table === undefined ? undefined : documentKey(table);
    const { recovery } = check;
    return {
      ...{ ...check, key, shards },
      lacksOldImages: lacksOldImages(check),
      recoveryNote: recovery === undefined ? undefined : recoveryNote(recovery, config),
    };
  };
  return {
    place: placeOf(aws),
    bindings: await mapPool(checks, listConcurrency, count, host.stop),
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
    if (isConnectorError(error) || isAwsError(error)) return [];
    throw error;
  });
  return checks.map((check, index) => {
    const meant = likelyMeant(bindings[index]?.table ?? '', names);
    if (meant === undefined) return check;
    const suggesting = ({ code, message }: ConnectorError) =>
      new ConnectorError(code, message, { hint: `Did you mean "${meant}"?` });
    const problems = check.problems.map((each) => (isMissing(each) ? suggesting(each) : each));
    return { ...check, problems };
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
