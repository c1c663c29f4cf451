/** Progress as the connector tells it, and as it is shown. */

import type { Progress, TableMeter } from '../../../../connector/cli/pull/progress-meter.ts';
import type { WatchedTable } from '../../../../connector/session/session.ts';

export const tableProgress = (given: Partial<WatchedTable> = {}): WatchedTable => ({
  tableName: 'orders',
  phase: 'backfilling',
  items: 0,
  itemsExpected: 20_000,
  itemsCovered: given.items ?? 0,
  segmentsFinished: 0,
  segmentCount: 100,
  units: 0,
  documents: 0,
  changes: 0,
  lagMs: 0,
  shards: 2,
  ...given,
});

export const tableMeter = (given: Partial<TableMeter> = {}): TableMeter => ({
  name: 'orders',
  phase: 'backfilling',
  share: 0.62,
  items: 12_402,
  itemsExpected: 20_000,
  itemsPerSecond: 1203,
  bytesPerSecond: 812_345,
  unitsPerSecond: 301,
  secondsLeft: 6.3,
  changes: 0,
  units: 1500,
  shards: 2,
  lagMs: 400,
  ...given,
});

export const progressOf = (
  tables: readonly TableMeter[],
  given: Partial<Progress> = {},
): Progress => ({
  atMs: 0,
  tables,
  shards: 4,
  lagMs: 400,
  changesPerSecond: 12,
  documents: 12_530,
  documentsPerSecond: 1215,
  bytesPerSecond: 812_345,
  ...given,
});
