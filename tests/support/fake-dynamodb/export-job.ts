/** One export of a table: asked for, under way, completed or failed. */

import type { Backups } from './backups.ts';
import type { Table } from './table.ts';

/** What is to be exported, times in whole seconds. */
export type ExportScope =
  | { readonly type: 'FULL_EXPORT'; readonly atSeconds: number }
  | {
      readonly type: 'INCREMENTAL_EXPORT';
      readonly fromSeconds: number;
      readonly toSeconds: number;
      readonly view: 'NEW_IMAGE' | 'NEW_AND_OLD_IMAGES';
    };

export interface ExportTarget {
  readonly bucket: string;
  readonly owner: string | undefined;
  readonly prefix: string | undefined;
  readonly sseAlgorithm: string | undefined;
  readonly sseKmsKeyId: string | undefined;
}

export interface ExportJob {
  readonly arn: string;
  /** The last part of the ARN, and the name of its folder. */
  readonly id: string;
  readonly table: Table;
  readonly backups: Backups;
  readonly scope: ExportScope;
  readonly target: ExportTarget;
  readonly clientToken: string;
  readonly startedAtMs: number;
  end: ExportEnd | undefined;
}

export type ExportEnd =
  | {
      readonly status: 'COMPLETED';
      readonly atMs: number;
      /** Key of `manifest-summary.json`. */
      readonly manifest: string;
      readonly itemCount: number;
      readonly billedBytes: number;
    }
  | {
      readonly status: 'FAILED';
      readonly atMs: number;
      readonly code: string;
      readonly message: string;
    };

/** As ExportTableToPointInTime and DescribeExport show it. */
export function exportDescription(job: ExportJob): Record<string, unknown> {
  const { arn, table, scope, target, end } = job;
  const times =
    scope.type === 'FULL_EXPORT'
      ? { ExportTime: scope.atSeconds }
      : {
          IncrementalExportSpecification: {
            ExportFromTime: scope.fromSeconds,
            ExportToTime: scope.toSeconds,
            ExportViewType: scope.view,
          },
        };
  return {
    ClientToken: job.clientToken,
    ExportArn: arn,
    ExportFormat: 'DYNAMODB_JSON',
    ExportStatus: end?.status ?? 'IN_PROGRESS',
    ExportType: scope.type,
    S3Bucket: target.bucket,
    ...(target.owner !== undefined && { S3BucketOwner: target.owner }),
    ...(target.prefix !== undefined && { S3Prefix: target.prefix }),
    S3SseAlgorithm: target.sseAlgorithm ?? 'AES256',
    ...(target.sseKmsKeyId !== undefined && { S3SseKmsKeyId: target.sseKmsKeyId }),
    StartTime: job.startedAtMs / 1000,
    TableArn: table.arn,
    TableId: table.id,
    ...times,
    ...(end !== undefined && { EndTime: end.atMs / 1000 }),
    ...(end?.status === 'COMPLETED' && {
      BilledSizeBytes: end.billedBytes,
      ExportManifest: end.manifest,
      ItemCount: end.itemCount,
    }),
    ...(end?.status === 'FAILED' && { FailureCode: end.code, FailureMessage: end.message }),
  };
}
