/** Scenarios by what they are about. */

import { memoryScenarios } from './memory-scenarios.ts';
import { pacingScenarios } from './pacing-scenarios.ts';
import { busyTable, speedScenarios, type Scenario } from './scenarios.ts';
import { smallTables } from './small-tables.ts';
import { streamScenarios } from './stream-scenarios.ts';

export interface Group {
  readonly about: string;
  readonly scenarios: readonly Scenario[];
  /** Runs of each scenario, where it makes several, and seconds of a run, unless the user says. */
  readonly runs: number;
  readonly seconds: number;
}

export const groups = {
  speed: {
    about: 'MB per second of one core',
    scenarios: [...speedScenarios, smallTables],
    runs: 3,
    seconds: 4,
  },
  streams: {
    about: 'shards, calls and latency',
    scenarios: [...streamScenarios, busyTable],
    runs: 1,
    seconds: 5,
  },
  memory: {
    about: 'memory where nobody reads the output for a while',
    scenarios: memoryScenarios,
    runs: 1,
    seconds: 60,
  },
  pacing: {
    about: 'a backfill beside users of its table, in virtual time',
    scenarios: pacingScenarios,
    runs: 1,
    seconds: 1,
  },
} as const satisfies Record<string, Group>;

export type GroupName = keyof typeof groups;
export const groupNames = Object.keys(groups) as GroupName[];
