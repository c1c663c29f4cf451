/** A table whose own users need its capacity, more and less of it over time, while it is backfilled. */

import type { TableMode } from '../support/fake-dynamodb/fake-dynamodb.ts';
import { Stage } from './scripted.ts';

/** Of an item, which costs so many units: large ones, so that few make a backfill of gigabytes. */
const itemUnits = 4;
const itemBytes = 4096 * itemUnits;
const storedBytes = 16;
/** Beyond what the table offers: bursts. */
const spareUnits = 200;
const userCallUnits = 4;
const userIntervalMs = 5;
const connectorKey = 'AKIASIMULATION';
const users = 'users';

/** How much the users want, in units a second, and for how long. */
export interface Demand {
  readonly seconds: number;
  readonly unitsPerSecond: number;
}

export interface PacingScene {
  readonly mode: TableMode;
  readonly rcuAllocation?: number;
  readonly demands: readonly Demand[];
  /** Seconds of unused capacity that the table keeps for later. */
  readonly burstSeconds: number;
  /** What one partition gives; without limit when absent. */
  readonly partitionUnits?: number;
}

/** One second. */
export interface PacingSecond {
  readonly demand: number;
  readonly userUnits: number;
  readonly userCalls: number;
  /** Calls of the users that were refused. */
  readonly userThrottles: number;
  readonly backfillUnits: number;
  readonly backfillThrottles: number;
}

/**
 * Plays it, second by second.
 */
export async function playPacing(scene: PacingScene): Promise<PacingSecond[]> {
  const { mode, rcuAllocation, demands, burstSeconds, partitionUnits = Infinity } = scene;
  const seconds = demands.reduce((sum, demand) => sum + demand.seconds, 0);
  const most = mode.type === 'provisioned' ? mode.units.read : (mode.unitsMax?.read ?? 12_000);
  const stage: Stage = new Stage({
    tables: [{ partitionCount: 4, mode }],
    fake: {
      burstSeconds,
      latencyMs: [60, 120],
      partitionUnits: { read: partitionUnits, write: Infinity },
      keepsLog: false,
      // About ten bytes are stored of each item.
      itemWeight: itemBytes / storedBytes,
    },
    advanced: { backfillSegments: 100 },
    resource: rcuAllocation === undefined ? {} : { rcuAllocation },
  });
  const itemCount = Math.ceil(((most + spareUnits) * seconds) / itemUnits);
  for (let number = 0; number < itemCount; number += 1) stage.fake.put('table-0', item(number));
  return stage.play(async () => {
    stage.start();
    await stage.untilCommitted(1);
    const played: PacingSecond[] = [];
    for (const { seconds, unitsPerSecond } of demands) {
      for (let second = 0; second < seconds; second += 1) {
        played.push(await playSecond(stage, unitsPerSecond));
      }
    }
    return played;
  });
}

async function playSecond(stage: Stage, demand: number): Promise<PacingSecond> {
  const { stats } = stage.fake;
  const unitsBefore = stats.units.get('table-0 read') ?? 0;
  const throttlesBefore = stats.throttleCount(connectorKey);
  let [userUnits, userCalls, userThrottles, due] = [0, 0, 0, 0];
  for (let atMs = 0; atMs < 1000; atMs += userIntervalMs) {
    for (due += (demand * userIntervalMs) / 1000; due >= userCallUnits; due -= userCallUnits) {
      userCalls += 1;
      const key = item((userCalls * 7919) % 1000);
      if (stage.fake.useCapacity('table-0', key, 'read', userCallUnits, users)) {
        userUnits += userCallUnits;
      } else userThrottles += 1;
    }
    await stage.sleep(userIntervalMs);
  }
  return {
    demand,
    userUnits,
    userCalls,
    userThrottles,
    backfillUnits: (stats.units.get('table-0 read') ?? 0) - unitsBefore,
    backfillThrottles: stats.throttleCount(connectorKey) - throttlesBefore,
  };
}

/** Its key is all there is to it, and counts for 16 KB. */
const item = (number: number) => ({ pk: { S: String(number).padStart(storedBytes - 2, '0') } });
