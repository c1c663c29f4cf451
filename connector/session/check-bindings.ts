/** Each binding of a capture checked against its real table. */

import { mapPool } from '../async/map-pool.ts';
import { isAwsError, type Aws } from '../aws/aws.ts';
import type { ResourceConfig } from '../config/config.ts';
import {
  concernsAllTables,
  ConnectorError,
  errorCodes,
  isConnectorError,
  messageOf,
  nameOf,
} from '../errors.ts';
import {
  assertCapturable,
  bareTableName,
  enableStreamCommand,
  type Table,
  type TableStream,
} from '../table.ts';
import { createTranscoder, type Transcoder } from '../transcoder/transcoder.ts';
import {
  repairChecks,
  type Recovery,
  type RepairChecks,
  type RepairConfig,
} from './check-repair.ts';
import { permitted } from './permitted-call.ts';

/** A handful of calls per table: a hundred bindings are checked in seconds, and nobody is throttled. */
const checkConcurrency = 8;

const noRepair: RepairConfig = { onDataLoss: 'fail', exportTarget: undefined };

/** DynamoDB's limit. The smallest part of a table that a scan can ask for costs next to nothing. */
const segmentCountMax = 1_000_000;

/** What a shard may answer when it was trimmed since it was listed; the permission to read is there. */
const trimmedNames = new Set(['ResourceNotFoundException', 'TrimmedDataAccessException']);

/** What was found of one binding. */
export interface BindingCheck {
  /** Absent when it could not be described. */
  readonly table: Table | undefined;
  readonly problems: readonly ConnectorError[];
  /** What point-in-time recovery remembers; absent where gaps are not repaired, or it may not be asked. */
  readonly recovery?: Recovery | undefined;
}

/**
 * Checks whether every table is there, has a usable stream, and lets us scan it and read its stream; in the order
 * of the bindings, with every problem of each. Throws what is no problem of one binding: credentials, the endpoint.
 */
export async function checkBindings(
  bindings: readonly ResourceConfig[],
  aws: Aws,
  signal: AbortSignal,
  repair: RepairConfig = noRepair,
): Promise<BindingCheck[]> {
  const checks = repairChecks(repair, aws);
  const check = (binding: ResourceConfig, signal: AbortSignal) =>
    checkBinding(binding, aws, checks, signal);
  const checked = await mapPool(bindings, checkConcurrency, check, signal);
  const twins = duplicates(
    bindings,
    checked.map(({ table }) => table),
  );
  return checked.map((each, index) => ({
    ...each,
    problems: [...each.problems, ...(twins.get(index) ?? [])],
  }));
}

/** True where documents will have no `_meta/before`. */
export function lacksOldImages({ table }: BindingCheck): boolean {
  return table?.stream?.viewType === 'NEW_IMAGE';
}

async function checkBinding(
  binding: ResourceConfig,
  aws: Aws,
  repair: RepairChecks | undefined,
  signal: AbortSignal,
): Promise<BindingCheck> {
  const problems: ConnectorError[] = [];
  const attempt = async <T>(check: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await check();
    } catch (error) {
      problems.push(problemOf(error, binding.table));
      return undefined;
    }
  };
  const table = await attempt(() => aws.tables.describeTable(binding.table, signal));
  if (table === undefined) return { table, problems };
  const stream = await attempt(() => assertCapturable(table));
  // A table that is not active answers nothing else.
  if (problems.some(({ code }) => code === errorCodes.tableNotActive)) return { table, problems };
  await attempt(() => scanAnItem(binding, table, aws, signal));
  if (stream !== undefined) await attempt(() => readARecord(table, stream, aws, signal));
  if (repair === undefined) return { table, problems };
  const recovery = await attempt(() => repair.recovery(table, signal));
  await attempt(() => {
    if (recovery !== undefined) repair.assertRecovery(table, recovery);
  });
  await attempt(() => repair.tableCalls(table, signal));
  await attempt(() => repair.bucket(signal));
  return { table, problems, recovery };
}

