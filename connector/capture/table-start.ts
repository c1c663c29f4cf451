/** A table's beginning: where a first start begins, and whether a restart may go on where the state ends. */

import type { RateLimit } from '../async/rate-limit.ts';
import type { Aws, Shard } from '../aws/aws.ts';
import { segmentCountOf, type SegmentOptions } from '../read-capacity.ts';
import { assertCapturable, type Table } from '../table.ts';
import { TableState, type TableStateJson } from '../state/state.ts';
import { DataLossError, listShards, retentionMs, shardCreatedAtMs } from '../stream/stream.ts';
import { parseRfc3339, rfc3339 } from '../time.ts';
import type { Clock } from '../host.ts';

/** A table and its first stream are noted one after the other. */
const creationMarginMs = 10_000;

export interface StartContext {
  readonly aws: Aws;
  readonly clock: Clock;
  readonly listCalls: RateLimit;
  readonly config: SegmentOptions;
  /** The youngest epoch that documents of this capture may carry; a new one must be younger. */
  readonly lastEpoch: string | undefined;
}

/** A state for a first start, and the complete listing it was made from. */
export interface FirstStart {
  readonly state: TableStateJson;
  readonly shards: readonly Shard[];
}

/**
 * What a backfill begins with: the stream's position, taken before the first page is scanned. Closed shards are
 * done with, since every page holds what they recorded; open ones are read from their oldest record.
 */
export async function firstStart(
  context: StartContext,
  table: Table,
  signal: AbortSignal,
): Promise<FirstStart> {
  const { clock, config } = context;
  const startedAtMs = clock.now();
  const streamArn = assertCapturable(table).arn;
  const listed: Shard[] = [];
  for await (const page of listShards({ ...context, streamArn }, signal)) {
    listed.push(...page.shards);
  }
  const shards = withEndedParents(listed);
  const state = TableState.start({
    streamArn,
    tableId: table.id,
    epoch: nextEpoch(startedAtMs, context.lastEpoch),
    startedAtMs,
    segmentCount: segmentCountOf(table, config),
    shards,
  });
  return { state, shards };
}

/**
 * A listing may still show a shard as open whose child is closed already. It ended before that child did: read now,
 * its records would come after those of its grandchildren, which nothing holds back.
 */
function withEndedParents(shards: readonly Shard[]): Shard[] {
  const parents = new Map(shards.map(({ id, parentId }) => [id, parentId]));
  const ended = new Set<string>();
  for (const { id, isClosed } of shards) {
    let next = isClosed ? id : undefined;
    while (next !== undefined && !ended.has(next)) {
      ended.add(next);
      next = parents.get(next);
    }
  }
  return shards.map((shard) => ({ ...shard, isClosed: ended.has(shard.id) }));
}

/** Later than the last epoch, also when the clock has gone back: an epoch must never decrease. */
export function nextEpoch(nowMs: number, lastEpoch: string | undefined): string {
  const lastMs = lastEpoch === undefined ? -Infinity : parseRfc3339(lastEpoch);
  return rfc3339(Math.max(nowMs, lastMs + 1));
}

/** Throws a `DataLossError` when the stream that the state belongs to is not the table's any more. */
export function assertSameStream(
  table: Table,
  state: { readonly streamArn: string; readonly tableId?: string | undefined },
): void {
  const stream = assertCapturable(table);
  if (isOtherTable(table, state)) {
    throw new DataLossError(
      table.name,
      { kind: 'table' },
      'the table was deleted and created again',
    );
  }
  if (stream.arn === state.streamArn) return;
  const change = `"${state.streamArn}" is now "${stream.arn}"`;
  if (isOtherTable(table, state) === undefined) {
    // A repair needs to know that it is the same table: the worse of both is supposed.
    throw new DataLossError(
      table.name,
      { kind: 'table' },
      `the table was deleted and created again, or its stream disabled and enabled again (${change})`,
    );
  }
  throw new DataLossError(
    table.name,
    { kind: 'stream' },
    `its stream was disabled and enabled again (${change})`,
  );
}

/** Whether another table has taken the name; undefined where nothing tells. */
function isOtherTable(
  { id, createdAtMs }: Table,
  {
    tableId = '',
    streamArn,
  }: { readonly streamArn: string; readonly tableId?: string | undefined },
): boolean | undefined {
  if (tableId !== '' && id !== '') return id !== tableId;
  // Emulators, and states that the Go connector wrote, have no table id. But a stream's label is the time of its
  // beginning, and no table is younger than its stream.
  const label = streamArn.slice(streamArn.lastIndexOf('/') + 1);
  const streamAtMs = parseRfc3339(`${label}Z`);
  if (createdAtMs === undefined || Number.isNaN(streamAtMs)) return undefined;
  return createdAtMs > streamAtMs + creationMarginMs;
}

/** Throws a `DataLossError` when the capture stood still for longer than the stream remembers. */
export function assertShortPause(tableName: string, state: TableState, nowMs: number): void {
  const { streamReadAt } = state;
  if (streamReadAt === undefined) return;
  const readAtMs = parseRfc3339(streamReadAt);
  if (nowMs - readAtMs <= retentionMs) return;
  // Another connector may have carried the state on without our mark: then it knows of shards so young that
  // it cannot have paused for long. Younger than the mark is not enough, since we set that now and then only.
  const isYoung = (shardId: string) => nowMs - shardCreatedAtMs(shardId) <= retentionMs;
  const shards = [...state.shards()];
  const isCarriedOn = shards.some(([id]) => isYoung(id));
  // It may also be ours that went on, but for this shard: its oldest record need not be its first any more.
  const [unread] =
    shards.find(
      ([id, { isFinished, lastSequenceNumber }]) =>
        !isFinished && lastSequenceNumber === undefined && !isYoung(id),
    ) ?? [];
  if (isCarriedOn && unread === undefined) return;
  if (unread !== undefined && isCarriedOn) {
    throw new DataLossError(
      tableName,
      { kind: 'shard', shardId: unread },
      `shard "${unread}" was not read since ${streamReadAt}, and a stream keeps its records for 24 hours`,
    );
  }
  throw new DataLossError(
    tableName,
    { kind: 'pause' },
    `the capture paused since ${streamReadAt}, and a stream keeps its records for 24 hours`,
  );
}
