/** One history as data: everything in it follows from its plan, and a plan from its seed. */

import type { FaultChances } from '../support/fake-dynamodb/fake-dynamodb.ts';
import { drawBelow, drawFrom, seededRandom, type Range } from '../support/seeded-random.ts';

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const rushMs = 15 * secondMs;

export interface TablePlan {
  readonly name: string;
  readonly keyTypes: readonly ('S' | 'N' | 'B')[];
  readonly viewType: 'NEW_AND_OLD_IMAGES' | 'NEW_IMAGE';
  readonly partitionCount: number;
  /** Read units per second; on demand where absent. */
  readonly readUnits: number | undefined;
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
  | { readonly kind: 'crash' }
  | { readonly kind: 'loss'; readonly table: number; readonly how: Loss };

/** Ways to lose stream records. */
export const losses = ['pause', 'trim', 'forget-shard', 'new-stream', 'new-table'] as const;
export type Loss = (typeof losses)[number];

export interface Plan {
  readonly seed: number;
  readonly tables: readonly TablePlan[];
  readonly segments: number;
  readonly scanLimit: number;
  readonly idleBackoffMaxMs: number;
  readonly onDataLoss: 'fail' | 'backfill';
  /** How long before the capture the tables begin to be written. */
  readonly prehistoryMs: number;
  readonly events: readonly (WorldEvent & { readonly atMs: number })[];
  /** Bytes of output after which each process dies, for the first few of them. */
  readonly crashAfterBytes: readonly number[];
  /** Of the checkpoints that could be committed, how many are. */
  readonly commitChance: number;
  readonly faults: FaultChances;
  readonly latencyMs: Range;
  /** How long a page of a scan takes; as everything else where 0. Changes overtake a page that is slow. */
  readonly scanDelayMs: number;
  readonly visibilityMs: Range;
  readonly rollOverMs: Range;
  /** How long after its end a shard is listed. */
  readonly shardLifeMs: number;
  /** How far the connector's clock is off; drawn for each process. */
  readonly clockOffMs: Range;
  readonly listing: {
    readonly childMs: Range;
    readonly childFilterMs: Range;
    readonly openParentMs: Range;
  };
}

/** How histories are drawn. */
export interface PlanOptions {
  /** The time in which tables are written; drawn from a few minutes up where absent. */
  readonly hours?: number;
  /** True for histories in which stream records are lost. */
  readonly isLossy?: boolean;
}

export function drawPlan(seed: number, options: PlanOptions = {}): Plan {
  const random = seededRandom(seed);
  const chance = (probability: number) => random() < probability;
  const pick = <T>(choices: readonly T[]): T => choices[drawBelow(random, choices.length)]!;
  const between = (min: number, max: number) => drawFrom(random, [min, max]);
  const durationMs =
    options.hours === undefined
      ? between(30 * secondMs, pick([2, 5, 20]) * minuteMs)
      : options.hours * hourMs;
  const isCalm = chance(0.25);
  const tables = Array.from({ length: pick([1, 1, 1, 2, 3]) }, (_, index) =>
    drawTable(index, random),
  );
  const events: Plan['events'][number][] = [];
  // Most backfills are over in seconds: then is the time to write.
  const hasRush = chance(0.6);
  const add = (count: number, make: () => WorldEvent) => {
    for (let made = 0; made < count; made += 1) {
      const event = make();
      const isWrite = event.kind === 'write';
      const isEarly = isWrite ? hasRush && chance(0.7) : chance(0.4);
      const withinMs = isEarly ? Math.min(isWrite ? rushMs : minuteMs, durationMs) : durationMs;
      events.push({ ...event, atMs: Math.floor(random() * withinMs) });
    }
  };
  const table = () => drawBelow(random, tables.length);
  add(between(20, pick([60, 200, 500])), () => {
    const index = table();
    // Half of the writes go to a handful of keys.
    const keyCount = tables[index]!.keyCount;
    const key = drawBelow(random, chance(0.5) ? Math.min(4, keyCount) : keyCount);
    return { kind: 'write', table: index, key, delete: chance(0.3) };
  });
  add(pick([0, 0, 1, 2, 5]), () => ({ kind: 'split', table: table() }));
  add(pick([0, 0, 1, 3, 10]), () => ({ kind: 'roll-over', table: table() }));
  // Shards that go soon after they have ended; no process may be away for so long.
  const isShortLived = chance(0.2);
  if (!isCalm) {
    add(pick([0, 0, 0, 1]), () => ({ kind: 'skew', ms: between(-5 * minuteMs, 5 * minuteMs) }));
    add(pick([0, 0, 1]), () => ({
      kind: 'stall',
      ms: pick([5 * secondMs, 2 * minuteMs, 20 * minuteMs]),
    }));
    add(pick([0, 0, 1, 2, 3]), () => ({ kind: 'crash' }));
    add(pick([0, 0, 0, 1]), () => ({
      kind: 'down',
      ms: pick([minuteMs, 10 * minuteMs, isShortLived ? minuteMs : hourMs]),
    }));
  }
  if (isShortLived) add(1, () => ({ kind: 'quiet', ms: between(45 * minuteMs, 60 * minuteMs) }));
  if (options.isLossy === true) add(1, () => ({ kind: 'loss', table: table(), how: pick(losses) }));
  const isLong = events.some((event) => event.kind === 'loss' && event.how === 'pause');
  return {
    seed,
    tables,
    segments: pick([1, 2, 4, 7]),
    scanLimit: pick([1, 2, 5, 20, 100]),
    // Hours of nothing are cheap when shards are asked seldom.
    idleBackoffMaxMs: (isShortLived ? pick([20, 60]) : pick([1, 1, 4, 20, 60])) * secondMs,
    onDataLoss: chance(0.5) ? 'backfill' : 'fail',
    prehistoryMs: pick([0, minuteMs, 14 * minuteMs, 2 * hourMs]),
    events: events.sort((a, b) => a.atMs - b.atMs),
    crashAfterBytes: isCalm
      ? []
      : Array.from({ length: pick([0, 0, 1, 2, 4]) }, () =>
          between(100, pick([3_000, 30_000, 200_000])),
        ),
    commitChance: pick([1, 0.5, 0.1]),
    faults: isCalm ? {} : drawFaults(random),
    latencyMs: pick<Range>([
      [2, 20],
      [5, 300],
      [50, 3000],
    ]),
    visibilityMs: pick<Range>([
      [0, 0],
      [10, 300],
      [100, 5000],
    ]),
    // A day of shards that live for a minute is thousands of them, and minutes of real time.
    rollOverMs: isShortLived
      ? [10 * minuteMs, 20 * minuteMs]
      : pick<Range>([
          [4 * hourMs, 4.1 * hourMs],
          isLong ? [hourMs, 2 * hourMs] : [2 * minuteMs, 5 * minuteMs],
          isLong ? [20 * minuteMs, hourMs] : [30 * secondMs, minuteMs],
        ]),
    shardLifeMs: isShortLived ? 40 * minuteMs : 30 * hourMs,
    clockOffMs: isCalm || chance(0.6) ? [0, 0] : [-9 * minuteMs, 9 * minuteMs],
    listing: drawListing(random, isCalm),
    scanDelayMs: pick([0, 0, 1500, 6000]),
  };
}

function drawTable(index: number, random: () => number): TablePlan {
  const pick = <T>(choices: readonly T[]): T => choices[drawBelow(random, choices.length)]!;
  const keyCount = drawFrom(random, [3, pick([10, 50, 150])]);
  return {
    name: `table-${index}`,
    keyTypes: pick([['S'], ['N', 'S'], ['B'], ['S', 'N'], ['N'], ['S', 'B']] as const),
    viewType: pick(['NEW_AND_OLD_IMAGES', 'NEW_AND_OLD_IMAGES', 'NEW_AND_OLD_IMAGES', 'NEW_IMAGE']),
    partitionCount: pick([1, 1, 2, 4]),
    readUnits: pick([undefined, undefined, 5, 50, 1000]),
    itemCount: pick([0, drawBelow(random, keyCount), keyCount]),
    keyCount,
    hasTimeToLive: random() < 0.15,
  };
}

function drawFaults(random: () => number): FaultChances {
  const level = [0, 0.003, 0.02, 0.08][drawBelow(random, 4)]!;
  const chances: Record<string, number> = {};
  const kinds: (keyof FaultChances)[] = [
    'throttle', 'throttle-lower-case', 'throttle-unmodelled', 'internal-error', 'reset', 'reset-after', 'hang', 'cut',
    'truncate', 'corrupt', 'respelled', 'slow', 'empty-page', 'short-page', 'repeat-page', 'missing-parent', 'repeated-shards',
    'open-parent', 'late-child',
  ]; // prettier-ignore
  for (const kind of kinds) if (random() < 0.4) chances[kind] = level * random();
  return chances;
}

function drawListing(random: () => number, isCalm: boolean): Plan['listing'] {
  const none: Range = [0, 0];
  if (isCalm || random() < 0.5) return { childMs: none, childFilterMs: none, openParentMs: none };
  const late: Range = [0, 20 * secondMs];
  const never: Range = [Infinity, Infinity];
  return {
    childMs: random() < 0.5 ? late : none,
    childFilterMs: [none, late, never][drawBelow(random, 3)]!,
    openParentMs: random() < 0.5 ? late : none,
  };
}
