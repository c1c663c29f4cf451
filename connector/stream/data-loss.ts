/** Stream records that were lost before they were read. */

import { ConnectorError, errorCodes, isConnectorError } from '../errors.ts';

/** Stream records are kept for 24 hours. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html */
export const retentionMs = 24 * 3600 * 1000;

/** `shardId-<milliseconds, 20 digits>-<hex>`: not documented, and only used to excuse. 0 for other ids. */
export function shardCreatedAtMs(shardId: string): number {
  return Number(/^shardId-(\d{20})-/.exec(shardId)?.[1] ?? '0');
}

/** Where a gap is. */
export type Gap =
  /** Another table has the name. */
  | { readonly kind: 'table' }
  /** The table has another stream. */
  | { readonly kind: 'stream' }
  /** Nothing was read for longer than the stream remembers. */
  | { readonly kind: 'pause' }
  /** This shard was lost, and perhaps others. */
  | { readonly kind: 'shard'; readonly shardId: string };

/** What is known of a gap; the connector never goes on as if there were none. */
export class DataLossError extends ConnectorError {
  readonly gap: Gap;
  /** What was lost, without what follows where nothing is done about it. */
  readonly loss: string;

  /** `reason`: a clause that begins with the shard or the stream, for instance `shard "…" was trimmed …`. */
  constructor(tableName: string, gap: Gap, reason: string, cause?: unknown) {
    const loss = `Stream records of table "${tableName}" were lost: ${reason}`;
    super(
      errorCodes.dataLoss,
      `${loss}. Changes in between are not captured, and deletes among them cannot be known`,
      {
        hint:
          'Increment the binding\'s backfill counter ("backfill: 1" below the binding, or one more than it has) to capture the table again, or set ' +
          '"advanced.onDataLoss" to "backfill" to have that done automatically. Afterwards, documents ' +
          'of an older "_meta/epoch" are candidates for deletes that were missed.',
        cause,
      },
    );
    this.gap = gap;
    this.loss = loss;
  }
}

/** True for a gap that was found, also one from another chunk of the program. */
export function isDataLoss(error: unknown): error is DataLossError {
  return isConnectorError(error) && error.code === errorCodes.dataLoss;
}
