/** When a capture that ends by itself is done. */

import type { Clock } from '../host.ts';
import type { StreamLag } from '../stream/stream.ts';

/** Never; when every table is backfilled; or when it is caught up with their streams as well. */
export type CaptureEnd = 'never' | 'backfilled' | 'caught-up';

/** How often it is checked whether a table is done. */
const checkIntervalMs = 100;

export interface EndingTable {
  readonly stateKey: string;
  readonly state: { readonly backfillFinishedAt: string | undefined; readonly repair?: unknown };
  readonly lag: Pick<StreamLag, 'readUntilMs'>;
}

export interface EndContext {
  readonly clock: Clock;
  readonly end: CaptureEnd;
  /** State keys of the tables that are not backfilled yet; at first all. */
  readonly openBackfills: Set<string>;
  readonly config: { readonly idleBackoffMaxMs: number };
}

/**
 * Resolves when a table is done. None is before all are backfilled: left alone while the backfills of others
 * go on for days, it would lose what happens on its stream meanwhile.
 */
export async function untilDone(
  { stateKey, state, lag }: EndingTable,
  { clock, end, openBackfills, config }: EndContext,
  signal: AbortSignal,
): Promise<void> {
  const until = async (isSo: () => boolean) => {
    while (!isSo()) await clock.sleep(checkIntervalMs, signal);
  };
  // It may have been backfilled before, and begun again.
  openBackfills.add(stateKey);
  await until(() => state.backfillFinishedAt !== undefined && state.repair === undefined);
  openBackfills.delete(stateKey);
  await until(() => openBackfills.size === 0);
  if (end !== 'caught-up') return;
  // A shard that is left alone for a while counts as read until the end of that while.
  const readAfterMs = clock.now() + config.idleBackoffMaxMs;
  await until(() => lag.readUntilMs() >= readAfterMs);
}
