/** Plays one history: a plan, a world, the connector in it, crash by crash, and Flow behind it. */

import { FakeClock } from '../support/fake-clock.ts';
import { describe, HistoryStage } from './history-stage.ts';
import { judgeAll, type Violation } from './judge.ts';
import { judgeEnd } from './judge-end.ts';
import { judgeTimes } from './judge-times.ts';
import { drawPlan } from './draw-plan.ts';
import type { Plan } from './plan.ts';
import type { SimulatedFlow } from './simulated-flow.ts';
import { createWorld } from './world.ts';

/** Waits that may end in a history; the longest needs about a tenth. */
const firingsMax = 3_000_000;

export interface HistoryResult {
  readonly violations: readonly Violation[];
  readonly virtualMs: number;
  readonly crashes: number;
  readonly records: number;
  readonly documents: number;
  readonly checkpoints: number;
  readonly calls: ReadonlyMap<string, number>;
  readonly faults: ReadonlyMap<string, number>;
  /** How the last process ended; `data-loss` where it said so. */
  readonly end: string;
  /** By an end, or by a backfill that begins again. */
  readonly lossesReported: number;
  /** Repairs that were begun and committed. */
  readonly repairs: number;
  /** Rows of items that lived within the last second of a shard. */
  readonly lastSecondGhosts: number;
  /** From records' being readable to their documents, where the history is calm and AWS answers soon. */
  readonly latenciesMs: readonly number[];
  /** SHA-256 of every byte that the connector wrote, read or not. */
  readonly outputDigest: string;
}

// Parts of the AWS SDK are loaded when first used, which takes real time: virtual time would jump meanwhile.
let rehearsal: Promise<unknown> | undefined;

/** Plays a plan to its end. Deterministic: the same plan gives the same result. */
export async function playHistory(
  plan: Plan,
  onLogLine?: (line: string) => void,
): Promise<HistoryResult> {
  rehearsal ??= play({ ...drawPlan(0), events: [] }, undefined);
  await rehearsal;
  return play(plan, onLogLine);
}

async function play(
  plan: Plan,
  onLogLine: ((line: string) => void) | undefined,
): Promise<HistoryResult> {
  const clock = new FakeClock();
  const startMs = clock.now();
  const world = await createWorld(plan, clock);
  const stage = new HistoryStage(plan, world, clock, onLogLine);
  // A standstill and a loop without end are found by the clock.
  const end = await clock.run(stage.play(), { firingsMax }).catch(describe);
  stage.flow.finish();
  const isComplete = end === 'complete';
  const times = judgeTimes(world, stage.flow, stage.crashes);
  const judged = judgeAll(world, stage.flow, isComplete);
  const violations = [
    ...stage.violations,
    ...judged.violations,
    ...judgeEnd(plan, stage.flow, end, stage.endMessage),
    ...times.violations,
  ];
  return {
    violations,
    virtualMs: clock.now() - startMs,
    crashes: stage.crashes,
    records: world.fake.log.length,
    documents: stage.flow.committed.length,
    checkpoints: stage.flow.checkpointCount,
    calls: world.fake.stats.calls,
    faults: world.fake.stats.faults,
    end,
    lossesReported: lossesReported(plan, stage.flow, end),
    repairs: stage.flow.repairsCommitted,
    lastSecondGhosts: judged.lastSecondGhosts,
    latenciesMs: times.latenciesMs,
    outputDigest: stage.outputHash.digest('hex'),
  };
}

/** Backfills that a loss had begin again, and the end for one; a binding that comes back begins anew without a loss. */
function lossesReported(plan: Plan, flow: SimulatedFlow, end: string): number {
  if (plan.events.some(({ kind }) => kind === 'rebind')) return 0;
  const again = Math.max(0, flow.epochsCommitted.size - plan.tables.length);
  return again + Number(end === 'data-loss');
}
