import type { Aws, Shard, ShardPage } from '../../../connector/aws/aws.ts';
import { ConnectorError } from '../../../connector/errors.ts';
import type { Log, LogFields } from '../../../connector/log.ts';
import type { StreamViewType, Table } from '../../../connector/table.ts';

/** A table that can be captured, but for what is given. */
export function tableNamed(name: string, given: Partial<Table> = {}): Table {
  return {
    name,
    id: `${name}-id`,
    arn: `arn:aws:dynamodb:us-east-1:111122223333:table/${name}`,
    status: 'ACTIVE',
    key: [{ name: 'id', type: 'S' }],
    stream: streamOf(name, 'NEW_AND_OLD_IMAGES'),
    itemCount: 0,
    sizeBytes: 0,
    capacity: { mode: 'on-demand', readUnitsPerSecondMax: undefined },
    ...given,
  };
}

export function streamOf(name: string, viewType: StreamViewType) {
  return { arn: `arn:stream/${name}`, viewType };
}

export const openShard: Shard = { id: 'shard-2', parentId: undefined, isClosed: false };
export const closedShard: Shard = { id: 'shard-1', parentId: undefined, isClosed: true };

export type Call = keyof Aws['tables'] | keyof Aws['streams'];

export interface FakeAwsOptions {
  readonly tables: readonly Table[];
  /** Tables that are listed, but gone when they are described. */
  readonly dropped?: readonly string[];
  readonly shards?: Partial<ShardPage>;
  /** Other bodies than those of an empty table. */
  readonly bodies?: Partial<Record<'scan' | 'getRecords', string>>;
  /** Errors that a call of this name throws, one after the other; the last one for ever. */
  readonly failures?: Partial<Record<Call, readonly (Error | undefined)[]>>;
}

/** Both ports over tables in memory; `calls` tells what was asked, in its order. */
export function fakeAws(options: FakeAwsOptions): Aws & { readonly calls: string[] } {
  const { tables, dropped = [], failures = {}, bodies = {} } = options;
  const calls: string[] = [];
  const counts = new Map<Call, number>();
  const answer = <T>(call: Call, subject: string, value: () => T): Promise<T> => {
    calls.push(`${call} ${subject}`);
    const count = counts.get(call) ?? 0;
    counts.set(call, count + 1);
    const failure = failures[call]?.[Math.min(count, failures[call].length - 1)];
    return failure === undefined ? Promise.resolve().then(value) : Promise.reject(failure);
  };
  const page: ShardPage = {
    shards: [closedShard, openShard],
    lastShardId: undefined,
    streamStatus: 'ENABLED',
    ...options.shards,
  };
  return {
    calls,
    clock: { now: () => 0, sleep: () => Promise.resolve() },
    endpoint: 'region us-east-1',
    streamEndpoint: 'region us-east-1',
    repairPorts: () => Promise.reject(new Error('Nobody asks')),
    retry: {
      clock: { now: () => 0, sleep: () => Promise.resolve() },
      random: () => 0,
      log: recordingLog().log,
      patienceMs: 1000,
      throttledPatienceMs: 1000,
      reportedAtMs: new Map(),
    },
    tables: {
      listTables: () =>
        answer('listTables', '', () => [...tables.map(({ name }) => name), ...dropped]),
      describeTable: (name) => answer('describeTable', name, () => describe(tables, name)),
      scan: (request) =>
        answer('scan', JSON.stringify(request), () => Buffer.from(bodies.scan ?? '{"Items":[]}')),
      getItems: () => Promise.reject(new Error('Nobody asks')),
    },
    streams: {
      listShards: (arn) => answer('listShards', arn, () => page),
      listChildShards: (arn) => answer('listChildShards', arn, () => page),
      getShardIterator: (arn, shardId, { type }) =>
        answer('getShardIterator', `${arn} ${shardId} ${type}`, () => 'iterator-1'),
      getRecords: ({ shardIterator, limit }) =>
        answer('getRecords', `${shardIterator} ${limit}`, () =>
          Buffer.from(bodies.getRecords ?? '{"Records":[],"NextShardIterator":"i"}'),
        ),
    },
  };
}

function describe(tables: readonly Table[], name: string): Table {
  const table = tables.find((each) => each.name === name || each.arn === name);
  if (table !== undefined) return { ...table, name }; // As it was asked for.
  throw new ConnectorError('table-missing', `Table "${name}" does not exist`, {
    hint: 'Check the table name.',
  });
}

/** A log that keeps what it is told. */
export function recordingLog(): { readonly log: Log; readonly lines: unknown[] } {
  const lines: unknown[] = [];
  const at = (level: string) => (message: string, fields?: LogFields) => {
    lines.push([level, message, fields]);
  };
  const log: Log = {
    trace: at('trace'),
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    status: at('status'),
    with: () => log,
  };
  return { log, lines };
}

/** What a promise rejects with, as a user would read it. */
export async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    if (!(error instanceof ConnectorError)) return error;
    return { code: error.code, message: error.message, hint: error.hint };
  }
  return 'resolved';
}
