/** Who writes while a story is played. */

import type { Stage } from '../scripted.ts';

export interface Writing {
  readonly everyMs: number;
  readonly count: number;
  /** Keys written in turn; every seventh write is a delete. 7 unless told. */
  readonly keyCount?: number;
  readonly table?: number;
}

/** Writes now and then; resolves after the last write. */
export async function keepWriting(stage: Stage, writing: Writing): Promise<void> {
  const { everyMs, count, keyCount = 7, table = 0 } = writing;
  for (let written = 0; written < count; written += 1) {
    // Some keys are written twice in a row, others seldom.
    const key = (written * written) % keyCount;
    stage.world.write(table, key, written % 7 === 6);
    await stage.sleep(everyMs);
  }
}

/** Ids of shards in what was said, replaced, since each run has its own. */
export function withoutIds(text: string): string {
  return text.replaceAll(/shardId-[0-9a-f-]+/g, 'shardId-…');
}

/** How often an operation was called so far. */
export function callCount(stage: Stage, operation: string): number {
  return stage.fake.stats.calls.get(operation) ?? 0;
}

/** The oldest open shard of the first table. */
export function openShard(stage: Stage): string {
  return stage.fake.shards(stage.world.plan.tables[0]!.name).find(({ isOpen }) => isOpen)!.id;
}

/** A stage that is backfilled and has read a record. */
export async function streaming(stage: Stage): Promise<void> {
  stage.start();
  await stage.untilBackfilled();
  stage.world.write(0, 0, false);
  await stage.sleep(3000);
}
