/** The operations on exports, and on the point-in-time recovery they need. */

import { recoveryDaysMax, type Backups } from './backups.ts';
import { exportFaults, type Call } from './call.ts';
import {
  exportDescription,
  type ExportJob,
  type ExportScope,
  type ExportTarget,
} from './export-job.ts';
import { invalidRequest, ServiceError } from './service-error.ts';
import type { Table } from './table.ts';

const minuteMs = 60_000;
const windowMsMin = 15 * minuteMs;
const windowMsMax = 24 * 60 * minuteMs;
const bucketName = /^[a-z0-9A-Z]+[.\-\w]*[a-z0-9A-Z]+$/;
const exportArn = /\/export\/[^/]+$/;
const exportsListedMax = 25;

export function describeContinuousBackups(call: Call): string {
  const { input, database } = call;
  const table = tableOf(call, input.text('TableName'));
  return JSON.stringify({ ContinuousBackupsDescription: backupsJson(table, database.world.now()) });
}

export function updateContinuousBackups(call: Call): string {
  const { input, database } = call;
  const table = tableOf(call, input.text('TableName'));
  const specification = input.input('PointInTimeRecoverySpecification');
  const days = specification.optionalCount('RecoveryPeriodInDays', 1, recoveryDaysMax);
  const isOn = specification.flag('PointInTimeRecoveryEnabled');
  database.setRecovery(table, isOn ? (days ?? recoveryDaysMax) : undefined);
  return JSON.stringify({ ContinuousBackupsDescription: backupsJson(table, database.world.now()) });
}

export function exportTable(call: Call): string {
  const { input, database } = call;
  input.refuse('FilterSpecification');
  const table = tableOf(call, input.text('TableArn'));
  const format = input.optionalText('ExportFormat') ?? 'DYNAMODB_JSON';
  if (format !== 'DYNAMODB_JSON')
    throw invalidRequest(`This DynamoDB is a fake, and has no ${format}`);
  const target = targetOf(call);
  const clientToken = tokenOf(call);
  const parameters = JSON.stringify([table.id, target, ...scopeMembers(call)]);
  const repeated = database.exports.repeated(clientToken, parameters);
  const job = repeated ?? start(call, { table, target, clientToken, parameters });
  return JSON.stringify({ ExportDescription: exportDescription(job) });
}

function start(
  call: Call,
  order: { table: Table; target: ExportTarget; clientToken: string; parameters: string },
): ExportJob {
  const { backups } = order.table;
  if (backups === undefined) {
    throw new ServiceError(
      'PointInTimeRecoveryUnavailableException',
      `Point in time recovery is not enabled for table '${order.table.name}'`,
    );
  }
  return call.database.exports.start({
    ...order,
    backups,
    scope: scopeOf(call, order.table, backups),
    fault: exportFaults.find((kind) => kind === call.fault),
    failureCode: call.faultReason,
  });
}

export function describeExport({ input, database }: Call): string {
  const arn = input.text('ExportArn');
  if (!exportArn.test(arn)) throw invalidRequest('Invalid Export ARN');
  const job = database.exports.job(arn);
  if (job === undefined) {
    throw new ServiceError('ExportNotFoundException', `Export not found: ${arn}`);
  }
  return JSON.stringify({ ExportDescription: exportDescription(job) });
}

export function listExports({ input, database }: Call): string {
  const limit = input.optionalCount('MaxResults', 1, exportsListedMax) ?? exportsListedMax;
  const tableArn = input.optionalText('TableArn');
  const after = input.optionalText('NextToken') ?? '~';
  const jobs = database.exports
    .all()
    .filter(({ arn, table }) => arn < after && (tableArn ?? table.arn) === table.arn)
    .sort((a, b) => (a.arn < b.arn ? 1 : -1));
  const page = jobs.slice(0, limit);
  return JSON.stringify({
    ExportSummaries: page.map((job) => ({
      ExportArn: job.arn,
      ExportStatus: job.end?.status ?? 'IN_PROGRESS',
      ExportType: job.scope.type,
    })),
    ...(jobs.length > limit && { NextToken: page.at(-1)?.arn }),
  });
}

function tableOf({ database, accountId }: Call, nameOrArn: string): Table {
  try {
    return database.table(nameOrArn, accountId);
  } catch {
    throw new ServiceError('TableNotFoundException', `Table not found: ${nameOrArn}`);
  }
}

function backupsJson({ backups }: Table, nowMs: number) {
  const recovery =
    backups === undefined
      ? { PointInTimeRecoveryStatus: 'DISABLED' }
      : {
          EarliestRestorableDateTime: Math.ceil(backups.earliestMs(nowMs) / 1000),
          LatestRestorableDateTime: Math.floor(backups.latestMs(nowMs) / 1000),
          PointInTimeRecoveryStatus: 'ENABLED',
          RecoveryPeriodInDays: backups.recoveryDays,
        };
  return { ContinuousBackupsStatus: 'ENABLED', PointInTimeRecoveryDescription: recovery };
}

