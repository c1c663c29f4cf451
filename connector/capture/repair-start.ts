/** The state that a repair begins with: a new epoch, the stream from its oldest records, and what must be exported. */

import type { Shard } from '../aws/aws.ts';
import {
  planWindows,
  RepairImpossible,
  assertRemembered,
  windowId,
  type GapShard,
  type RepairPlan,
} from '../repair/repair.ts';
import { TableState, type TableStateJson } from '../state/state.ts';
import { listShards, shardCreatedAtMs, type Gap } from '../stream/stream.ts';
import { assertCapturable, type Table } from '../table.ts';
import { parseDate, parseRfc3339, rfc3339 } from '../time.ts';
import { nextEpoch, type StartContext } from './table-start.ts';

/** A position that is older may be trimmed any moment. */
const trimmedSeconds = 23 * 3600;
/** By which a record's time and its shard's may differ. */
const clockSeconds = 15 * 60;

export interface RepairStart {
  readonly state: TableStateJson;
  readonly plan: RepairPlan;
}

/** Throws `RepairImpossible` where no export can heal the gap. */
export async function repairStart(
  context: StartContext,
  table: Table,
  saved: TableStateJson,
  gap: Gap,
  signal: AbortSignal,
): Promise<RepairStart> {
  const { aws, clock } = context;
  const { tableId = '', streamReadAt } = saved;
  if (gap.kind === 'table' || (tableId !== '' && table.id !== tableId)) {
    throw new RepairImpossible('the table was deleted and created again');
  }
  if (streamReadAt === undefined) {
    throw new RepairImpossible('its state does not say until when its stream was read');
  }
  const streamArn = assertCapturable(table).arn;
  const isNewStream = streamArn !== saved.streamArn;
  const state = new TableState(saved, table.key);
  const nowMs = clock.now();
  const { exports } = await aws.repairPorts();
  const backups = await exports.describeBackups(table.name, signal);
  const listed = gap.kind === 'shard' ? await listing(context, streamArn, signal) : undefined;
  const isKept = (id: string) => isShardKept(state, gap, id, { listed, nowMs });
  const plan = planWindows({
    earliestMs: backups.earliestMs,
    nowMs,
    readUntilMs: parseRfc3339(streamReadAt),
    shards: gapShards(state, gap, { isKept, nowMs }),
    itemsReadAtMs: saved.itemsReadAt === undefined ? undefined : parseRfc3339(saved.itemsReadAt),
    streamCreatedAtMs: isNewStream ? streamCreatedAtMs(streamArn, nowMs) : undefined,
  });
  assertRemembered(backups, plan.fromSeconds * 1000);
  const kept = Object.entries(state.toJson().shards ?? {}).filter(([id]) => isKept(id));
  const shards = isNewStream ? {} : Object.fromEntries(kept);
  return {
    plan,
    state: {
      ...saved,
      streamArn,
      tableId: table.id,
      epoch: nextEpoch(nowMs, saved.epoch ?? context.lastEpoch),
      streamReadAt: rfc3339(plan.streamSinceMs),
      shards,
      repair: repairOf(plan, saved, nowMs),
    },
  };
}

/** What a repair that was under way has left to do comes with it. */
function repairOf(plan: RepairPlan, saved: TableStateJson, nowMs: number) {
  const from = rfc3339(plan.fromSeconds * 1000);
  const windows = Object.fromEntries(plan.windows.map((window) => [windowId(window), {}]));
  return {
    ...saved.repair,
    from: saved.repair === undefined || saved.repair.from > from ? from : saved.repair.from,
    to: rfc3339(plan.toSeconds * 1000),
    foundAt: rfc3339(nowMs),
    windows: { ...windows, ...saved.repair?.windows },
  };
}

/** What is read to its end stays so; what is lost is forgotten, and read from its oldest record if it is still there. */
function isShardKept(
  state: TableState,
  gap: Gap,
  id: string,
  { listed, nowMs }: { readonly listed: ReadonlySet<string> | undefined; readonly nowMs: number },
): boolean {
  const shard = state.shards().get(id);
  if (shard?.isFinished === true) return true;
  if (gap.kind !== 'shard' || id === gap.shardId || listed?.has(id) !== true) return false;
  const { lastCreatedAtSeconds } = shard ?? {};
  return lastCreatedAtSeconds === undefined || nowMs / 1000 - lastCreatedAtSeconds < trimmedSeconds;
}

/**
 * Shards whose last records matter: an item that was emitted may have been deleted after them. Those that are read on
 * lose nothing; nor do the children of a finished one, unless one of them was lost before anything of it was read.
 */
function gapShards(
  state: TableState,
  gap: Gap,
  { isKept, nowMs }: { readonly isKept: (id: string) => boolean; readonly nowMs: number },
): GapShard[] {
  const shards = [...state.shards()];
  const isOld = (id: string) => nowMs - shardCreatedAtMs(id) > trimmedSeconds * 1000;
  const unread = shards.flatMap(([id, { isFinished, lastSequenceNumber }]) =>
    !isFinished && lastSequenceNumber === undefined && (!isKept(id) || isOld(id)) ? [id] : [],
  );
  // What a shard's parents recorded is older than the shard, but for what clocks differ by.
  const bornMs = Math.max(...unread.map((id) => shardCreatedAtMs(id) || Infinity));
  const parentsBefore = gap.kind === 'shard' ? bornMs / 1000 + clockSeconds : Infinity;
  return shards.flatMap(([id, shard]) => {
    const { lastSequenceNumber, lastCreatedAtSeconds: second, isFinished } = shard;
    if (lastSequenceNumber === undefined) return [];
    const isLost = isFinished ? (second ?? 0) <= parentsBefore : !isKept(id);
    return isLost ? { second, isFinished } : [];
  });
}

async function listing(
  context: StartContext,
  streamArn: string,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  for await (const { shards } of listShards({ ...context, streamArn }, signal)) {
    for (const { id } of shards satisfies readonly Shard[]) ids.add(id);
  }
  return ids;
}

/** A stream's label, the last part of its ARN, is the moment it was enabled. */
function streamCreatedAtMs(streamArn: string, nowMs: number): number {
  const ms = parseDate(`${streamArn.slice(streamArn.lastIndexOf('/') + 1)}Z`);
  return Number.isNaN(ms) ? nowMs : Math.min(ms, nowMs);
}
