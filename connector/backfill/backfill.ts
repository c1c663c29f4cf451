/** Works through the unfinished segments of a table, several pages at once. */

import { orAborted } from '../async/abort.ts';
import type { ByteBudget } from '../async/byte-budget.ts';
import { TaskGroup } from '../async/task-group.ts';
import { Patience, type Aws } from '../aws/aws.ts';
import type { Clock } from '../host.ts';
import type { UnfinishedSegment } from '../state/state.ts';
import type { Table } from '../table.ts';
import { CapacityPace } from './capacity-pace.ts';
import { ScanConcurrency } from './scan-concurrency.ts';
import { SegmentQueue } from './segment-queue.ts';
import type { ItemPage, ItemPageOutcome, PageTicket } from './item-page.ts';
import { PageSize, scanPage, type ScanContext } from './segment-scan.ts';

export { CapacityPace } from './capacity-pace.ts';
export { isKeyRangeHot } from './segment-scan.ts';
export {
  assertAdvances,
  type ItemPage,
  type ItemPageOutcome,
  type PageTicket,
} from './item-page.ts';

export interface BackfillOptions {
  readonly aws: Aws;
  readonly clock: Clock;
  readonly table: Table;
  /** Of the whole table, and those of them that are left. */
  readonly segmentCount: number;
  readonly segments: readonly UnfinishedSegment[];
  /** The user's limit in units per second, and items per page; absent where not set. */
  readonly rcuAllocation: number | undefined;
  readonly scanLimit: number | undefined;
  /** Bytes that pages may hold between response and output. */
  readonly budget: ByteBudget;
  /** False while the stream must go first. */
  readonly mayScan: () => boolean;
  /** Waits until it may say something else. */
  readonly waitToScan: (signal: AbortSignal) => Promise<void>;
  /** Takes a ticket for a page that is about to be requested; gives up that of a page that will not come. */
  readonly beginPage: () => PageTicket;
  readonly abandonPage: (ticket: PageTicket) => void;
  /**
   * Takes a page with its ticket; resolves when the output has room for more. Its outcome says where the segment
   * goes on: that lies in the page's body, which only the transcoder reads, so that no page is parsed twice.
   */
  readonly deliver: (page: ItemPage) => Promise<ItemPageOutcome>;
}

/** Scans and delivers all segments to their end. */
export async function runBackfill(options: BackfillOptions, signal: AbortSignal): Promise<void> {
  const queue = new SegmentQueue(options.segments);
  const concurrency = new ScanConcurrency(options.clock);
  const context = scanContextOf(options, queue, concurrency);
  const pages = new TaskGroup(signal);
  let inFlight = 0;
  let wake: () => void = () => undefined;
  const scan = (segment: UnfinishedSegment) => async (pageSignal: AbortSignal) => {
    inFlight += 1;
    try {
      await scanPage(context, segment, pageSignal);
    } finally {
      inFlight -= 1;
      wake();
    }
  };
  const dispatch = async (dispatchSignal: AbortSignal) => {
    while (!queue.isDone) {
      dispatchSignal.throwIfAborted();
      const mayScan = options.mayScan();
      const next = mayScan && inFlight < concurrency.count ? queue.take() : undefined;
      if (next !== undefined) {
        pages.spawn(scan(next));
      } else if (mayScan) {
        // As many pages as may be are in flight, or all segments are taken: the end of a page changes that. One that
        // fails wakes us before its failure is known, and there may be no other to wake us then; the signal does.
        await orAborted(dispatchSignal, (resolve) => {
          wake = resolve;
        });
      } else {
        await options.waitToScan(dispatchSignal);
      }
    }
  };
  pages.spawn(dispatch);
  await pages.join();
}

function scanContextOf(
  options: BackfillOptions,
  queue: SegmentQueue,
  concurrency: ScanConcurrency,
): ScanContext {
  const { aws, table, clock } = options;
  return {
    aws,
    table,
    clock,
    segmentCount: options.segmentCount,
    budget: options.budget,
    beginPage: options.beginPage,
    abandonPage: options.abandonPage,
    deliver: options.deliver,
    queue,
    concurrency,
    pace: new CapacityPace(options),
    pageSize: new PageSize(),
    patience: new Patience(aws.retry, {
      action: 'dynamodb:Scan',
      resource: `table "${table.name}"`,
      endpoint: aws.endpoint,
    }),
  };
}
