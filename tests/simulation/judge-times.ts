/** Whether a history kept to its times: changes soon, the stream before the scan, no shard asked too often. */

import { evidenceOf, latenciesMs, scansAhead } from './emissions.ts';
import type { Violation } from './judge.ts';
import { misleadingFaults, type Plan } from './plan.ts';
import type { SimulatedFlow } from './simulated-flow.ts';
import type { World } from './world.ts';

/** In calm histories, what a change may take besides AWS's answers and an idle shard's wait: a reader's pace. */
const calmWaitMsMax = 400;
/** Answers that a change may have to wait for: its shard's turn, a parent's end, its children, their iterator. */
const calmAnswersMax = 6;
/** And for each generation of shards that comes and goes while AWS takes seconds to answer. */
const generationAnswersMax = 3;
/** Answers that AWS takes seconds for, as it does on a good day, and an idle shard's wait unless told otherwise. */
const slowMsMin = 1000;
const promptMsMax = 20;
const defaultIdleMs = 1000;
/** A capture's first readers take this long to begin. */
const beginMsMax = 30_000;
/** Five calls a second and shard. */
const readsPerSecondMax = 5;
export interface Times {
  readonly violations: readonly Violation[];
  /** From records' being readable to their documents, in a calm history whose AWS answers soon; empty in others. */
  readonly latenciesMs: readonly number[];
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
      latenciesMs: latenciesMs(evidence, beganMs + beginMsMax),
      ahead: knowsItsLag(plan)
        ? scansAhead(evidence, beganMs).map((text) => `${name}: ${text}`)
        : [],
    };
  });
  const latencies = isCalm(plan) ? tables.flatMap((table) => table.latenciesMs) : [];
  const longestMs = Math.max(0, ...latencies);
  const wantMs = plan.idleBackoffMaxMs + calmWaitMsMax + answersMax(plan) * plan.latencyMs[1];
  const calls = fake.stats.getRecordsPerSecondMax;
  return {
    latenciesMs: isPrompt(plan) ? latencies : [],
    violations: [
      ...(longestMs <= wantMs ? [] : [`latency: a change took ${longestMs} of ${wantMs} ms`]),
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
  const rest = new Set(['write', 'split', 'roll-over']);
  return (
    plan.crashAfterBytes.length === 0 &&
    plan.outputMs === 0 &&
    knowsItsLag(plan) &&
    Object.values(plan.faults).every((chance) => chance === 0) &&
    plan.events.every(({ kind }) => rest.has(kind))
  );
}

function isPrompt({ latencyMs, idleBackoffMaxMs }: Plan): boolean {
  return latencyMs[1] <= promptMsMax && idleBackoffMaxMs <= defaultIdleMs;
}

function answersMax({ latencyMs, events }: Plan): number {
  if (latencyMs[1] < slowMsMin) return calmAnswersMax;
  const generations = events.filter(({ kind }) => kind === 'split' || kind === 'roll-over').length;
  return calmAnswersMax + generationAnswersMax * generations;
}

/** True where clocks, listings and pages are as they should be: else the connector cannot know how late it is. */
function knowsItsLag({ clockOffMs, listing, faults, events }: Plan): boolean {
  const { childMs, childFilterMs, openParentMs } = listing;
  const delays = [clockOffMs, childMs, childFilterMs, openParentMs];
  return (
    delays.every(([min, max]) => min === 0 && max === 0) &&
    !events.some(({ kind }) => kind === 'skew') &&
    Object.entries(faults).every(([kind, chance]) => chance === 0 || !misleadingFaults.has(kind))
  );
}
