/** One shard, from its position to its end, renewing its iterator. */

import { PageRoom, type ByteBudget } from '../async/byte-budget.ts';
import type { RateLimit } from '../async/rate-limit.ts';
import { commonWaitMs } from '../async/wake-time.ts';
import { Patience, remedyOf, type Aws } from '../aws/aws.ts';
import { nameOf } from '../errors.ts';
import type { Clock } from '../host.ts';
import { isLoss, newIterator, type ReportLoss } from './shard-iterator.ts';
import type { StreamLag } from './stream-lag.ts';

/** Records asked for; the most that GetRecords gives. */
const pageRecordsMax = 1000;
/** A page of nearly a megabyte was cut by size: there is more. */
const fullPageBytes = 900_000;
/** Five calls a second per shard. AWS documents no figure for DynamoDB; this is the one of Kinesis. */
const callIntervalMs = 200;
/** The first wait of a shard without records, doubled with each; after records more are likely as soon as may be. */
const idleIntervalMs = 250;
/** An empty page of an open shard proves nothing: so many in a row are followed at once before the shard is idle. */
const emptyPagesBeforeIdle = 2;
/**
 * A page that is not full ends with a record older than this: others may follow that are older than now, as from a
 * shard that ended long ago. For a record that is younger, clocks may differ by as much.
 */
const oldRecordMs = 15 * 60_000;
/** So long after its last record, a shard's calls still count among those of busy shards. */
const busyMs = 2_000;
/**
 * Booked for a page at least, however small the pages before were: shards that were idle may all have full pages
 * after an outage. It allows for some fifty calls in flight, thousands a second at AWS's latency.
 */
const pageBytesMin = 320 * 1024;
/** Booked for a page of which nothing is known, or nothing lately: a full one with both images, as JSON. */
const pageBytesAtStart = 1280 * 1024;
/** A shard that was not read for longer may have a full page waiting. */
const latelyMs = 5000;
/** A loss is believed when so many fresh iterators in a row, with growing waits, meet it. */
const lossAttempts = 4;
const lossDelayMs = 1000;

/** One page of records, as DynamoDB sent it. */
export interface RecordPage {
  readonly shardId: string;
  /** Of the last record delivered before; records up to it are repetitions. */
  readonly afterSequenceNumber: string | undefined;
  readonly body: Uint8Array;
  /** To be called once the body is no longer needed, but for so many bytes of documents made of it. */
  readonly transcoded: (documentBytes: number) => void;
}

/** What a page turned out to hold, once it is emitted. */
export interface RecordPageOutcome {
  readonly recordCount: number;
  readonly lastSequenceNumber: string | undefined;
  readonly lastCreatedAtMs: number | undefined;
  /** Absent when the shard is read to its end. */
  readonly nextShardIterator: string | undefined;
}

export interface ReaderContext {
  readonly aws: Aws;
  readonly clock: Clock;
  readonly streamArn: string;
  readonly budget: ByteBudget;
  /** GetRecords calls per second, shared fairly by all shards of all tables; those of idle shards apart. */
  readonly readCalls: RateLimit;
  readonly idleReadCalls: RateLimit;
  readonly idleBackoffMaxMs: number;
  readonly lag: StreamLag;
  /** As in `FollowStreamOptions`. */
  readonly deliver: (page: RecordPage) => Promise<RecordPageOutcome>;
  /** True once a shard is known to have ended. */
  readonly isClosed: (shardId: string) => boolean;
  readonly lost: ReportLoss;
}

/** Where the reading of a shard begins. */
export interface ShardStart {
  readonly shardId: string;
  /** Of the last record emitted; absent to begin with the oldest one. */
  readonly lastSequenceNumber: string | undefined;
  /** What was recorded from here on is yet to be read. */
  readonly unreadSinceMs: number;
  /** What was recorded before was read by an earlier process, or is in every scan page; absent where that is not known. */
  readonly readBeforeMs?: number | undefined;
}

/** Where a reader is. `iterator` is absent when a new one is needed. */
interface Reading {
  readonly shardId: string;
  readonly patience: Patience;
  lastSequenceNumber: string | undefined;
  /** When the last page was asked for that came; what was recorded later is yet to be read. */
  unreadSinceMs: number;
  readonly readBeforeMs?: number | undefined;
  iterator: string | undefined;
  /** When a page with records was last asked for. */
  recordsAtMs: number;
  emptyPages: number;
  /** The present wait of an idle shard. */
  idleMs: number;
  pageBytes: number;
  /** Losses met in a row, none of them believed yet. */
  losses: number;
  /** When records were last asked for, or were going to be. */
  calledAtMs: number;
}

/** Reads a shard from its start, and delivers it to its end. */
export async function readShard(
  context: ReaderContext,
  start: ShardStart,
  signal: AbortSignal,
): Promise<void> {
  const { aws, clock } = context;
  const subject = { action: 'dynamodb:GetRecords', resource: `shard "${start.shardId}"` };
  const reading: Reading = {
    ...start,
    patience: new Patience(aws.retry, { ...subject, endpoint: aws.streamEndpoint }),
    iterator: undefined,
    recordsAtMs: -Infinity,
    emptyPages: 0,
    idleMs: idleIntervalMs,
    pageBytes: pageBytesAtStart,
    losses: 0,
    calledAtMs: clock.now(),
  };
  for (;;) {
    if (clock.now() - reading.calledAtMs > latelyMs) reading.pageBytes = pageBytesAtStart;
    reading.calledAtMs = clock.now();
    const page = await readPage(context, reading, signal);
    if (page !== 'failed' && page.isLast) break;
    const waitMs = page === 'failed' ? callIntervalMs : pace(context, reading, page);
    // Never longer than the wait itself: the clock may have been set back by minutes since the call.
    const now = clock.now();
    const leftMs = Math.max(0, Math.min(waitMs, reading.calledAtMs + waitMs - now));
    const isIdle = reading.emptyPages >= emptyPagesBeforeIdle;
    await clock.sleep(isIdle ? commonWaitMs(now, leftMs) : leftMs, signal);
  }
}

