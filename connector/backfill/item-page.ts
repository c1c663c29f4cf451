/** A page of items on its way to the output, and what became of it. */

import { ConnectorError, errorCodes } from '../errors.ts';
import type { ItemKey } from '../table.ts';

/** A page's place in the fence's time, taken before its request is sent. */
export type PageTicket = number;

/** One strongly consistent page of items, as DynamoDB sent it. */
export interface ItemPage {
  readonly segment: number;
  /** Where the page begins; absent at the segment's beginning. */
  readonly startKey: ItemKey | undefined;
  readonly ticket: PageTicket;
  /** When the page's request began. */
  readonly scannedAtMs: number;
  readonly body: Uint8Array;
  /** To be called once the body is no longer needed, but for so many bytes of documents made of it. */
  readonly transcoded: (documentBytes: number) => void;
}

/**
 * What became of a page: covered up to a key (none: the segment is finished), or to be scanned again, or left alone,
 * since its table is divided into other segments from now on.
 */
export type ItemPageOutcome =
  | {
      readonly kind: 'covered';
      readonly lastEvaluatedKey: ItemKey | undefined;
      readonly units: number;
    }
  | { readonly kind: 'scan-again' }
  | { readonly kind: 'divided'; readonly units: number };

/** A page that ends where it began would be scanned, and emitted, for ever. */
export function assertAdvances(
  { segment, startKey }: ItemPage,
  lastEvaluatedKey: ItemKey | undefined,
) {
  if (startKey === undefined || lastEvaluatedKey === undefined) return;
  if (JSON.stringify(startKey) !== JSON.stringify(lastEvaluatedKey)) return;
  throw new ConnectorError(
    errorCodes.responseInvalid,
    `Scan of segment ${segment} answered with a page that ends where it begins`,
  );
}
