/** Tables whose users come and go, and how a backfill beside them is judged. */

import type { Demand, PacingScene, PacingSecond } from './pacing.ts';

const capacity = 1000;
const provisioned = { type: 'provisioned', units: { read: capacity, write: 1000 } } as const;
const onDemand = { type: 'on-demand', unitsMax: { read: capacity, write: 1000 } } as const;

/** The users want a fifth, then most, then nearly all, then nothing, then half. */
const day: readonly Demand[] = [
  { seconds: 60, unitsPerSecond: 200 },
  { seconds: 90, unitsPerSecond: 700 },
  { seconds: 60, unitsPerSecond: 900 },
  // Long enough for the pace to look for more, wherever its wait of up to two minutes began.
  { seconds: 180, unitsPerSecond: 0 },
  { seconds: 60, unitsPerSecond: 500 },
];

export const pacingScenes: Readonly<Record<string, PacingScene>> = {
  provisioned: { mode: provisioned, demands: day, burstSeconds: 1 },
  // What the table keeps for later is used first, and then the same happens as without.
  'provisioned-burst': { mode: provisioned, demands: day, burstSeconds: 60 },
  'on-demand-maximum': { mode: onDemand, demands: day, burstSeconds: 1 },
  allocated: {
    mode: provisioned,
    rcuAllocation: 400,
    demands: [{ seconds: 60, unitsPerSecond: 500 }],
    burstSeconds: 1,
  },
};

/** What became of a while in which the users wanted the same. */
export interface PacingPhase {
  readonly demand: number;
  readonly seconds: number;
  readonly userCalls: number;
  readonly userThrottles: number;
  /** Units per second, in the second half of the while: the first is for finding out. */
  readonly backfillUnits: number;
  readonly backfillThrottles: number;
}

export function phasesOf(played: readonly PacingSecond[]): PacingPhase[] {
  const phases: PacingSecond[][] = [];
  for (const second of played) {
    const current = phases.at(-1);
    if (current?.[0]?.demand === second.demand) current.push(second);
    else phases.push([second]);
  }
  return phases.map((seconds) => {
    const sum = (of: (second: PacingSecond) => number) =>
      seconds.reduce((total, second) => total + of(second), 0);
    const settled = seconds.slice(seconds.length >> 1);
    const units = settled.reduce((total, { backfillUnits }) => total + backfillUnits, 0);
    return {
      demand: seconds[0]!.demand,
      seconds: seconds.length,
      userCalls: sum(({ userCalls }) => userCalls),
      userThrottles: sum(({ userThrottles }) => userThrottles),
      backfillUnits: units / settled.length,
      backfillThrottles: sum(({ backfillThrottles }) => backfillThrottles),
    };
  });
}
