/** Works through the unfinished segments of a table, several pages at once. */

import { TaskGroup } from '../async/task-group.ts';
import { Patience } from '../aws/aws.ts';
import type { UnfinishedSegment } from '../state/state.ts';
import { CapacityPace } from './capacity-pace.ts';
import { ScanConcurrency } from './scan-concurrency.ts';
import { SegmentQueue } from './segment-queue.ts';
import { PageSize, scanPage, type ScanContext } from './segment-scan.ts';

export type { ItemPage, ItemPageOutcome, PageTicket } from './segment-scan.ts';

type Given =
  'aws' | 'table' | 'segmentCount' | 'clock' | 'budget' | 'beginPage' | 'abandonPage' | 'deliver';

export interface BackfillOptions extends Pick<ScanContext, Given> {
  readonly segments: readonly UnfinishedSegment[];
  /** The user's limit in units per second, and items per page; absent where not set. */
  readonly rcuAllocation: number | undefined;
  readonly scanLimit: number | undefined;
  /** False while the stream must go first. */
  readonly mayScan: () => boolean;
  /** Waits until it may say something else. */
  readonly waitToScan: (signal: AbortSignal) => Promise<void>;
}

/** Scans and delivers all segments to their end. */
export async function runBackfill(options: BackfillOptions, signal: AbortSignal): Promise<void> {
  const { aws, table, clock } = options;
  const queue = new SegmentQueue(options.segments);
  const concurrency = new ScanConcurrency(clock);
  const context: ScanContext = {
    ...options,
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
    // A page that fails wakes us before its failure is known, and there may be no other page to wake us then.
    dispatchSignal.addEventListener(
      'abort',
      () => {
        wake();
      },
      { once: true },
    );
    while (!queue.isDone) {
      dispatchSignal.throwIfAborted();
      const mayScan = options.mayScan();
      const next = mayScan && inFlight < concurrency.count ? queue.take() : undefined;
      if (next !== undefined) {
        pages.spawn(scan(next));
      } else if (mayScan) {
        // As many pages as may be are in flight, or all segments are taken: the end of a page changes that.
        await new Promise<void>((resolve) => {
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
