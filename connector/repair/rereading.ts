/** Reads keys of an export again, at the pace that the table's capacity allows, and delivers what became of them. */

import { orAborted } from '../async/abort.ts';
import type { ByteBudget } from '../async/byte-budget.ts';
import { TaskGroup } from '../async/task-group.ts';
import { Patience, remedyOf, type Aws } from '../aws/aws.ts';
import { CapacityPace, isKeyRangeHot, type PageTicket } from '../backfill/backfill.ts';
import type { Clock } from '../host.ts';
import type { Table } from '../table.ts';
import type { ExportedKey } from '../transcoder/transcoder.ts';
import type { ExportLine, LinePlace } from './export-lines.ts';
import { keyBatches, ReadingOrder, type KeyBatch } from './key-batch.ts';

/** Requests in flight; eight hide the latency of an answer of some hundred items. */
const requestsMax = 8;
/** Where a rate is limited, a batch costs no more than this time of it. */
const batchSeconds = 0.5;
/** How often it is checked whether reading may go on that has to wait for the stream. */
const gateIntervalMs = 1000;
/** An answer is held as its bytes and as the documents made of them. */
const heldPerResponseByte = 2;
/** Booked for each key beside its line, which tells what its item was. */
const bytesPerKey = 2048;
/** Keys that a server leaves are asked for again after so long. */
const leftDelayMs = 100;

/** A batch that was read, as DynamoDB sent it. */
export interface RereadPage {
  readonly ticket: PageTicket;
  /** When its request began. */
  readonly readAtMs: number;
  readonly asked: readonly ExportedKey[];
  readonly body: Uint8Array;
  /** To be called in the step that emits it, once nothing of the batch is left: where to go on, if that has changed. */
  readonly end: () => LinePlace | undefined;
}

/** What became of it: keys that the server has left, or all of them to be read again. */
export type RereadOutcome =
  | { readonly kind: 'covered'; readonly left: readonly ExportedKey[]; readonly units: number }
  | { readonly kind: 'read-again' };

export interface RereadContext {
  readonly aws: Aws;
  readonly clock: Clock;
  readonly table: Table;
  /** As the binding names it. */
  readonly tableName: string;
  readonly rcuAllocation: number | undefined;
  readonly budget: ByteBudget;
  /** False while the stream must go first. */
  readonly mayRead: () => boolean;
  readonly beginPage: () => PageTicket;
  readonly abandonPage: (ticket: PageTicket) => void;
  readonly readKey: (line: Uint8Array) => ExportedKey;
  /** True for a key that need not be read for this export. */
  readonly isPassedOver: (key: ExportedKey) => boolean;
  /** Takes a batch with its ticket; resolves when the output has room for more. */
  readonly deliver: (page: RereadPage) => Promise<RereadOutcome>;
}

interface Rereading extends RereadContext {
  readonly pace: CapacityPace;
  readonly patience: Patience;
  readonly order: ReadingOrder;
}

/** Reads and delivers the keys of all lines. */
export async function rereadLines(
  context: RereadContext,
  lines: AsyncIterable<ExportLine>,
  signal: AbortSignal,
): Promise<void> {
  const { aws, table, clock, readKey, isPassedOver } = context;
  const pace = new CapacityPace({ ...context, scanLimit: undefined, segmentCount: 1 });
  const rereading: Rereading = {
    ...context,
    pace,
    patience: new Patience(aws.retry, {
      action: 'dynamodb:BatchGetItem',
      resource: `table "${table.name}"`,
      endpoint: aws.endpoint,
    }),
    order: new ReadingOrder(),
  };
  const keysAllowed = () => Math.max(1, Math.floor(pace.unitsPerSecond * batchSeconds));
  const group = new TaskGroup(signal);
  group.spawn(async (dispatchSignal) => {
    let inFlight = 0;
    let wake: () => void = () => undefined;
    for await (const batch of keyBatches(lines, readKey, isPassedOver, keysAllowed)) {
      while (!context.mayRead()) await clock.sleep(gateIntervalMs, dispatchSignal);
      while (inFlight >= requestsMax) {
        await orAborted(dispatchSignal, (resolve) => {
          wake = resolve;
        });
      }
      dispatchSignal.throwIfAborted();
      inFlight += 1;
      const end = rereading.order.begin(batch.next);
      group.spawn(async (batchSignal) => {
        try {
          await rereadBatch(rereading, batch, end, batchSignal);
        } finally {
          inFlight -= 1;
          wake();
        }
      });
    }
  });
  await group.join();
}

async function rereadBatch(
  context: Rereading,
  batch: KeyBatch,
  end: () => LinePlace | undefined,
  signal: AbortSignal,
): Promise<void> {
  const bytes = (batch.lineBytes + batch.keys.length * bytesPerKey) * heldPerResponseByte;
  for (let left = batch.keys; left.length > 0;) {
    const charged = await context.pace.beginPage(signal);
    await context.budget.acquire(bytes, signal);
    try {
      const read = await readOnce(context, left, charged, end, signal);
      if (read.length > 0) await context.clock.sleep(leftDelayMs, signal);
      left = read;
    } finally {
      context.budget.release(bytes);
    }
  }
}

/** Asks for keys once, and returns those to ask for again. */
async function readOnce(
  context: Rereading,
  keys: readonly ExportedKey[],
  charged: number,
  end: () => LinePlace | undefined,
  signal: AbortSignal,
): Promise<readonly ExportedKey[]> {
  const { aws, pace, patience, clock, tableName } = context;
  const ticket = context.beginPage();
  const readAtMs = clock.now();
  try {
    const asked = keys.map(({ json }) => json);
    const body = await aws.tables.getItems(tableName, asked, signal);
    const outcome = await context.deliver({ ticket, readAtMs, asked: keys, body, end });
    aws.buffers?.give(body.buffer);
    if (outcome.kind === 'read-again') return keys;
    patience.succeeded();
    pace.endPage(charged, outcome.units);
    // Left for want of capacity, or of room in the answer.
    if (outcome.left.length === keys.length) pace.throttled();
    return outcome.left;
  } catch (error) {
    context.abandonPage(ticket);
    pace.cancelPage(charged);
    if (remedyOf(error) === 'throttled' && !isKeyRangeHot(error)) pace.throttled();
    await patience.waitAfter(error, signal);
    return keys;
  }
}
