/** One page of one segment: asked for at the permitted pace, and delivered. */

import type { ByteBudget } from '../async/byte-budget.ts';
import type { Patience } from '../aws/aws.ts';
import { remedyOf, type Aws, type AwsError } from '../aws/aws.ts';
import { nameOf } from '../errors.ts';
import type { Clock } from '../host.ts';
import type { UnfinishedSegment } from '../state/state.ts';
import type { Table } from '../table.ts';
import type { CapacityPace } from './capacity-pace.ts';
import type { ItemPage, ItemPageOutcome, PageTicket } from './item-page.ts';
import type { ScanConcurrency } from './scan-concurrency.ts';
import type { SegmentQueue } from './segment-queue.ts';

/** The bytes booked for the first page, before one has told what pages of this table are like. */
const pageBytesAtStart = 2 * 1024 * 1024;
const pageBytesMin = 64 * 1024;
/** A page is held as the response's bytes and as the documents made of them. */
const heldPerResponseByte = 2;

/** What the scan of a page needs; shared by all pages of a backfill. */
export interface ScanContext {
  readonly aws: Aws;
  readonly table: Table;
  readonly segmentCount: number;
  readonly clock: Clock;
  readonly budget: ByteBudget;
  readonly pace: CapacityPace;
  readonly concurrency: ScanConcurrency;
  readonly queue: SegmentQueue;
  readonly patience: Patience;
  readonly pageSize: PageSize;
  /** These three as in `BackfillOptions`. */
  readonly beginPage: () => PageTicket;
  readonly abandonPage: (ticket: PageTicket) => void;
  readonly deliver: (page: ItemPage) => Promise<ItemPageOutcome>;
}

/** How large pages of a table are, as far as seen. */
export class PageSize {
  #bytes = pageBytesAtStart;

  /** What to book for the next page. */
  get heldBytes(): number {
    return this.#bytes * heldPerResponseByte;
  }

  saw(bytes: number): void {
    // Falls slowly and rises at once: the next page may well be as large as the largest lately.
    // Whole bytes: fractions would not add up to nothing when all are given back.
    this.#bytes = Math.max(pageBytesMin, bytes, Math.ceil(this.#bytes * 0.9));
  }
}

/** Scans the next page of a segment, and puts the segment back unless it is finished. */
export async function scanPage(
  context: ScanContext,
  { segment, startKey }: UnfinishedSegment,
  signal: AbortSignal,
): Promise<void> {
  const { aws, table, pace, budget, queue, concurrency, pageSize } = context;
  const charged = await pace.beginPage(signal);
  let held = pageSize.heldBytes;
  await budget.acquire(held, signal);
  // From here to the response lies the window in which a change makes the page's item stale.
  const ticket = context.beginPage();
  const scannedAtMs = context.clock.now();
  try {
    const body = await aws.tables.scan(
      {
        tableName: table.name,
        segment,
        totalSegments: context.segmentCount,
        startKey,
        keyNames: table.key.map(({ name }) => name),
        limit: pace.pageItems,
      },
      signal,
    );
    pageSize.saw(body.length);
    const actual = body.length * heldPerResponseByte;
    budget.release(held - actual);
    held = actual;
    concurrency.pageRead(body.length);
    const outcome = await context.deliver({ segment, startKey, ticket, scannedAtMs, body });
    aws.recycle?.(body);
    // Not before: a page that comes but is never whole must not be asked for without end.
    context.patience.succeeded();
    if (outcome.kind === 'scan-again') {
      queue.putBack(segment, startKey);
      return;
    }
    pace.endPage(charged, outcome.units);
    if (outcome.kind === 'divided' || outcome.lastEvaluatedKey === undefined) queue.finished();
    else queue.putBack(segment, outcome.lastEvaluatedKey);
  } catch (error) {
    context.abandonPage(ticket);
    budget.release(held); // The wait may be long, and other tables need the room.
    held = 0;
    await afterFailure(context, charged, error, signal);
    queue.putBack(segment, startKey);
  } finally {
    budget.release(held);
  }
}

/** Slows down as the error asks for, and waits; throws when there is no point in trying again. */
async function afterFailure(
  context: ScanContext,
  charged: number,
  error: unknown,
  signal: AbortSignal,
): Promise<void> {
  const { pace, concurrency, patience } = context;
  pace.cancelPage(charged);
  if (remedyOf(error) === 'throttled' && !isKeyRangeHot(error)) {
    pace.throttled();
    concurrency.throttled();
  }
  await patience.waitAfter(error, signal);
}

/** True when only the partition that was read is hot: another segment helps, slowing down does not. */
export function isKeyRangeHot(error: unknown): boolean {
  const reasons =
    nameOf(error) === 'Error' ? [] : ((error as Partial<AwsError>).throttlingReasons ?? []);
  return reasons.length > 0 && reasons.every((reason) => reason.includes('KeyRange'));
}
