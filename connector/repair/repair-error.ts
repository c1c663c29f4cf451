/** What may stand in the way of a repair. */

import { ConnectorError, errorCodes } from '../errors.ts';

/** A gap that no export can heal, now or later. */
export class RepairImpossible extends Error {
  override readonly name = 'RepairImpossible';
}

/** An export that is of no use: its files are gone, damaged, or not what was asked for. Another one may be. */
export class ExportUnusable extends Error {
  override readonly name = 'ExportUnusable';
}

const bucketHint =
  'Check "advanced.exportBucket", "exportPrefix" and "exportBucketOwner", and what the identity may do with them; the repair continues automatically.';

/** An export that failed again and again: `why` is AWS's reason. */
export function exportFailed(tableName: string, why: string): ConnectorError {
  return new ConnectorError(errorCodes.exportFailed, `Cannot repair table "${tableName}": ${why}`, {
    hint: bucketHint,
  });
}
