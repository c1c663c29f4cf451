/** What a repair will need, as far as that can be told without an export. */

import { isAwsError, type Aws, type Backups, type RepairPorts } from '../aws/aws.ts';
import type { EndpointConfig } from '../config/config.ts';
import {
  concernsAllTables,
  ConnectorError,
  errorCodes,
  isConnectorError,
  nameOf,
} from '../errors.ts';
import { enableRecoveryCommand, type KeyType, type Table } from '../table.ts';
import { permitted } from './permitted-call.ts';

export type RepairConfig = Pick<EndpointConfig, 'onDataLoss' | 'exportTarget'>;

/** What point-in-time recovery remembers of a table. */
export type Recovery = Backups;

export interface RepairChecks {
  recovery(table: Table, signal: AbortSignal): Promise<Recovery>;
  /** Throws when a repair would be impossible, and nothing else is to be done then. */
  assertRecovery(table: Table, recovery: Recovery): void;
  /** Throws when the table's keys may not be read, or it may not be exported. */
  tableCalls(table: Table, signal: AbortSignal): Promise<void>;
  /** Throws when the bucket may not be read or written to. Asks once, however often it is called. */
  bucket(signal: AbortSignal): Promise<void>;
}

/** No object has these names: what S3 answers tells whether the bucket is there, and may be read or written to. */
const absentKey = 'AWSDynamoDB/no-such-export/manifest-summary.json';
const refusedKey = 'AWSDynamoDB/no-such-export/_started';
/** No export has this name. */
const absentExport = '01000000000000-00000000';
/** No item that anybody has: what is read is nothing, at the cost of a unit. */
const absentValues: Readonly<Record<KeyType, string>> = {
  S: 'source-dynamodb asks whether it may read keys',
  N: '-918273645546372819',
  B: 'c291cmNlLWR5bmFtb2Ri',
};

/** Undefined where gaps are not repaired. */
export function repairChecks(
  { onDataLoss, exportTarget }: RepairConfig,
  aws: Aws,
): RepairChecks | undefined {
  if (exportTarget === undefined) return undefined;
  let ports: Promise<RepairPorts> | undefined;
  let bucketCheck: Promise<void> | undefined;
  const loaded = () => (ports ??= aws.repairPorts());
  return {
    async recovery(table, signal) {
      return await (await loaded()).exports.describeBackups(table.name, signal);
    },
    assertRecovery(table, { isEnabled }) {
      if (!isEnabled && onDataLoss === 'repair') throw recoveryMissing(table.name);
    },
    async tableCalls(table, signal) {
      await checkKeyReads(table, aws, signal);
      await checkExports(table, exportTarget, await loaded(), signal);
    },
    async bucket(signal) {
      bucketCheck ??= loaded().then((ports) => checkBucket(exportTarget, aws, ports, signal));
      await bucketCheck;
    },
  };
}

/** What will surprise whoever relies on repairs; undefined where nothing will, or it is a problem besides. */
export function recoveryNote(
  { isEnabled, periodDays }: Recovery,
  { onDataLoss }: Pick<RepairConfig, 'onDataLoss'>,
): string | undefined {
  if (!isEnabled && onDataLoss === 'repair') return undefined;
  if (!isEnabled) {
    return 'Without point-in-time recovery no gap is repaired: the table is backfilled again';
  }
  if (periodDays !== 1) return undefined;
  return 'Point-in-time recovery keeps one day, no more than the stream: a longer pause cannot be repaired';
}

async function checkKeyReads(table: Table, aws: Aws, signal: AbortSignal): Promise<void> {
  const attributes = table.key.map(({ name, type }) => [name, { [type]: absentValues[type] }]);
  const key = JSON.stringify(Object.fromEntries(attributes));
  const resource = `table "${table.name}"`;
  const subject = { action: 'dynamodb:BatchGetItem', resource, endpoint: aws.endpoint };
  await permitted(aws, subject, () => aws.tables.getItems(table.name, [key], signal), signal);
}

/** Asks for what cannot be: an export that nobody made, and one of a window that ends before it begins. */
async function checkExports(
  { arn }: Table,
  target: NonNullable<RepairConfig['exportTarget']>,
  { exports }: RepairPorts,
  signal: AbortSignal,
): Promise<void> {
  await unlessForbidden(exports.describe(`${arn}/export/${absentExport}`, signal));
  const window = { fromSeconds: 2, toSeconds: 1 };
  const order = { tableArn: arn, ...target, ...window, token: absentExport };
  await unlessForbidden(exports.start(order, signal));
}

/** Any other refusal comes after the permission, or tells nothing about it. */
async function unlessForbidden(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    const isProblem = isConnectorError(error)
      ? error.code === errorCodes.permissionDenied || concernsAllTables(error)
      : !isAwsError(error);
    if (isProblem) throw error;
  }
}

async function checkBucket(
  { bucket, prefix }: NonNullable<RepairConfig['exportTarget']>,
  aws: Aws,
  { objects }: RepairPorts,
  signal: AbortSignal,
): Promise<void> {
  const placed = (key: string) => (prefix === undefined ? key : `${prefix}/${key}`);
  const subject = (action: string) => ({
    action,
    resource: `bucket "${bucket}"`,
    endpoint: aws.endpoint,
  });
  const absent = { bucket, key: placed(absentKey), etag: undefined, from: 0, length: 1 };
  const read = () => objects.read(absent, signal);
  const write = () => objects.tryWrite(bucket, placed(refusedKey), signal);
  try {
    await permitted(aws, subject('s3:PutObject'), write, signal);
    // Without the second, what is absent looks like what must not be read.
    await permitted(aws, subject('s3:GetObject and s3:ListBucket'), read, signal);
  } catch (error) {
    if (nameOf(error) === 'NoSuchKey') return;
    if (nameOf(error) !== 'NoSuchBucket') throw error;
    throw new ConnectorError(errorCodes.exportFailed, `There is no bucket "${bucket}"`, {
      hint: 'Check "advanced.exportBucket", or create the bucket.',
    });
  }
}

function recoveryMissing(tableName: string): ConnectorError {
  return new ConnectorError(
    errorCodes.exportFailed,
    `Table "${tableName}" has no point-in-time recovery, which a repair needs`,
    {
      hint: `Run: ${enableRecoveryCommand(tableName)}, or set "advanced.onDataLoss" to "repair-or-backfill"`,
    },
  );
}
