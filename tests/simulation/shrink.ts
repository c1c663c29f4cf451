/** Makes a plan smaller as long as it still breaks a promise, so that what is left is the cause. */

import type { Plan, TablePlan } from './plan.ts';

export interface ShrinkLimits {
  /** Plans that may be tried. */
  readonly triesMax: number;
  /** Real time in milliseconds that the tries may take. */
  readonly msMax: number;
  /** Milliseconds of real time, from any beginning. */
  readonly nowMs: () => number;
}

/** Plans that are simpler in one respect, and fewer the simpler the plan is already. */
type Reduction = (plan: Plan) => readonly Plan[];

// Large cuts first: of five hundred events, a handful matters.
const cutLengths = [256, 128, 64, 32, 16, 8, 4, 2, 1];
const plainLatencyMs = [5, 5] as const;
const none = [0, 0] as const;

/**
 * The smallest plan found that still satisfies `isBroken`; the plan itself where none is smaller. Each reduction
 * is tried where the last one left off, and all of them again until nothing helps any more or a limit is met.
 */
export async function shrink(
  plan: Plan,
  isBroken: (plan: Plan) => Promise<boolean>,
  { triesMax, msMax, nowMs }: ShrinkLimits,
): Promise<Plan> {
  const beganMs = nowMs();
  let best = plan;
  let tries = 0;
  for (let isSmaller = true; isSmaller;) {
    isSmaller = false;
    for (const reduction of reductions) {
      let candidates = reduction(best);
      for (let index = 0; index < candidates.length;) {
        if (tries >= triesMax || nowMs() - beganMs >= msMax) return best;
        tries += 1;
        const candidate = candidates[index]!;
        if (await isBroken(candidate)) {
          best = candidate;
          isSmaller = true;
          candidates = reduction(best);
        } else {
          index += 1;
        }
      }
    }
  }
  return best;
}

/** Changes members to plain values, one at a time; those that are plain already give no plan. */
function plainer<T extends object>(whole: T, plain: Partial<T>): T[] {
  return Object.entries(plain).flatMap(([name, value]) => {
    const isPlain = JSON.stringify(Reflect.get(whole, name)) === JSON.stringify(value);
    return isPlain ? [] : [{ ...whole, [name]: value }];
  });
}

/** The list without a stretch of so many elements, for each such stretch. */
function cuts<T>(list: readonly T[], length: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / length) }, (_, index) => [
    ...list.slice(0, index * length),
    ...list.slice((index + 1) * length),
  ]);
}

const withoutTables: Reduction = (plan) =>
  plan.tables.length === 1 ? [] : plan.tables.map((_, index) => withoutTable(plan, index));

function withoutTable(plan: Plan, index: number): Plan {
  const events = plan.events.flatMap((event): Plan['events'] => {
    if (!('table' in event)) return [event];
    if (event.table === index) return [];
    return [{ ...event, table: event.table - (event.table > index ? 1 : 0) }];
  });
  return { ...plan, events, tables: plan.tables.filter((_, each) => each !== index) };
}

const withoutFaults: Reduction = (plan) => {
  const kinds = Object.entries(plan.faults);
  if (kinds.length === 0) return [];
  const fewer = cuts(kinds, 1).map((faults) => ({ ...plan, faults: Object.fromEntries(faults) }));
  return [{ ...plan, faults: {} }, ...fewer];
};

const withoutCrashes: Reduction = (plan) =>
  cuts(plan.crashAfterBytes, 1).map((crashAfterBytes) => ({ ...plan, crashAfterBytes }));

const withPlainWorld: Reduction = (plan) =>
  plainer<Plan>(plan, {
    listing: { childMs: none, childFilterMs: none, openParentMs: none },
    clockOffMs: none,
    listingPageLength: 100,
    visibilityMs: none,
    latencyMs: plainLatencyMs,
    prehistoryMs: 0,
    scanDelayMs: 0,
    outputMs: 0,
    commitChance: 1,
    segments: 1,
    scanLimit: 100,
    idleBackoffMaxMs: 1000,
  });

const withPlainTables: Reduction = (plan) =>
  plan.tables.flatMap((table, index) =>
    [
      ...plainer<TablePlan>(table, {
        readUnits: undefined,
        hasTimeToLive: false,
        partitionCount: 1,
        keyTypes: ['S'],
      }),
      ...fewer(table),
    ].map((simpler) => withTable(plan, index, simpler)),
  );

/** Half the items, half the keys, as long as there are any to spare. */
function fewer(table: TablePlan): TablePlan[] {
  const { itemCount, keyCount } = table;
  const items = itemCount === 0 ? [] : [{ ...table, itemCount: Math.floor(itemCount / 2) }];
  const half = Math.ceil(keyCount / 2);
  const keys = half < 3 ? [] : [{ ...table, keyCount: half, itemCount: Math.min(itemCount, half) }];
  return [...items, ...keys];
}

/** Writers keep to the keys that the table has. */
function withTable(plan: Plan, index: number, table: TablePlan): Plan {
  const events = plan.events.map((event) =>
    event.kind === 'write' && event.table === index
      ? { ...event, key: event.key % table.keyCount }
      : event,
  );
  return { ...plan, events, tables: plan.tables.with(index, table) };
}

const reductions: readonly Reduction[] = [
  withoutTables,
  ...cutLengths.map((length): Reduction => {
    return (plan) =>
      plan.events.length < length
        ? []
        : cuts(plan.events, length).map((events) => ({ ...plan, events }));
  }),
  withoutFaults,
  withoutCrashes,
  withPlainWorld,
  withPlainTables,
];
