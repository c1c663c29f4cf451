/** Plans drawn from seeds. */

import type { FaultChances } from '../support/fake-dynamodb/fake-dynamodb.ts';
import { drawBelow, drawFrom, seededRandom, type Range } from '../support/seeded-random.ts';
import { sparse, stepped, withStart } from './draw-start.ts';
import {
  isLong,
  losses,
  misleadingFaults,
  type Plan,
  type PlanOptions,
  type TablePlan,
  type WorldEvent,
} from './plan.ts';

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const rushMs = 15 * secondMs;

export function drawPlan(seed: number, options: PlanOptions = {}): Plan {
  const random = seededRandom(seed);
  const chance = (probability: number) => random() < probability;
  const pick = <T>(choices: readonly T[]): T => choices[drawBelow(random, choices.length)]!;
  const between = (min: number, max: number) => drawFrom(random, [min, max]);
  const durationMs =
    options.hours === undefined
      ? between(30 * secondMs, pick([2, 5, 20]) * minuteMs)
      : options.hours * hourMs;
  const isLossy = options.isLossy === true;
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
      const isEarly = isWrite ? hasRush && chance(0.7) : chance(0.5);
      const earlyMs = isWrite || chance(0.5) ? rushMs : minuteMs;
      const withinMs = isEarly ? Math.min(earlyMs, durationMs) : durationMs;
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
    add(pick([0, 0, 0, 1]), () => ({
      kind: 'throttle',
      table: table(),
      ms: pick([10 * secondMs, 7 * minuteMs, 20 * minuteMs]),
    }));
    const hasSkew = events.some(({ kind }) => kind === 'skew');
    if (!isLossy && !hasSkew) {
      add(pick([0, 0, 0, 1]), () => ({
        kind: 'rebind',
        table: table(),
        ms: pick([minuteMs, 10 * minuteMs]),
      }));
    }
  }
  if (isShortLived) add(1, () => ({ kind: 'quiet', ms: between(45 * minuteMs, 60 * minuteMs) }));
  const how = isLossy ? pick(losses) : undefined;
  if (how !== undefined) {
    add(1, () => ({ kind: 'loss', table: table(), how }));
    events.push(...aroundLoss(events.at(-1)!.atMs, random));
  }
  // Days pass: shards as long-lived as AWS's, and asked seldom.
  const isDays = how !== undefined && isLong(how);
  const plan: Plan = {
    seed,
    tables,
    segments: pick([1, 2, 4, 7]),
    scanLimit: pick([1, 2, 5, 20, 100]),
    // Hours of nothing are cheap when shards are asked seldom.
    idleBackoffMaxMs:
      (isShortLived || isDays ? pick([20, 60]) : pick(isCalm ? [1, 1, 2, 4] : [1, 1, 4, 20, 60])) *
      secondMs,
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
    rollOverMs: drawRollOver(random, isDays, isShortLived),
    shardLifeMs: isShortLived && !isDays ? 40 * minuteMs : 30 * hourMs,
    listingPageLength: isCalm ? 100 : pick([100, 100, 2, 7]),
    // An epoch follows the clock, and when a binding was removed nobody knows any more that it was ahead.
    clockOffMs:
      isCalm || chance(0.6) || events.some(({ kind }) => kind === 'rebind')
        ? [0, 0]
        : [-9 * minuteMs, 9 * minuteMs],
    listing: drawListing(random, isCalm),
    scanDelayMs: pick([0, 0, 1500, 6000]),
    outputMs: isCalm ? 0 : pick([0, 0, 0, 5, 40]),
    ...drawOptions(seed),
  };
  const found = how === undefined || isLong(how) ? plan : stepped(plan, seed);
  const begun = sparse(withStart(found, seed), seed);
  const isBacklogged = !isCalm && !isShortLived && !isLossy && chance(0.1);
  return isBacklogged ? backlogged(plan, random) : begun;
}

/**
 * A backfill of a quarter of an hour, near whose beginning the stream falls behind, its reader stands still, or the
 * process is gone; and nothing that would excuse the connector for not knowing it.
 */
function backlogged(plan: Plan, random: () => number): Plan {
  const none: Range = [0, 0];
  const [table, ...others] = plan.tables;
  const atMs = Math.floor(rushMs * (0.2 + random()));
  const ms = Math.floor((8 + 10 * random()) * minuteMs);
  const kind = (['throttle', 'stall', 'down'] as const)[drawBelow(random, 3)]!;
  const isTold = (kind: string) => !misleadingFaults.has(kind);
  return {
    ...plan,
    tables: [{ ...table!, itemCount: 150, keyCount: 150, readUnits: undefined }, ...others],
    segments: 1,
    scanLimit: 1,
    scanDelayMs: 6 * secondMs,
    events: [
      ...plan.events.filter((event) => event.kind !== 'skew'),
      { kind, table: 0, ms, atMs },
    ].sort((a, b) => a.atMs - b.atMs),
    faults: Object.fromEntries(Object.entries(plan.faults).filter(([kind]) => isTold(kind))),
    clockOffMs: none,
    listing: { childMs: none, childFilterMs: none, openParentMs: none },
  };
}

function drawRollOver(random: () => number, isDays: boolean, isShortLived: boolean): Range {
  const aws: Range = [4 * hourMs, 4.1 * hourMs];
  const ranges: readonly Range[] = [aws, [2 * minuteMs, 5 * minuteMs], [30 * secondMs, minuteMs]];
  const drawn = ranges[drawBelow(random, ranges.length)]!;
  if (isDays) return aws;
  return isShortLived ? [10 * minuteMs, 20 * minuteMs] : drawn;
}

/** From numbers of its own: a seed's history stays what it was. */
function drawOptions(seed: number): Pick<Plan, 'options'> {
  const random = seededRandom(seed + 0x5eed);
  const options: NonNullable<Plan['options']> = {
    ...([{}, {}, {}, { numbers: 'double' }, { numbers: 'string' }] as const)[drawBelow(random, 5)],
    ...(random() < 0.25 ? { beforeImages: false } : {}),
    ...(random() < 0.5 ? { ttlDeletes: 'ignore' } : {}),
  };
  return Object.keys(options).length === 0 ? {} : { options };
}

/** What makes a loss worse: it happens while no process runs, or one dies soon after; clocks go back before it. */
function aroundLoss(atMs: number, random: () => number): Plan['events'][number][] {
  const events: Plan['events'][number][] = [];
  if (random() < 0.3) events.push({ kind: 'down', ms: minuteMs, atMs: Math.max(0, atMs - 1) });
  if (random() < 0.6) {
    for (const withinMs of [2 * secondMs, minuteMs, 2 * minuteMs]) {
      events.push({ kind: 'crash', atMs: atMs + Math.floor(random() * withinMs) });
    }
  }
  if (random() < 0.4) {
    // So far that the connector goes by the server's clock, and not so far that it is refused.
    const ms = Math.floor((4.2 + 0.7 * random()) * minuteMs);
    events.push(
      { kind: 'skew', ms, atMs: 0 },
      { kind: 'skew', ms: -ms, atMs: Math.max(0, atMs - 1) },
    );
  }
  return events;
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
