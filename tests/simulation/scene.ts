/** What a story is played with. */

import type { FakeOptions } from '../support/fake-dynamodb/fake-dynamodb.ts';
import type { Plan, TablePlan } from './plan.ts';
import type { Intercept } from './wire.ts';

/** Everything left out is plain and quiet. */
export interface Scene {
  readonly tables?: readonly Partial<TablePlan>[];
  readonly fake?: Partial<FakeOptions>;
  /** Members of `advanced` in the endpoint configuration. */
  readonly advanced?: object;
  /** Members of each resource configuration besides the table. */
  readonly resource?: object;
  /** By how much the connector's clock is ahead of the server's. */
  readonly clockOffMs?: number;
  /** How long the reader of the output takes for each write; none when absent. */
  readonly outputMs?: number;
  /** Sees each call of the connector. */
  readonly intercept?: Intercept;
}

const quietTable: TablePlan = {
  name: 'table-0',
  keyTypes: ['S'],
  viewType: 'NEW_AND_OLD_IMAGES',
  partitionCount: 1,
  readUnits: undefined,
  itemCount: 0,
  keyCount: 100,
  hasTimeToLive: false,
};

/** A plan in which nothing happens by itself. */
export function quietPlan(scene: Scene): Plan {
  const tables = (scene.tables ?? [{}]).map((table, index) => ({
    ...quietTable,
    name: `table-${index}`,
    ...table,
  }));
  return {
    seed: 1,
    tables,
    segments: 1,
    scanLimit: 100,
    idleBackoffMaxMs: 1000,
    onDataLoss: 'fail',
    prehistoryMs: 0,
    events: [],
    crashAfterBytes: [],
    commitChance: 1,
    // A plan with faults: the judge must not take for calm what a script may make anything of.
    faults: { slow: 0 },
    latencyMs: [5, 20],
    visibilityMs: [10, 100],
    rollOverMs: [Infinity, Infinity],
    shardLifeMs: 30 * 3_600_000,
    clockOffMs: [0, 0],
    listingPageLength: 100,
    scanDelayMs: 0,
    outputMs: 0,
    listing: { childMs: [0, 0], childFilterMs: [0, 0], openParentMs: [0, 0] },
  };
}
