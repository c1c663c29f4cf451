/** The three calls about exports, and what point-in-time recovery remembers. */

import { ConnectorError, errorCodes, nameOf } from '../errors.ts';
import { refused } from './aws-error.ts';
import type { Backups, ExportApi, ExportRequest, ExportStatus } from './export-api.ts';
import { actionOf, callObject, type Port } from './json-call.ts';
import { membersOf, numberOf, textOf, type JsonObject } from '../json.ts';

/** What says that a window cannot be exported, now or later, and is the caller's to judge. */
const judgedNames = new Set([
  'ContinuousBackupsUnavailableException',
  'ExportConflictException',
  'ExportNotFoundException',
  'InvalidExportTimeException',
  'PointInTimeRecoveryUnavailableException',
]);

export function createExportApi({ call, endpoint, retried }: Port): ExportApi {
  const ask = async <T>(
    target: string,
    input: object,
    [resource, about]: readonly [name: string, about: string],
    read: (answer: JsonObject) => T,
    signal: AbortSignal,
  ): Promise<T> => {
    const subject = { action: `dynamodb:${actionOf(target)}`, resource, endpoint };
    const send = async () => read(await callObject(call, target, input, signal, about));
    try {
      return await retried(subject, send, signal);
    } catch (error) {
      if (judgedNames.has(nameOf(error))) throw error;
      throw refused(error, subject);
    }
  };
  return {
    describeBackups: (tableName, signal) =>
      ask(
        'DynamoDB_20120810.DescribeContinuousBackups',
        { TableName: tableName },
        [`table "${tableName}"`, tableName],
        backupsOf,
        signal,
      ),
    start: (request, signal) =>
      ask(
        'DynamoDB_20120810.ExportTableToPointInTime',
        startInput(request),
        [`table "${request.tableArn}"`, request.tableArn],
        (answer) => arnOf(membersOf(answer['ExportDescription'])),
        signal,
      ),
    describe: (exportArn, signal) =>
      ask(
        'DynamoDB_20120810.DescribeExport',
        { ExportArn: exportArn },
        [`export "${exportArn}"`, exportArn],
        (answer) => statusOf(membersOf(answer['ExportDescription'])),
        signal,
      ),
  };
}

function startInput(request: ExportRequest): object {
  const { prefix, bucketOwner } = request;
  return {
    TableArn: request.tableArn,
    S3Bucket: request.bucket,
    // An empty one is refused.
    ...(prefix === undefined ? {} : { S3Prefix: prefix }),
    ...(bucketOwner === undefined ? {} : { S3BucketOwner: bucketOwner }),
    ExportFormat: 'DYNAMODB_JSON',
    ExportType: 'INCREMENTAL_EXPORT',
    IncrementalExportSpecification: {
      ExportFromTime: request.fromSeconds,
      ExportToTime: request.toSeconds,
      ExportViewType: 'NEW_AND_OLD_IMAGES',
    },
    ClientToken: request.token,
  };
}

function backupsOf(answer: JsonObject): Backups {
  const described = membersOf(answer['ContinuousBackupsDescription']);
  const recovery = membersOf(described['PointInTimeRecoveryDescription']);
  const ms = (name: string) => {
    const seconds = numberOf(recovery[name]);
    return seconds === undefined ? undefined : seconds * 1000;
  };
  return {
    isEnabled: recovery['PointInTimeRecoveryStatus'] === 'ENABLED',
    earliestMs: ms('EarliestRestorableDateTime'),
    latestMs: ms('LatestRestorableDateTime'),
    periodDays: numberOf(recovery['RecoveryPeriodInDays']),
  };
}

function arnOf(description: JsonObject): string {
  const arn = textOf(description['ExportArn']);
  if (arn !== undefined) return arn;
  throw new ConnectorError(
    errorCodes.responseInvalid,
    'ExportTableToPointInTime answered without the ARN of an export',
  );
}

function statusOf(description: JsonObject): ExportStatus {
  const status = description['ExportStatus'];
  if (status !== 'IN_PROGRESS' && status !== 'COMPLETED' && status !== 'FAILED') {
    throw new ConnectorError(
      errorCodes.responseInvalid,
      `DescribeExport answered with the status ${JSON.stringify(status)}`,
    );
  }
  return {
    status,
    tableId: textOf(description['TableId']),
    bucket: textOf(description['S3Bucket']),
    manifestKey: textOf(description['ExportManifest']),
    failureCode: textOf(description['FailureCode']),
    failureMessage: textOf(description['FailureMessage']),
  };
}
