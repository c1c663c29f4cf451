/** How histories begin: amid shards that end, with segments that are empty, or with a clock that is behind the last epoch. */

import { drawBelow, drawFrom, seededRandom } from '../support/seeded-random.ts';
import type { Plan } from './plan.ts';

const secondMs = 1000;
const minuteMs = 60 * secondMs;

/** At times, many pages are empty, as of segments that hold next to nothing. */
export function sparse(plan: Plan, seed: number): Plan {
  const isSparse = seededRandom(seed + 0x59a4)() < 0.1 && Object.keys(plan.faults).length > 0;
  return isSparse ? { ...plan, faults: { ...plan.faults, 'empty-page': 0.3 } } : plan;
}

/** At times, shards come and go before the very start, and listings show them as open for a while. */
export function withStart(plan: Plan, seed: number): Plan {
  const random = seededRandom(seed + 0x57a7);
  if (random() < 0.75 || isCalmListing(plan)) return plan;
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
  if (random() < 0.3) return plan;
  const atMs = Math.floor(drawFrom(random, [5, 25]) * secondMs);
  const events = plan.events.map((event) => (event.kind === 'loss' ? { ...event, atMs } : event));
  return {
    ...plan,
    onDataLoss: 'backfill',
    // So far that the connector still goes by its own clock.
    clockOffMs: [-3.9 * minuteMs, 3.9 * minuteMs],
    events: [...events, { kind: 'crash' as const, atMs: atMs - 1 }].sort((a, b) => a.atMs - b.atMs),
  };
}
