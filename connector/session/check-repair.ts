/** What a repair will need, as far as that can be told without an export. */

import { withRetry, type Aws } from '../aws/aws.ts';
import type { EndpointConfig } from '../config/config.ts';
import { ConnectorError, errorCodes, nameOf } from '../errors.ts';
import type { Table } from '../table.ts';

export type RepairConfig = Pick<EndpointConfig, 'onDataLoss' | 'exportTarget'>;

/** No object has this name: what S3 answers tells whether the bucket is there and may be read. */
const absentKey = 'AWSDynamoDB/no-such-export/manifest-summary.json';

/** Throws when a gap of this table could not be repaired. Whether the bucket may be written to, only an export tells. */
export async function checkRepair(
  { onDataLoss, exportTarget }: RepairConfig,
  table: Table,
  aws: Aws,
  signal: AbortSignal,
): Promise<void> {
  if (exportTarget === undefined) return;
  const { exports, objects } = await aws.repairPorts();
  const { isEnabled } = await exports.describeBackups(table.name, signal);
  if (!isEnabled && onDataLoss === 'repair') throw recoveryMissing(table.name);
  const { bucket, prefix } = exportTarget;
  const key = prefix === undefined ? absentKey : `${prefix}/${absentKey}`;
  const subject = {
    action: 's3:GetObject',
    resource: `bucket "${bucket}"`,
    endpoint: aws.endpoint,
  };
  const read = () => objects.read({ bucket, key, etag: undefined, from: 0, length: 1 }, signal);
  try {
    await withRetry(aws.retry, subject, read, signal);
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
      hint: `Run: aws dynamodb update-continuous-backups --table-name ${tableName} --point-in-time-recovery-specification PointInTimeRecoveryEnabled=true, or set "advanced.onDataLoss" to "repair-or-backfill"`,
    },
  );
}