/** Throws when the table cannot be scanned. */
async function scanAnItem(
  binding: ResourceConfig,
  table: Table,
  aws: Aws,
  signal: AbortSignal,
): Promise<void> {
  const request = {
    tableName: binding.table,
    segment: 0,
    totalSegments: segmentCountMax,
    startKey: undefined,
    keyNames: table.key.map(({ name }) => name),
    limit: 1,
  };
  const resource = `table "${table.name}"`;
  const subject = { action: 'dynamodb:Scan', resource, endpoint: aws.endpoint };
  const scan = async () => {
    readerOf(table).items(await aws.tables.scan(request, signal), anyMeta);
  };
  await permitted(aws, subject, scan, signal);
}

/** Throws when the stream cannot be listed or read. */
async function readARecord(
  table: Table,
  stream: TableStream,
  aws: Aws,
  signal: AbortSignal,
): Promise<void> {
  const { shards, streamStatus } = await aws.streams.listShards(stream.arn, undefined, signal);
  if (streamStatus === 'DISABLED' || streamStatus === 'DISABLING') {
    throw new ConnectorError(
      errorCodes.streamUnusable,
      `The stream of table "${table.name}" is ${streamStatus}`,
      { hint: `Run: ${enableStreamCommand(table.name)}` },
    );
  }
  // Permissions are those of the whole stream, so any shard tells; an open one will not go away meanwhile.
  const shard = shards.find(({ isClosed }) => !isClosed) ?? shards.at(-1);
  if (shard === undefined) return; // A stream that was just enabled has none yet.
  const resource = `stream "${stream.arn}"`;
  const subject = { action: 'dynamodb:GetRecords', resource, endpoint: aws.streamEndpoint };
  const start = { type: 'TRIM_HORIZON' } as const;
  try {
    const iterator = await aws.streams.getShardIterator(stream.arn, shard.id, start, signal);
    const getRecords = async () => {
      const body = await aws.streams.getRecords({ shardIterator: iterator, limit: 1 }, signal);
      readerOf(table).records(body, anyMeta, allRecords);
    };
    await permitted(aws, subject, getRecords, signal);
  } catch (error) {
    if (!trimmedNames.has(nameOf(error))) throw error;
  }
}

/** Reads an answer as a capture would: a page of a proxy is no table, whatever its status. */
function readerOf({ key }: Table): Transcoder {
  const nothing = new Uint8Array(0);
  const framing = {
    head: nothing,
    tail: nothing,
    seal: (_bytes: Uint8Array, _start: number, end: number) => end,
  };
  return createTranscoder({ key, framing });
}

/** Nobody will see the documents. */
const anyMeta = { epoch: '', scannedAt: '' };
const allRecords = { skipBeforeMs: 0, afterSequenceNumber: undefined, expandDeletesBeforeMs: 0 };

/** What a failed check says of its binding; rethrows what concerns all of them, and bugs. */
function problemOf(error: unknown, tableName: string): ConnectorError {
  if (isConnectorError(error) && !concernsAllTables(error)) return error;
  if (!isAwsError(error)) throw error;
  return new ConnectorError(
    errorCodes.awsUnavailable,
    `Cannot read table "${tableName}": ${nameOf(error)}: ${messageOf(error)}`,
    { cause: error },
  );
}

/** A table may be bound once: two tasks would read one stream, and Flow wants distinct resource paths. */
function duplicates(
  bindings: readonly ResourceConfig[],
  tables: readonly (Table | undefined)[],
): Map<number, ConnectorError[]> {
  const firstIndexes = new Map<string, number>();
  const problems = new Map<number, ConnectorError[]>();
  bindings.forEach((binding, index) => {
    const table = tables[index];
    // One binding may say the name and another the ARN; emulators may have no ARN.
    const identity = table?.arn || table?.name || binding.table;
    const firstIndex = firstIndexes.get(identity);
    if (firstIndex === undefined) {
      firstIndexes.set(identity, index);
      return;
    }
    const problem = new ConnectorError(
      errorCodes.configInvalid,
      `Table "${bareTableName(binding.table)}" is bound twice, by bindings[${firstIndex}] and bindings[${index}]`,
      { hint: 'Disable or remove one of the two bindings.' },
    );
    problems.set(index, [problem]);
  });
  return problems;
}
