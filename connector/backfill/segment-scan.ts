/** One page of one segment: asked for at the permitted pace, and delivered. */

import { PageRoom, type ByteBudget } from '../async/byte-budget.ts';
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
/** And how much larger its documents may be. */
const growthAtStart = 2;
const pageBytesMin = 64 * 1024;

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

/** How large pages of a table are, as far as seen: as bodies, or as documents where these are larger. */
export class PageSize {
  #bytes = pageBytesAtStart * growthAtStart;
  /** Documents to a body; tiny items are a fraction of their documents. */
  #growth = growthAtStart;

  /** What to book for the next page. */
  get bytes(): number {
    return this.#bytes;
  }

  /** What to book for a body of this length. Whole bytes: fractions would not add up to nothing when given back. */
  of(bodyBytes: number): number {
    return Math.ceil(bodyBytes * this.#growth);
  }

  saw(bodyBytes: number, documentBytes: number): void {
    // Falls slowly and rises at once: the next page may well be as large as the largest lately.
    const bytes = Math.max(bodyBytes, documentBytes);
    this.#bytes = Math.max(pageBytesMin, bytes, Math.ceil(this.#bytes * 0.9));
    this.#growth = Math.max(1, bytes / bodyBytes, this.#growth * 0.9);
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
  const room = new PageRoom(budget, signal);
  await room.book(pageSize.bytes);
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
        makeRoom: (bytes) => room.exchange(pageSize.of(bytes)),
      },
      signal,
    );
    room.correct(pageSize.of(body.length));
    concurrency.pageRead(body.length);
    const transcoded = (documentBytes: number) => {
      pageSize.saw(body.length, documentBytes);
      aws.buffers?.give(body.buffer);
      room.correct(documentBytes);
    };
    const page = { segment, startKey, ticket, scannedAtMs, body, transcoded };
    const outcome = await context.deliver(page);
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
    room.release(); // The wait may be long, and other tables need it.
    await afterFailure(context, charged, error, signal);
    queue.putBack(segment, startKey);
  } finally {
    room.release();
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
