/** The state that a repair begins with: a new epoch, the stream from its oldest records, and what must be exported. */

import type { Shard } from '../aws/aws.ts';
import {
  planWindows,
  RepairImpossible,
  assertRemembered,
  windowId,
  type RepairPlan,
} from '../repair/repair.ts';
import { TableState, type TableStateJson } from '../state/state.ts';
import { listShards, type Gap } from '../stream/stream.ts';
import { assertCapturable, type Table } from '../table.ts';
import { parseDate, parseRfc3339, rfc3339 } from '../time.ts';
import { nextEpoch, type StartContext } from './table-start.ts';

/** A position that is older may be trimmed any moment. */
const trimmedSeconds = 23 * 3600;

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
    throw new RepairImpossible('its state does not tell until when its stream was read');
  }
  const streamArn = assertCapturable(table).arn;
  const isNewStream = streamArn !== saved.streamArn;
  const state = new TableState(saved, table.key);
  const nowMs = clock.now();
  const { exports } = await aws.repairPorts();
  const backups = await exports.describeBackups(table.name, signal);
  const plan = planWindows({
    earliestMs: backups.earliestMs,
    nowMs,
    readUntilMs: parseRfc3339(streamReadAt),
    shards: [...state.shards().values()].flatMap((shard) =>
      shard.lastSequenceNumber === undefined
        ? []
        : { second: shard.lastCreatedAtSeconds, isFinished: shard.isFinished },
    ),
    itemsReadAtMs: saved.itemsReadAt === undefined ? undefined : parseRfc3339(saved.itemsReadAt),
    streamCreatedAtMs: isNewStream ? streamCreatedAtMs(streamArn, nowMs) : undefined,
  });
  assertRemembered(backups, plan.fromSeconds * 1000);
  const listed = gap.kind === 'shard' ? await listing(context, streamArn, signal) : undefined;
  const shards = isNewStream ? {} : keptShards(state, gap, listed, nowMs);
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
function keptShards(
  state: TableState,
  gap: Gap,
  listed: ReadonlySet<string> | undefined,
  nowMs: number,
): NonNullable<TableStateJson['shards']> {
  const shards = state.toJson().shards ?? {};
  const isKept = (id: string) => {
    const shard = state.shards().get(id);
    if (shard?.isFinished === true) return true;
    if (gap.kind !== 'shard' || id === gap.shardId || listed?.has(id) !== true) return false;
    const { lastCreatedAtSeconds } = shard ?? {};
    return (
      lastCreatedAtSeconds === undefined || nowMs / 1000 - lastCreatedAtSeconds < trimmedSeconds
    );
  };
  return Object.fromEntries(Object.entries(shards).filter(([id]) => isKept(id)));
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