interface PageRead {
  readonly isLast: boolean;
  readonly isFull: boolean;
  readonly lastCreatedAtMs: number | undefined;
  readonly recordCount: number;
}

/** Reads and delivers one page; after a failure that may pass, waits and says so. */
async function readPage(
  context: ReaderContext,
  reading: Reading,
  signal: AbortSignal,
): Promise<PageRead | 'failed'> {
  const { aws, budget } = context;
  const isBusy = reading.calledAtMs - reading.recordsAtMs < busyMs;
  await (isBusy ? context.readCalls : context.idleReadCalls).take(1, signal);
  const room = new PageRoom(budget, signal);
  try {
    // Before bytes are booked: a shard that is throttled here would keep them from the others.
    reading.iterator ??= await newIterator(context, reading, signal);
    await room.book(reading.pageBytes);
    reading.calledAtMs = context.clock.now();
    const makeRoom = (bytes: number) => room.exchange(bytes);
    const request = { shardIterator: reading.iterator, limit: pageRecordsMax, makeRoom };
    const body = await aws.streams.getRecords(request, signal);
    reading.pageBytes = Math.max(pageBytesMin, body.length, Math.ceil(reading.pageBytes / 2));
    room.correct(body.length);
    const outcome = await context.deliver({
      shardId: reading.shardId,
      afterSequenceNumber: reading.lastSequenceNumber,
      body,
      transcoded: (documentBytes) => {
        aws.buffers?.give(body.buffer);
        room.correct(documentBytes);
      },
    });
    reading.patience.succeeded();
    reading.losses = 0;
    reading.unreadSinceMs = reading.calledAtMs;
    reading.lastSequenceNumber = outcome.lastSequenceNumber ?? reading.lastSequenceNumber;
    reading.iterator = outcome.nextShardIterator;
    return {
      isLast: outcome.nextShardIterator === undefined,
      isFull: outcome.recordCount >= pageRecordsMax || body.length >= fullPageBytes,
      lastCreatedAtMs: outcome.lastCreatedAtMs,
      recordCount: outcome.recordCount,
    };
  } catch (error) {
    room.release();
    await afterFailure(context, reading, error, signal);
    return 'failed';
  } finally {
    room.release();
  }
}

async function afterFailure(
  context: ReaderContext,
  reading: Reading,
  error: unknown,
  signal: AbortSignal,
): Promise<void> {
  const remedy = remedyOf(error);
  // Trouble that passes leaves the iterator good; whatever else it was, a fresh one does no harm.
  if (remedy !== 'throttled' && remedy !== 'transient') reading.iterator = undefined;
  if (nameOf(error) === 'ExpiredIteratorException') return;
  if (!isLoss(error)) {
    await reading.patience.waitAfter(error, signal);
    return;
  }
  // Emulators raise these for a moment after other calls, and AWS may while it trims: ask again before believing.
  reading.losses += 1;
  if (reading.losses >= lossAttempts) {
    const what = 'was trimmed before it was read to its end';
    await context.lost({ shardId: reading.shardId, what, cause: error }, signal);
  }
  await context.clock.sleep(lossDelayMs * reading.losses, signal);
}

/** How long after this call the next one may begin; tells the lag what that means. */
function pace(context: ReaderContext, reading: Reading, page: PageRead): number {
  const { lag, idleBackoffMaxMs, isClosed } = context;
  const { shardId, calledAtMs, readBeforeMs } = reading;
  if (page.recordCount > 0) {
    reading.recordsAtMs = calledAtMs;
    reading.emptyPages = 0;
    reading.idleMs = idleIntervalMs;
    lag.readUntil(shardId, readUntilMs(reading, page));
    return callIntervalMs;
  }
  reading.emptyPages += 1;
  const isIdle = reading.emptyPages >= emptyPagesBeforeIdle;
  // Nothing from before is missing, whatever the page was worth: at a first start that is as good as now.
  if (!isIdle && readBeforeMs !== undefined) lag.beginsAt(shardId, readBeforeMs);
  if (!isIdle) return callIntervalMs;
  const waitMs = Math.min(reading.idleMs, idleBackoffMaxMs);
  reading.idleMs = Math.min(reading.idleMs * 2, idleBackoffMaxMs);
  // Of one that has ended, no page but the last one tells that nothing follows.
  if (!isClosed(shardId)) lag.readUntil(shardId, calledAtMs + waitMs);
  return waitMs;
}

function readUntilMs({ calledAtMs, readBeforeMs = -Infinity }: Reading, page: PageRead): number {
  const { isFull, lastCreatedAtMs = -Infinity } = page;
  if (isFull) return lastCreatedAtMs;
  const isOld = calledAtMs - lastCreatedAtMs > oldRecordMs;
  return isOld ? Math.max(lastCreatedAtMs, readBeforeMs) : calledAtMs + callIntervalMs;
}
