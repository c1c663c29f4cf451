/** Histories with gaps: hours to weeks in which nobody reads, while the tables are written to. */

import type { FaultChances } from '../support/fake-dynamodb/fake-dynamodb.ts';
import { drawBelow, drawFrom, seededRandom, type Range } from '../support/seeded-random.ts';
import { drawPlan } from './draw-plan.ts';
import type { Plan, RecoveryPlan, WorldEvent } from './plan.ts';

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

type Event = Plan['events'][number];

/** Around a gap's ends, keys are written within milliseconds, so that items are born and die within a second. */
const rushMs = 3 * secondMs;
const rushKeyCount = 6;

export function drawGapPlan(seed: number): Plan {
  const random = seededRandom(seed + 0.5);
  const pick = <T>(choices: readonly T[]): T => choices[drawBelow(random, choices.length)]!;
  const base = drawPlan(seed);
  const isLongBackfill = random() < 0.3;
  const plan: Plan = {
    ...base,
    ...(isLongBackfill ? slowBackfill(base) : {}),
    onDataLoss: random() < 0.8 ? 'repair' : 'repair-or-backfill',
    recovery: drawRecovery(random),
    commitChance: pick([1, 1, base.commitChance]),
    visibilityMs: pick([[0, 0], base.visibilityMs]),
    // Hours of nothing are cheap when shards are asked seldom.
    idleBackoffMaxMs: pick([20, 60, 120]) * secondMs,
    rollOverMs: pick<Range>([
      [4 * hourMs, 4.1 * hourMs],
      [4 * hourMs, 4.1 * hourMs],
      [hourMs, 3 * hourMs],
    ]),
    // Recovery is on since the tables' creation: a clock that is behind would see the gap begin before it.
    prehistoryMs: Math.max(base.prehistoryMs, 14 * minuteMs),
    shardLifeMs: 30 * hourMs,
    // So are listings of a day and more, of one page.
    listingPageLength: pick([100, 100, 100, base.listingPageLength]),
    faults: { ...base.faults, ...drawExportFaults(random) },
  };
  // A binding that is removed forgets what it had read; so there is no gap to be healed.
  const early = base.events.filter(({ kind }) => kind !== 'rebind');
  return { ...plan, events: withGaps(plan, early, random) };
}

function slowBackfill({ tables, scanDelayMs }: Plan): Partial<Plan> {
  const [table, ...others] = tables;
  return {
    tables: [{ ...table!, itemCount: 100, keyCount: 100, readUnits: undefined }, ...others],
    segments: 2,
    scanLimit: 1,
    scanDelayMs: Math.max(scanDelayMs, 3 * secondMs),
  };
}

function drawRecovery(random: () => number): RecoveryPlan {
  const delays: readonly Range[] = [
    [minuteMs, 2 * minuteMs],
    [10 * minuteMs, 20 * minuteMs],
    [10 * minuteMs, 4 * hourMs],
  ];
  return {
    days: random() < 0.85 ? 35 : 1 + drawBelow(random, 35),
    exportDelayMs: delays[drawBelow(random, delays.length)]!,
    rereadDelayMs: [0, 6 * secondMs, 15 * secondMs][drawBelow(random, 3)]!,
    exportFileItems: [1, 4, 10_000][drawBelow(random, 3)]!,
  };
}

function drawExportFaults(random: () => number): FaultChances {
  const level = [0, 0.02, 0.1][drawBelow(random, 3)]!;
  const kinds: (keyof FaultChances)[] = [
    'export-fails', 'export-truncated', 'export-incomplete', 'export-miscounted', 'export-mixed-up',
    'object-replaced', 'object-lost',
  ]; // prettier-ignore
  const chances: Record<string, number> = {};
  for (const kind of kinds) if (random() < 0.4) chances[kind] = level * random();
  return chances;
}

/** One gap after what the history begins with, and at times more, each with its writes. */
function withGaps(plan: Plan, early: readonly Event[], random: () => number): Event[] {
  const events = [...early];
  let atMs = Math.max(1000, ...early.map((event) => event.atMs)) * random();
  const count = [1, 1, 1, 2, 3][drawBelow(random, 5)]!;
  for (let gap = 0; gap < count; gap += 1) {
    const kind = gapKind(drawBelow(random, plan.tables.length), gapMs(random), random);
    // A stream is another one at once; but what was written around that is to be seen.
    const ms = 'ms' in kind ? kind.ms : minuteMs;
    events.push({ ...kind, atMs }, ...gapEvents(plan, { atMs, ms }, random));
    // The next one meets the repair of this one, or comes days later.
    const nextMs =
      random() < 0.6 ? drawFrom(random, [0, 2 * hourMs]) : drawFrom(random, [0, 5 * hourMs]);
    atMs += ms + nextMs;
  }
  if (random() < 0.1) {
    const days = random() < 0.5 ? [0, 35] : [0];
    days.forEach((each, index) => {
      const table = drawBelow(random, plan.tables.length);
      events.push({ kind: 'recovery', table, days: each, atMs: atMs * random() * (index + 1) });
    });
  }
  return events
    .map((event) => ({ ...event, atMs: Math.floor(event.atMs) }))
    .sort((a, b) => a.atMs - b.atMs);
}

