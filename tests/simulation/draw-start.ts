/** How histories begin: amid shards that end, or with a loss before the clock has come to that of the last epoch. */

import { drawBelow, drawFrom, seededRandom } from '../support/seeded-random.ts';
import type { Plan } from './plan.ts';

const secondMs = 1000;
const minuteMs = 60 * secondMs;

/** At times, shards come and go before the very start, and listings show them as open for a while. */
export function withStart(plan: Plan, seed: number): Plan {
  const random = seededRandom(seed + 0x57a7);
  if (random() < 0.85 || isCalmListing(plan)) return plan;
  return {
    ...plan,
    endedBefore: { count: 2 + drawBelow(random, 4), everyMs: drawFrom(random, [1, 6]) * secondMs },
    // No listing may lack a shard that has grandchildren.
    listing: { ...plan.listing, childMs: [0, 0], openParentMs: [0, 20 * secondMs] },
  };
}

function isCalmListing({ faults, listing }: Plan): boolean {
  return Object.keys(faults).length === 0 && listing.childFilterMs[1] === 0;
}

/** A loss soon after the start, found by a process whose clock may be minutes behind that of the first one. */
export function stepped(plan: Plan, seed: number): Plan {
  const random = seededRandom(seed + 0x57e9);
  if (random() < 0.5) return plan;
  const atMs = Math.floor(drawFrom(random, [10, 60]) * secondMs);
  const events = plan.events.map((event) => (event.kind === 'loss' ? { ...event, atMs } : event));
  return {
    ...plan,
    onDataLoss: 'backfill',
    // So far that the connector still goes by its own clock.
    clockOffMs: [-3.9 * minuteMs, 3.9 * minuteMs],
    events: [...events, { kind: 'crash' as const, atMs: atMs - 1 }].sort((a, b) => a.atMs - b.atMs),
  };
}
