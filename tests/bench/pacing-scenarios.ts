/** A backfill beside users who need their table's capacity: in virtual time, the whole connector against the fake. */

import { playPacing, type PacingScene, type PacingSecond } from '../simulation/pacing.ts';
import { pacingScenes, phasesOf } from '../simulation/pacing-scenes.ts';
import type { Result, Scenario } from './scenarios.ts';

/** Seconds that make one point of a plot. */
const pointSeconds = 5;

export const pacingScenarios: readonly Scenario[] = Object.entries(pacingScenes).map(
  ([name, scene]) => ({
    name,
    run: async () => ({ name, ...figuresOf(scene, await playPacing(scene)) }),
  }),
);

function figuresOf(scene: PacingScene, played: readonly PacingSecond[]): Omit<Result, 'name'> {
  const { mode, rcuAllocation } = scene;
  const capacity = mode.type === 'provisioned' ? mode.units.read : (mode.unitsMax?.read ?? 0);
  const phases = phasesOf(played).map((phase) => ({
    ...phase,
    leftUnits: Math.min(rcuAllocation ?? Infinity, capacity - phase.demand),
  }));
  const userCalls = phases.reduce((sum, phase) => sum + phase.userCalls, 0);
  const userThrottles = phases.reduce((sum, phase) => sum + phase.userThrottles, 0);
  return { pacing: { capacity, userCalls, userThrottles, phases, points: pointsOf(played) } };
}

function pointsOf(played: readonly PacingSecond[]) {
  const points = [];
  for (let at = 0; at < played.length; at += pointSeconds) {
    const seconds = played.slice(at, at + pointSeconds);
    const mean = (of: (second: PacingSecond) => number) =>
      seconds.reduce((sum, second) => sum + of(second), 0) / seconds.length;
    points.push({
      atSeconds: at,
      demand: mean(({ demand }) => demand),
      backfillUnits: mean(({ backfillUnits }) => backfillUnits),
      userThrottles: mean(({ userThrottles }) => userThrottles) * seconds.length,
    });
  }
  return points;
}
