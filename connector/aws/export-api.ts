/** The ports that a repair needs besides: exports of a table, and the objects that they are made of. */

import type { ExportTarget } from '../config/config.ts';

/** What point-in-time recovery remembers of a table. */
export interface Backups {
  readonly isEnabled: boolean;
  /** Absent while it remembers nothing. */
  readonly earliestMs: number | undefined;
  readonly latestMs: number | undefined;
  readonly periodDays: number | undefined;
}

/** One incremental export. Seconds since the epoch, `from` inclusive, `to` exclusive. */
export interface ExportRequest extends ExportTarget {
  readonly tableArn: string;
  readonly fromSeconds: number;
  readonly toSeconds: number;
  /** The same token and the same request give the same export, for eight hours. */
  readonly token: string;
}

export interface ExportStatus {
  readonly status: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED';
  readonly tableId: string | undefined;
  /** Where it is written to. */
  readonly bucket: string | undefined;
  /** Key of `manifest-summary.json` in the bucket; present once it is completed. */
  readonly manifestKey: string | undefined;
  readonly failureCode: string | undefined;
  readonly failureMessage: string | undefined;
}

export interface ExportApi {
  describeBackups(tableName: string, signal: AbortSignal): Promise<Backups>;
  /** Starts an export and returns its ARN. AWS's errors are handed back where only the caller can judge them. */
  start(request: ExportRequest, signal: AbortSignal): Promise<string>;
  describe(exportArn: string, signal: AbortSignal): Promise<ExportStatus>;
}

/** A part of an object; `etag` without its quotes: throws `PreconditionFailed` when it is another object now. */
export interface ObjectRange {
  readonly bucket: string;
  readonly key: string;
  readonly etag: string | undefined;
  readonly from: number;
  readonly length: number;
}

export interface ObjectPart {
  readonly bytes: Uint8Array;
  /** Of the whole object. */
  readonly totalBytes: number;
  /** True when the server has sent all of it instead of the range. */
  readonly isWhole: boolean;
  readonly etag: string | undefined;
}

export interface ObjectStore {
  /** One attempt: the caller retries. Throws an `AwsError` with S3's code. */
  read(object: ObjectRange, signal: AbortSignal): Promise<ObjectPart>;
  /**
   * Asks for a write that S3 refuses in any case, since its checksum is wrong; resolves when it would have been allowed.
   * (A server that stands for S3 and checks no checksums keeps an object without bytes.) One attempt. Throws an `AwsError` with S3's code.
   */
  tryWrite(bucket: string, key: string, signal: AbortSignal): Promise<void>;
}