function targetOf({ input }: Call): ExportTarget {
  const bucket = input.text('S3Bucket');
  if (!bucketName.test(bucket) || bucket.length > 255) {
    throw invalidRequest(`1 validation error detected: Value '${bucket}' at 's3Bucket' failed`);
  }
  const owner = input.optionalText('S3BucketOwner');
  if (owner !== undefined && !/^\d{12}$/.test(owner)) {
    throw invalidRequest(`1 validation error detected: Value '${owner}' at 's3BucketOwner' failed`);
  }
  const prefix = input.optionalText('S3Prefix');
  if (prefix === '' || (prefix ?? '').length > 1024) {
    throw invalidRequest(
      `1 validation error detected: Value '${prefix ?? ''}' at 's3Prefix' failed`,
    );
  }
  return {
    ...{ bucket, owner, prefix },
    sseAlgorithm: input.optionalText('S3SseAlgorithm'),
    sseKmsKeyId: input.optionalText('S3SseKmsKeyId'),
  };
}

function tokenOf({ input, database }: Call): string {
  const token = input.optionalText('ClientToken');
  if (token === undefined) return `fake-${database.world.random()}`;
  if (/^[^$]+$/.test(token)) return token;
  throw invalidRequest(`1 validation error detected: Value '${token}' at 'clientToken' failed`);
}

/** The parameters that say what is exported, as they were given. */
function scopeMembers({ input }: Call): unknown[] {
  const window = input.optionalInput('IncrementalExportSpecification');
  return [
    input.optionalText('ExportType') ?? 'FULL_EXPORT',
    input.optionalNumber('ExportTime'),
    window?.optionalNumber('ExportFromTime'),
    window?.optionalNumber('ExportToTime'),
    window?.optionalText('ExportViewType'),
  ];
}

function scopeOf(call: Call, table: Table, backups: Backups): ExportScope {
  const { input, database } = call;
  const nowMs = database.world.now();
  const earliestMs = backups.earliestMs(nowMs);
  const type = input.optionalText('ExportType') ?? 'FULL_EXPORT';
  const window = input.optionalInput('IncrementalExportSpecification');
  if (type === 'FULL_EXPORT') {
    if (window !== undefined)
      throw invalidRequest('IncrementalExportSpecification is for incremental exports');
    const atSeconds = Math.floor(input.optionalNumber('ExportTime') ?? nowMs / 1000);
    // A full export may be asked for right after the enabling, at the second in which that was.
    const isKnown = atSeconds * 1000 > earliestMs - 1000 && atSeconds * 1000 <= nowMs;
    if (!isKnown) throw invalidTime('Export Time is invalid');
    return { type, atSeconds };
  }
  if (type !== 'INCREMENTAL_EXPORT' || window === undefined || input.has('ExportTime')) {
    throw invalidRequest(
      'An incremental export needs an IncrementalExportSpecification and no ExportTime',
    );
  }
  const fromSeconds = Math.floor(window.optionalNumber('ExportFromTime') ?? NaN);
  const toSeconds = Math.floor(
    window.optionalNumber('ExportToTime') ?? backups.latestMs(nowMs) / 1000,
  );
  assertWindow(
    { fromMs: fromSeconds * 1000, toMs: toSeconds * 1000 },
    { earliestMs, nowMs, table },
  );
  const view = window.optionalText('ExportViewType') ?? 'NEW_AND_OLD_IMAGES';
  if (view !== 'NEW_IMAGE' && view !== 'NEW_AND_OLD_IMAGES') {
    throw invalidRequest(`1 validation error detected: Value '${view}' at 'exportViewType' failed`);
  }
  return { type, fromSeconds, toSeconds, view };
}

function assertWindow(
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  { earliestMs, nowMs, table }: { earliestMs: number; nowMs: number; table: Table },
): void {
  if (Number.isNaN(fromMs)) throw invalidRequest('ExportFromTime is missing');
  if (fromMs >= toMs) {
    throw invalidRequest(
      'Incremental export period from time should not be greater or equal to incremental export period to time',
    );
  }
  if (fromMs < Math.floor(table.createdAtMs / 1000) * 1000) {
    throw invalidTime('Incremental export period from time is before the creation of the table');
  }
  if (toMs > nowMs) {
    throw invalidTime('Incremental export period to time should not be in the future');
  }
  if (fromMs < earliestMs) {
    throw invalidTime(
      `Incremental export period from time is before ${new Date(earliestMs).toISOString()}, the earliest time of point in time recovery`,
    );
  }
  if (toMs - fromMs < windowMsMin || toMs - fromMs > windowMsMax) {
    throw invalidTime(
      'Difference between export period from time and to time must be between 15 minutes and 24 hours',
    );
  }
}

const invalidTime = (message: string) => new ServiceError('InvalidExportTimeException', message);
