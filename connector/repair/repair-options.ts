/** What a repair is given, and what it tells. */

import type { ByteBudget } from '../async/byte-budget.ts';
import type { ExportTarget } from '../aws/aws.ts';
import type { Log } from '../log.ts';
import type { RepairJson, RepairUpdate } from '../state/state.ts';
import type { ReadKeys } from './read-keys.ts';
import type { RereadContext, RereadOutcome, RereadPage } from './rereading.ts';

/** What the operator is told of a repair. */
export interface RepairProgress {
  phase: 'exporting' | 'reading' | 'waiting';
  /** When another export can be asked for; undefined where that is none. */
  opensAtMs: number | undefined;
  /** Of the window that is being read; undefined until its export is complete. */
  keysInWindow: number;
  keysReadInWindow: number;
}

type Given = Omit<RereadContext, 'deliver' | 'isPassedOver'>;

export interface RepairOptions extends Given {
  readonly log: Log;
  readonly target: ExportTarget;
  /** The state key and the epoch. */
  readonly seed: readonly string[];
  /** First parts of files, and pieces of files, for all tables together. */
  readonly firstBudget: ByteBudget;
  readonly pieceBudget: ByteBudget;
  /** Keys that were read again. */
  readonly readKeysBudget: ByteBudget;
  /** What is left to heal; undefined once nothing is. */
  readonly repair: () => RepairJson | undefined;
  /** Changes the state of a window, which must be committed before anything is done upon it. */
  readonly record: (update: RepairUpdate) => Promise<void>;
  /** Takes a batch of keys that were read; `windowId` names the window they belong to. */
  readonly deliver: (page: RereadPage, windowId: string) => Promise<RereadOutcome>;
  readonly progress: RepairProgress;
  /** False where the capture ends by itself, and nobody waits for a bucket to be put right. */
  readonly mayWait: boolean;
}

/** A repair under way. */
export interface Repairing extends RepairOptions {
  readonly readKeys: ReadKeys;
}
