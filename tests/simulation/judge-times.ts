/** Whether a history kept to its times: changes soon, the stream before the scan, no shard asked too often. */

import { evidenceOf, longestLatencyMs, scansAhead } from './emissions.ts';
import type { Violation } from './judge.ts';
import type { Plan } from './plan.ts';
import type { SimulatedFlow } from './simulated-flow.ts';
import type { World } from './world.ts';

/** In calm histories, what a change may take besides AWS's answers: an idle shard's wait and a reader's pace. */
const calmWaitMsMax = 1500;
/** Answers that a change may have to wait for: its shard's turn, a parent's end, its children, their iterator. */
const calmAnswersMax = 6;
/** A capture's first readers take this long to begin. */
const beginMsMax = 30_000;
/** Five calls a second and shard. */
const readsPerSecondMax = 5;
/** Faults after which a reader may believe to have caught up, or not know of a shard. */
const misleading = new Set([
  ...['empty-page', 'short-page', 'repeat-page'],
  ...['missing-parent', 'repeated-shards', 'open-parent', 'late-child'],
]);

export interface Times {
  readonly violations: readonly Violation[];
  /** From a record's being readable to its document, in a calm history; absent in others. */
  readonly longestLatencyMs: number | undefined;
}

/** Promises 3, 4 and 8, as far as a plan lets them be judged. `crashes`: processes that were killed. */
export function judgeTimes(world: World, flow: SimulatedFlow, crashes: number): Times {
  const { plan, fake } = world;
  const tables = plan.tables.map(({ name }, binding) => {
    const evidence = evidenceOf(world, flow, binding);
    const begins = [...flow.epochsBegan].flatMap(([id, ms]) =>
      id.startsWith(`${name} `) ? [ms] : [],
    );
    const beganMs = Math.max(...begins);
    return {
      latencyMs: longestLatencyMs(evidence, beganMs + beginMsMax),
      ahead: knowsItsLag(plan)
        ? scansAhead(evidence, beganMs).map((text) => `${name}: ${text}`)
        : [],
    };
  });
  const longestMs = isCalm(plan)
    ? Math.max(...tables.map(({ latencyMs }) => latencyMs))
    : undefined;
  const wantMs = calmWaitMsMax + calmAnswersMax * plan.latencyMs[1];
  const calls = fake.stats.getRecordsPerSecondMax;
  return {
    longestLatencyMs: longestMs,
    violations: [
      ...((longestMs ?? 0) <= wantMs
        ? []
        : [`latency: a change took ${longestMs ?? 0} of ${wantMs} ms`]),
      ...tables.flatMap(({ ahead }) => ahead.slice(0, 1)).map((text) => `backlog: ${text}`),
      // A process that follows another one at once may ask in the same second.
      ...(crashes > 0 || calls <= readsPerSecondMax
        ? []
        : [`pace: ${calls} calls of a shard in a second`]),
    ],
  };
}

/** True for histories in which nothing but AWS's own pace keeps a change from being emitted. */
export function isCalm(plan: Plan): boolean {
  const unrest = new Set(['skew', 'stall', 'crash', 'down', 'quiet', 'loss']);
  return (
    plan.idleBackoffMaxMs <= 1000 &&
    plan.crashAfterBytes.length === 0 &&
    knowsItsLag(plan) &&
    Object.values(plan.faults).every((chance) => chance === 0) &&
    !plan.events.some(({ kind }) => unrest.has(kind))
  );
}

/** True where clocks, listings and pages are as they should be: else the connector cannot know how late it is. */
function knowsItsLag({ clockOffMs, listing, faults }: Plan): boolean {
  const { childMs, childFilterMs, openParentMs } = listing;
  const delays = [clockOffMs, childMs, childFilterMs, openParentMs];
  return (
    delays.every(([min, max]) => min === 0 && max === 0) &&
    Object.entries(faults).every(([kind, chance]) => chance === 0 || !misleading.has(kind))
  );
}
