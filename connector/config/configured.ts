/** What a user has configured, as total types. */

import type { TableFilter } from '../table.ts';
import type { ExportTarget, OnDataLoss } from './export-target.ts';
/** Whom to be for AWS. */
export type Credentials =
  | {
      readonly kind: 'access-key';
      readonly accessKeyId: string;
      readonly secretAccessKey: string;
    }
  | {
      /** A role that Flow assumed for us, for up to twelve hours. */
      readonly kind: 'session';
      readonly accessKeyId: string;
      readonly secretAccessKey: string;
      readonly sessionToken: string;
    }
  | {
      /** Whatever the AWS SDK finds: environment, profile, single sign-on, the machine's role. */
      readonly kind: 'default-chain';
    };

export interface EndpointConfig {
  readonly region: string;
  readonly credentials: Credentials;
  /** An http or https URL without a slash at its end; absent for AWS's own endpoint. */
  readonly endpoint: string | undefined;
  /** For backfills that have yet to begin; absent where the table's size decides. */
  readonly backfillSegments: number | undefined;
  /** Items that one scan request evaluates at most; absent where the page's size is the limit. */
  readonly scanLimit: number | undefined;
  /** The longest wait between two reads of a shard without new records. */
  readonly idleBackoffMaxMs: number;
  /** True when collections are to keep every change rather than the latest one of a key. */
  readonly historyMode: boolean;
  /** Which tables discovery looks at. */
  readonly tableFilter: TableFilter;
  readonly onDataLoss: OnDataLoss;
  /** Present where gaps are to be repaired. */
  readonly exportTarget: ExportTarget | undefined;
  /** How numbers that are no key are written. */
  readonly numbers: 'exact' | 'double' | 'string';
  /** False to leave old images out of documents. */
  readonly beforeImages: boolean;
  readonly ttlDeletes: 'capture' | 'ignore';
}

export interface ResourceConfig {
  /** Name or ARN of the table, as the user wrote it. */
  readonly table: string;
  /** Read units per second; absent where the table's own capacity decides. */
  readonly rcuAllocation: number | undefined;
  /** Absent where the endpoint configuration decides, as in the next one. */
  readonly beforeImages?: boolean | undefined;
  readonly ttlDeletes?: EndpointConfig['ttlDeletes'] | undefined;
}