function gapMs(random: () => number): number {
  const ranges: readonly Range[] = [
    [hourMs, 23 * hourMs],
    [25 * hourMs, 40 * hourMs],
    [25 * hourMs, 40 * hourMs],
    [2 * dayMs, 6 * dayMs],
    [6 * dayMs, 20 * dayMs],
  ];
  return drawFrom(random, ranges[drawBelow(random, ranges.length)]!);
}

interface Gap {
  readonly atMs: number;
  readonly ms: number;
}

function gapEvents(plan: Plan, gap: Gap, random: () => number): Event[] {
  const { atMs, ms } = gap;
  const table = () => drawBelow(random, plan.tables.length);
  const write = (whenMs: number, isRush: boolean, isDelete = random() < 0.4): Event => {
    const index = table();
    const { keyCount } = plan.tables[index]!;
    const key = drawBelow(random, isRush ? Math.min(rushKeyCount, keyCount) : keyCount);
    return { kind: 'write', table: index, key, delete: isDelete, atMs: Math.max(0, whenMs) };
  };
  const events: Event[] = [];
  const many = (count: number, make: () => Event) => {
    for (let made = 0; made < count; made += 1) events.push(make());
  };
  const endMs = atMs + ms;
  many(drawBelow(random, 30), () => write(atMs + (random() * 2 - 1) * rushMs, true));
  if (random() < 0.5) events.push(...shortLives(plan, atMs, random));
  many(drawBelow(random, 10), () => write(atMs - random() * hourMs, false));
  many(drawBelow(random, 40), () => write(atMs + random() * ms, false));
  many(drawBelow(random, 10), () => write(atMs + random() * hourMs, true, true));
  many(drawBelow(random, 20), () => write(endMs + (random() * 2 - 1) * minuteMs, true));
  // While it is being healed, and while some of its changes are still on the stream.
  many(drawBelow(random, 120), () => write(endMs + random() * hourMs, random() < 0.7));
  many(drawBelow(random, 10), () => write(endMs - random() * dayMs, false));
  many([0, 0, 1, 3][drawBelow(random, 4)]!, () => ({
    kind: 'crash',
    atMs: endMs + random() * [10 * secondMs, 20 * minuteMs, 2 * hourMs][drawBelow(random, 3)]!,
  }));
  many([0, 0, 1][drawBelow(random, 3)]!, () => {
    return { kind: 'split', table: table(), atMs: atMs + random() * (ms + hourMs) };
  });
  return events;
}

/** Items that are born just before a gap, seen, and deleted when nobody looks: the last second of a shard matters. */
function shortLives(plan: Plan, atMs: number, random: () => number): Event[] {
  // Long enough before it for an idle shard to be read.
  const birthsMs = atMs - random() * 1.5 * plan.idleBackoffMaxMs;
  return plan.tables.flatMap(({ keyCount }, table) =>
    Array.from({ length: Math.min(rushKeyCount, keyCount) }, (_, key): Event[] => {
      const bornMs = birthsMs + random() * 0.5 * secondMs;
      const goneMs = atMs + random() * (random() < 0.5 ? 2 * secondMs : 10 * minuteMs);
      return [
        { kind: 'write', table, key, delete: true, atMs: Math.max(0, bornMs - minuteMs) },
        { kind: 'write', table, key, delete: false, atMs: Math.max(0, bornMs) },
        { kind: 'write', table, key, delete: true, atMs: goneMs },
      ];
    }).flat(),
  );
}

/** Mostly no process runs; or one runs and gets nothing of a table or of a shard; or the stream is another one. */
function gapKind(table: number, ms: number, random: () => number): WorldEvent {
  const drawn = random();
  if (drawn < 0.84) return { kind: 'down', ms };
  // A process that runs for a day takes its time, also here.
  const shortMs = drawFrom(random, [25 * hourMs, 28 * hourMs]);
  if (drawn < 0.87) return { kind: 'throttle', table, ms: shortMs };
  if (drawn < 0.9) return { kind: 'starve', table, ms: shortMs, isNew: random() < 0.5 };
  if (drawn < 0.93) return { kind: 'stall', ms: shortMs };
  return { kind: 'loss', table, how: 'new-stream' };
}
