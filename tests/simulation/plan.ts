/** One history as data: everything in it follows from its plan, and a plan from its seed. */

import type { FaultChances, TableMode } from '../support/fake-dynamodb/fake-dynamodb.ts';
import type { Range } from '../support/seeded-random.ts';

export interface TablePlan {
  readonly name: string;
  readonly keyTypes: readonly ('S' | 'N' | 'B')[];
  readonly viewType: 'NEW_AND_OLD_IMAGES' | 'NEW_IMAGE';
  readonly partitionCount: number;
  /** Read units per second; on demand where absent. */
  readonly readUnits: number | undefined;
  /** Instead of `readUnits`, where a table needs more to be said. */
  readonly mode?: TableMode;
  readonly itemCount: number;
  /** Keys that writers choose from: few make hot keys. */
  readonly keyCount: number;
  readonly hasTimeToLive: boolean;
}

export type WorldEvent =
  | {
      readonly kind: 'write';
      readonly table: number;
      readonly key: number;
      readonly delete: boolean;
    }
  | { readonly kind: 'split' | 'roll-over'; readonly table: number }
  | { readonly kind: 'skew'; readonly ms: number }
  | { readonly kind: 'stall'; readonly ms: number }
  /** Nothing is written, for as long as it takes shards to come and go. */
  | { readonly kind: 'quiet'; readonly ms: number }
  /** No process runs. */
  | { readonly kind: 'down'; readonly ms: number }
  /** Reads of a table's stream are refused for capacity, those of others not. */
  | { readonly kind: 'throttle'; readonly table: number; readonly ms: number }
  /** Reads of one shard that is open, and of nothing else, are refused for capacity. */
  | {
      readonly kind: 'starve';
      readonly table: number;
      readonly ms: number;
      /** True for a shard that is new, and of which nothing was read. */
      readonly isNew?: boolean;
    }
  /** Point-in-time recovery is turned on for so many days, or off for none. */
  | { readonly kind: 'recovery'; readonly table: number; readonly days: number }
  /** The table's binding is removed from the capture, and added again. */
  | { readonly kind: 'rebind'; readonly table: number; readonly ms: number }
  | { readonly kind: 'crash' }
  | { readonly kind: 'loss'; readonly table: number; readonly how: Loss };

/** Longer than a stream remembers: the capture stands still, perhaps after hours of idleness, or its reader does. */
export const longLosses = ['pause', 'idle-pause', 'long-stall'] as const;
/** Ways to lose stream records; the long ones hit all tables. */
export const losses = [
  ...longLosses,
  ...(['trim', 'forget-shard', 'new-stream', 'new-table'] as const),
] as const;
export type Loss = (typeof losses)[number];

export function isLong(loss: Loss): loss is (typeof longLosses)[number] {
  return (longLosses as readonly Loss[]).includes(loss);
}

/** What a table's past is good for. */
export interface RecoveryPlan {
  readonly days: number;
  /** How long an export takes. */
  readonly exportDelayMs: Range;
  /** How long a batch of keys that is read again takes. Changes overtake one that is slow. */
  readonly rereadDelayMs: number;
  /** Items of a file of an export, at most. */
  readonly exportFileItems: number;
}

export interface Plan {
  readonly seed: number;
  readonly tables: readonly TablePlan[];
  readonly segments: number;
  readonly scanLimit: number;
  readonly idleBackoffMaxMs: number;
  readonly onDataLoss: 'fail' | 'backfill' | 'repair' | 'repair-or-backfill';
  /** Further members of `advanced`; absent where the user sets none. */
  readonly options?: {
    readonly numbers?: 'double' | 'string';
    readonly beforeImages?: false;
    readonly ttlDeletes?: 'ignore';
  };
  /** Absent where tables have no point-in-time recovery. */
  readonly recovery?: RecoveryPlan;
  /** How long before the capture the tables begin to be written. */
  readonly prehistoryMs: number;
  /** Generations of shards that end just before the capture begins, so many milliseconds each. */
  readonly endedBefore?: { readonly count: number; readonly everyMs: number };
  readonly events: readonly (WorldEvent & { readonly atMs: number })[];
  /** Bytes of output after which each process dies, for the first few of them. */
  readonly crashAfterBytes: readonly number[];
  /** Of the checkpoints that could be committed, how many are. */
  readonly commitChance: number;
  readonly faults: FaultChances;
  readonly latencyMs: Range;
  /** How long a page of a scan takes; as everything else where 0. Changes overtake a page that is slow. */
  readonly scanDelayMs: number;
  /** How long the reader of the output takes for each write. */
  readonly outputMs: number;
  readonly visibilityMs: Range;
  readonly rollOverMs: Range;
  /** How long after its end a shard is listed. */
  readonly shardLifeMs: number;
  /** How far the connector's clock is off; drawn for each process. */
  readonly clockOffMs: Range;
  /** Shards on a page of a listing, at most. */
  readonly listingPageLength: number;
  readonly listing: {
    readonly childMs: Range;
    readonly childFilterMs: Range;
    readonly openParentMs: Range;
  };
}

/** Faults after which a reader may believe to have caught up, or not know of a shard. */
export const misleadingFaults: ReadonlySet<string> = new Set([
  ...['empty-page', 'short-page', 'repeat-page'],
  ...['missing-parent', 'repeated-shards', 'open-parent', 'late-child'],
]);

/** How histories are drawn. */
export interface PlanOptions {
  /** The time in which tables are written; drawn from a few minutes up where absent. */
  readonly hours?: number;
  /** True for histories in which stream records are lost. */
  readonly isLossy?: boolean;
}
