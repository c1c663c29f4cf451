/** Where a repair has DynamoDB write its exports. */

import type { AdvancedOptions } from '../../schemas/endpoint-config.types.ts';
import type { ConfigProblem } from './schema-check.ts';

/** What is done when stream records were lost. */
export type OnDataLoss = 'fail' | 'backfill' | 'repair' | 'repair-or-backfill';

export interface ExportTarget {
  readonly bucket: string;
  readonly prefix: string | undefined;
  /** Absent where the bucket belongs to the account of the credentials. */
  readonly bucketOwner: string | undefined;
}

/** Undefined where gaps are not repaired. */
export function exportTargetOf(advanced: Partial<AdvancedOptions>): ExportTarget | undefined {
  const { exportBucket: bucket, exportPrefix: prefix } = advanced;
  if (!isRepairing(advanced) || bucket === undefined) return undefined;
  // A slash at the end would make a folder without a name.
  return {
    bucket,
    prefix: prefix?.replace(/\/+$/, '') || undefined,
    bucketOwner: advanced.exportBucketOwner,
  };
}

/** What a repair lacks. */
export function repairProblems(
  advanced: Partial<AdvancedOptions> = {},
  place: string,
): ConfigProblem[] {
  const { onDataLoss, exportBucket } = advanced;
  if (!isRepairing(advanced) || exportBucket !== undefined) return [];
  const sentence = `Missing property "advanced.exportBucket" in ${place}: "advanced.onDataLoss" is "${onDataLoss ?? ''}", which needs a bucket for exports`;
  return [{ path: 'advanced.exportBucket', sentence }];
}

function isRepairing({ onDataLoss = 'fail' }: Partial<AdvancedOptions>): boolean {
  return onDataLoss.startsWith('repair');
}
